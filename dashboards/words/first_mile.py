"""First mile."""

WORDS: dict[str, tuple[str, str]] = {
    "late": ("Late", "超时"),
    "cooling": ("Cooling", "预冷中"),
    "least-left": ("Least time left", "最短剩余时间"),
    "probes": ("Probes in goods", "货内探头"),
    "left": ("Time left", "剩余时间"),
    "reading": ("In the goods", "货温"),
    "target": ("Target", "目标"),
    "deadline": ("Deadline", "时限"),
    "cold-at": ("Cold at", "到位时间"),
    "not-yet": ("not yet", "未到位"),
    "took": ("Took", "用时"),
    "cooling-counts": ("Pre-cooling now", "当前预冷"),
    "cooling-counts-about": (
        "Probes in goods that are being pre-cooled: late ones are still above their target "
        "after its deadline, both by their profile.",
        "预冷货物中的探头；超过规则时限仍高于目标温度即为超时。",
    ),
    "pull-downs": ("Least time left first", "剩余时间最短在前"),
    "pull-downs-about": (
        "The 50 that have least time until they must be cold; below 0 they are late. Target "
        "and deadline are their profile's; a name leads to its pull-down below.",
        "距预冷时限最近的 50 处；负值即超时。目标与时限取自其规则；点名称看下方降温曲线。",
    ),
    "time-left": ("Time left to be cold", "距预冷时限"),
    "time-left-about": (
        "Minutes until the deadline, of the 20 that have least. As of: the table beside.",
        "距时限的分钟数，最短的 20 处。数据时间见旁边的表。",
    ),
    "pull-down": ("One store's pull-down", "单处降温曲线"),
    "pull-down-about": (
        "The goods' greatest reading in each interval, and dashed the target of their profile.",
        "各区间货温最高值；虚线为其规则的目标温度。",
    ),
    "pull-down-left": ("One store's time left", "单处剩余时间"),
    "pull-down-left-about": (
        "Minutes until its goods must be cold, while they are warm; the shaded part is late.",
        "货物未到位时距时限的分钟数；阴影部分为超时。",
    ),
    "worst-stores": ("Worst stores first", "最差的冷库在前"),
    "worst-stores-about": (
        "Pre-cooling stores, warehouses and hubs beyond a limit. As of: each one's newest reading.",
        "越限的预冷库、冷库与集散中心。数据时间为各处最新读数。",
    ),
    "late-batches": ("Not cold in time", "未按时预冷"),
    "late-batches-about": (
        "Of the last 7 days, as the rule told of them.",
        "近 7 天由规则报告的批次。",
    ),
}
