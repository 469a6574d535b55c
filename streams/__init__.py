"""The Faust app: frames -> readings, exposure, excursions, the fleet's standing.

coldchain.frames ───> intake ─> device, quick, channel ─> batch ─> worker ─┬─> InfluxDB
                         │             │                                   ├─> excursions
coldchain.registry ─> feed             └─> late ─> merge, rejudge, revise ─┤
                                                                           └─> changelog,
                                                                    then acknowledgement

what is decided                          what is done
---------------------------------------  ---------------------------------------------------
device, channel, doors: a frame          app, transport: Faust as it is used here
quick: what is ordinary, in columns      intake, worker, outbox: record to acknowledgement
merge, rejudge, revise: what came late   batch, late, effects: what is gathered until then
silence: who is presumed                 feed: the registry topic; past: the series store
standing, watch: how the fleet does      memories, memory: what is remembered of a device
"""
