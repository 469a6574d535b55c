"""The Faust app: frames -> readings, exposure, excursions, the fleet's standing.

coldchain.frames ─> intake ─> device, channel, doors ─> batch ─> worker ─┬─> InfluxDB
                      │              │                                   ├─> excursions
coldchain.registry ─> feed           └─> late ─> merge, rejudge, revise ─┤
                                                                         └─> changelog, then
what is decided                       what is done                            acknowledgement
--------------------------------      -------------------------------------
device, channel, doors: a frame       app, transport: Faust as it is used here
    quick: ordinary channels, as columns
merge, rejudge, revise: what is late  intake, worker, outbox: from record to acknowledgement
silence: who is presumed              feed: the registry topic; past: the series store
standing, watch: how the fleet does   memories, memory: what is remembered of each device
"""
