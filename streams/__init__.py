"""The Faust app: frames -> readings, exposure, excursions, conditions, the fleet's standing.

coldchain.frames ───> intake ─> device, quick, channel ─> batch ─> worker ─┬─> InfluxDB
                         │             │                                   ├─> excursions
coldchain.registry ─> feed             └─> late ─> merge, rejudge, revise ─┤
                                                                           └─> changelog,
                                                                    then acknowledgement

what is decided                          what is done
---------------------------------------  ---------------------------------------------------
device, channel, doors: a frame          app, transport: Faust as it is used here
quick: what is ordinary, in columns      intake, worker, outbox: record to acknowledgement
conditions, neighbours: the fleet rules  batch, late, effects: what is gathered until then
trace, trace_columns: their memory       feed: the registry topic; past: the series store
merge, rejudge, revise: what came late   memories, memory: what is remembered of a device
clock, silence: who is silent, presumed  meters, web: what is counted and served
standing, watch: how the fleet does      watchdog: whether commits go on
manifest: who is aboard                  parcels: scans to verdicts
"""
