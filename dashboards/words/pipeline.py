"""Pipeline health."""

WORDS: dict[str, tuple[str, str]] = {
    "late-seconds": ("Furthest behind", "最大滞后"),
    "lag": ("Frames waiting", "待处理帧"),
    "partitions": ("Partitions", "分区数"),
    "partition": ("Partition", "分区"),
    "waiting": ("Messages waiting", "待发消息"),
    "overdue-minutes": ("Longest overdue", "最久未发出"),
    "given-up": ("Messages given up", "放弃的消息"),
    "frames": ("Frames in the range", "时间范围内的帧"),
    "frames-last": ("Frames, last line", "最近一次的帧"),
    "frames-per-second": ("frames a second", "帧/秒"),
    "rejected": ("Rejected", "被拒记录"),
    "pipeline-counts": ("The pipeline now", "管道现况"),
    "pipeline-counts-about": (
        "How far behind the clock the furthest partition is, what waits for a worker, what waits "
        "to be sent to people. As of: the newest frame worked through.",
        "最落后分区的滞后、待处理的帧与待发的消息。数据时间为最近处理的帧。",
    ),
    "frame-rate": ("Frames worked through", "处理速率"),
    "frame-rate-about": (
        "A second, of all partitions. A gap: no worker told of any.",
        "每秒，全部分区合计。断线表示没有工作进程上报。",
    ),
    "lateness": ("Behind the clock", "滞后时间"),
    "lateness-about": (
        "How far each partition's newest frame is behind the clock; the shaded part is more "
        "than 90 s, when boards are no longer fresh.",
        "各分区最新帧相对时钟的滞后；阴影部分超过 90 秒，看板已不新鲜。",
    ),
    "waiting-frames": ("Frames that wait", "积压的帧"),
    "waiting-frames-about": (
        "Records in Kafka that no worker has read, partition on partition.",
        "Kafka 中尚未读取的记录，按分区叠加。",
    ),
    "rejected-records": ("Rejected records", "被拒记录数"),
    "rejected-records-about": (
        "That went to the dead letters, with their reason, in each interval.",
        "各区间进入死信并附原因的记录数。",
    ),
    "outbox": ("Messages to people", "发给人的消息"),
    "outbox-about": (
        "Those that wait, those given up within a day, and for how long the oldest is overdue.",
        "待发、一天内放弃的消息数，以及最久的超期时间。",
    ),
    "partitions-about": (
        "As each partition was last told of, the furthest behind first.",
        "各分区最近一次上报的情况，最落后的在前。",
    ),
    "what-to-do": ("What to do", "处置办法"),
    "what-to-do-about": ("For each figure that is not as it should be.", "各项指标异常时的处置。"),
    "what-to-do-text": (
        """\
- **Frames wait, and more and more**: start another worker, `coldchain stream`; as many as there \
are partitions can share the work.
- **Frames wait and nothing is worked through**: `coldchain doctor` says what is wrong; a worker \
that stands still ends itself and is to be started again.
- **One partition is behind, the others not**: its worker is being restarted or is overloaded by \
one noisy device: look at its log.
- **No partition is told of**: no worker runs, or InfluxDB is away: `coldchain status`.
- **Records are rejected**: `coldchain ingest rejected` gives the reasons; mend them \
(register the device), then `coldchain ingest rejected --replay`.
- **Messages wait or are given up**: `coldchain alerts list --messages` says whose and why; until \
then call them.
- **Everything is old and nothing is wrong here**: the front door or the gateways: `coldchain \
doctor`, then the network.
""",
        """\
- **积压不断增加**：再启动一个工作进程 `coldchain stream`，最多与分区数相同。
- **有积压却不处理**：`coldchain doctor` 说明原因；停滞的进程会自行退出，需重新启动。
- **只有一个分区落后**：其进程正在重启，或被某台设备的大量数据拖慢：查看日志。
- **没有任何分区上报**：没有工作进程在运行，或 InfluxDB 不可用：`coldchain status`。
- **有记录被拒**：`coldchain ingest rejected` 给出原因；处理后（如登记设备）\
`coldchain ingest rejected --replay` 重放。
- **消息待发或被放弃**：`coldchain alerts list --messages` 查看收件人与原因；在此之前请电话通知。
- **数据陈旧而以上均正常**：检查接入端与网关：`coldchain doctor`，再查网络。
""",
    ),
}
