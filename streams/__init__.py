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
conditions, neighbours: the fleet rules  chain, settling: what is finished, and in which order
trace, trace_columns: their memory       batch, late, effects: what is gathered until then
merge, rejudge, revise: what came late   feed: the registry topic; past: the series store
clock, silence: who is silent, presumed  memories, memory: what is remembered of a device
standing, watch: how the fleet does      meters, web, watchdog, handed_on: looked at
manifest: who is aboard                  parcels: scans to verdicts
"""
