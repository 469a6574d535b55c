"""The boards' names, and the panels of Fleet now and Asset."""

WORDS: dict[str, tuple[str, str]] = {
    # boards
    "fleet-now": ("Fleet now", "车队现况"),
    "fleet-now-about": (
        "Which van, store or locker is warm, going warm or silent; worst first.",
        "哪些冷藏车、冷库、快递柜越限、趋热或失联；最差在前。",
    ),
    "asset": ("Asset", "单台设备"),
    "asset-about": (
        "Every compartment and probe of one device.",
        "一台设备的每个仓室与每个探头。",
    ),
    "lockers": ("Lockers", "快递柜"),
    "lockers-about": (
        "Thousands of compartments at a glance, then one locker's, one by one.",
        "数千格口一览，再看单台柜的每个格口。",
    ),
    "first-mile": ("First mile", "最先一公里"),
    "first-mile-about": (
        "Whether goods are cold in time, in harbours, fields and hubs.",
        "港口、田头与集散中心的货物是否按时预冷到位。",
    ),
    "alerts": ("Alerts", "告警"),
    "alerts-about": (
        "What is open, who has not answered, how long people take, what is noise.",
        "未结束的告警、未响应、响应时长与噪声。",
    ),
    "shift": ("Shift", "交接班"),
    "console": ("Alert page", "告警页面"),
    "pipeline-health": ("Pipeline health", "管道健康"),
    "pipeline-health-about": (
        "Whether what the other boards show is fresh and whole, and what to do if not.",
        "其他看板的数据是否新鲜完整，以及异常时如何处置。",
    ),
    "boards": ("Boards", "看板"),
    "other-language": ("中文", "English"),
    # panels
    "counts": ("Devices by state", "各状态设备数"),
    "counts-about": (
        "Sum over the chosen kinds and counties, with the time of their newest reading.",
        "所选类型与区市的合计，附最新读数时间。",
    ),
    "worst-first": ("Worst first", "最差在前"),
    "worst-first-about": (
        "The 50 worst that are beyond a limit: critical before warning before not confirmed, "
        "then by how far beyond; of one county and kind a worker tells its 20 worst, once in 30 s. "
        "As of: each device's newest reading.",
        "越限最严重的 50 台：先严重，再预警，再待确认；同级按越限幅度。"
        "每 30 秒更新，各分区每区市每类型列出最差的 20 台。数据时间为各设备最新读数。",
    ),
    "silent-devices": ("Silent", "失联设备"),
    "silent-devices-about": (
        "The 50 silent for longest, of the last 7 days; of one county and kind a worker tells 20.",
        "近 7 天内失联最久的 50 台；各分区每区市每类型列出 20 台。",
    ),
    "map": ("Map", "地图"),
    "map-about": (
        "Where the worst last were, in range or not, and the silent: of one county and kind 20 of "
        "each, of a partition. How many are in range the tiles say.",
        "最差设备（含正常但最接近限值的）与失联设备的最后位置：各分区每区市每类型各 20 台。"
        "正常总数见上方。",
    ),
    "open-excursions": ("Open excursions", "未结束的超限"),
    "open-excursions-about": (
        "Of the last 7 days, all kinds and counties. Not confirmed: not yet told to anyone.",
        "近 7 天，全部类型与区市。待确认的尚未通知任何人。",
    ),
    "worst-margin": ("Worst margin by kind", "各类型最小余量"),
    "worst-margin-about": (
        "How far inside its limits the worst device of each kind is; below 0 it is beyond. "
        "A gap is a gap: nothing was heard.",
        "各类型中最差设备距限值的余量；低于 0 即越限。断线表示没有数据。",
    ),
    "through-time": ("Beyond or silent, through time", "越限与失联数随时间变化"),
    "through-time-about": (
        "Devices in each state, in all chosen, as each 5 minutes began.",
        "所选设备中各状态的数量（每 5 分钟开始时）。",
    ),
    "standing": ("Standing", "当前状态"),
    "standing-about": ("As last judged.", "最近一次判定。"),
    "temperatures": ("Temperatures", "温度"),
    "temperatures-about": (
        "Least and greatest in each interval, so that no peak is averaged away. A line ends "
        "where readings are further apart than 15 min. The shaded band is the strictest of what "
        "the chosen compartments' profiles allow.",
        "每个区间的最低与最高值，峰值不会被平均掉。读数间隔超过 15 分钟处断线。"
        "阴影带为所选仓室各规则中最严的允许范围。",
    ),
    "temperatures-long": ("Temperatures, long ranges", "温度（长时段）"),
    "temperatures-long-about": (
        "The same by 5-minute pieces, least and greatest kept: for days and months, for which "
        "the panel above would ask for too much.",
        "按 5 分钟分段，保留最低与最高值；适合数日至数月。",
    ),
    "band-low": ("Least allowed", "允许下限"),
    "band-high": ("Most allowed", "允许上限"),
    "margins": ("Margin to the nearest limit", "距最近限值的余量"),
    "margins-about": (
        "Of the compartment nearest to or furthest beyond its limits; the shaded part is beyond.",
        "最接近或越限最多的仓室；阴影部分为越限。",
    ),
    "switches": ("Doors, defrost, compressor, mains", "门、化霜、压缩机、市电"),
    "switches-about": ("On if it was on at any time in the interval.", "区间内曾接通即为通。"),
    "excursions": ("Excursions", "超限记录"),
    "excursions-about": (
        "All that began in the time range, withdrawn ones left out.",
        "时间范围内开始的全部超限，不含已撤销。",
    ),
    "on": ("on / open", "开"),
    "off": ("off / shut", "关"),
    "device-health": ("Battery and missing frames", "电量与缺失帧"),
    "device-health-about": ("What the device says of itself.", "设备自报。"),
}
