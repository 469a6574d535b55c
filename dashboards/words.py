"""What a person reads on a board: one table, zh-CN and en."""

from coldchain.reasons import Language

LANGUAGES: tuple[Language, ...] = ("en", "zh-CN")

_WORDS: dict[str, tuple[str, str]] = {
    # states, as `series.schema` has them
    "ok": ("In range", "正常"),
    "warm": ("Beyond, not confirmed", "越限待确认"),
    "warning": ("Warning", "预警"),
    "critical": ("Critical", "严重超限"),
    "silent": ("Silent", "失联"),
    "devices": ("Devices", "设备总数"),
    # kinds
    "precooler": ("Pre-cooling store", "预冷库"),
    "warehouse": ("Warehouse", "冷库"),
    "hub": ("Hub", "集散中心"),
    "van": ("Van", "冷藏车"),
    "locker": ("Locker", "冷藏快递柜"),
    "cabinet": ("Cabinet", "冷柜"),
    "tag": ("Tag", "随件标签"),
    "logger": ("Logger", "记录仪"),
    # columns
    "as-of": ("As of", "数据时间"),
    "device": ("Device", "设备"),
    "kind": ("Kind", "类型"),
    "county": ("County", "区市"),
    "state": ("State", "状态"),
    "margin": ("Margin to limit", "距限值"),
    "worst": ("Reading", "读数"),
    "channel": ("Channel", "通道"),
    "limit": ("Limit", "限值"),
    "severity": ("Severity", "级别"),
    "since": ("Since", "开始"),
    "minutes": ("Minutes beyond", "越限分钟"),
    "unknown-minutes": ("Minutes unknown", "未知分钟"),
    "peak": ("Extreme", "极值"),
    "profile": ("Profile", "规则"),
    "last-heard": ("Last reading", "最后读数"),
    "compartment": ("Compartment", "仓室"),
    "battery": ("Battery", "电量"),
    "missing": ("Frames missing", "缺失帧"),
    # excursions' states
    "opened": ("Beyond, not confirmed", "越限待确认"),
    "confirmed": ("Confirmed", "已确认"),
    "presumed": ("Presumed: silent while beyond", "推定：越限时失联"),
    "revised": ("Revised", "已修正"),
    "closed": ("Closed", "已结束"),
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
        "then by how far beyond. As of: each device's newest reading.",
        "越限最严重的 50 台：先严重，再预警，再待确认；同级按越限幅度。数据时间为各设备最新读数。",
    ),
    "silent-devices": ("Silent", "失联设备"),
    "silent-devices-about": (
        "The 50 silent for longest, of the last 7 days.",
        "近 7 天内失联最久的 50 台。",
    ),
    "map": ("Map", "地图"),
    "map-about": (
        "Where each device last was; the 1,000 worst of them.",
        "各设备最后位置；最多显示最差的 1,000 台。",
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
        "Devices in each state, in all chosen.",
        "所选设备中各状态的数量。",
    ),
    "standing": ("Standing", "当前状态"),
    "standing-about": ("As last judged.", "最近一次判定。"),
    "temperatures": ("Temperatures", "温度"),
    "temperatures-about": (
        "Least and greatest in each interval, so that no peak is averaged away. A line ends "
        "where readings are further apart than 15 min.",
        "每个区间的最低与最高值，峰值不会被平均掉。读数间隔超过 15 分钟处断线。",
    ),
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
    # lockers
    "compartments": ("Compartments", "格口数"),
    "beyond": ("Beyond", "越限"),
    "near": ("Near", "临近"),
    "beyond-4": ("beyond by > 4 °C", "越限 > 4 °C"),
    "beyond-2": ("beyond by 2–4 °C", "越限 2–4 °C"),
    "beyond-0": ("beyond by < 2 °C", "越限 < 2 °C"),
    "inside-0": ("inside by < 0.5 °C", "余量 < 0.5 °C"),
    "inside-05": ("inside by 0.5–1 °C", "余量 0.5–1 °C"),
    "inside-1": ("inside by 1–2 °C", "余量 1–2 °C"),
    "inside-2": ("inside by 2–4 °C", "余量 2–4 °C"),
    "inside-4": ("inside by ≥ 4 °C", "余量 ≥ 4 °C"),
    "locker-counts": ("Lockers by state", "各状态柜数"),
    "locker-counts-about": (
        "Lockers and cabinets of the chosen counties, with the time of their newest reading.",
        "所选区市的快递柜与冷柜，附最新读数时间。",
    ),
    "margin-heatmap": ("Compartments by margin to their limit", "格口数按距限值余量分布"),
    "margin-heatmap-about": (
        "How many compartments are how far inside their limits, or beyond. Those of silent "
        "lockers are in no row; where nothing was heard there is a gap.",
        "按距限值的余量或越限幅度统计格口数。失联柜的格口不计；无数据处留空。",
    ),
    "worst-lockers": ("Worst lockers first", "最差的柜在前"),
    "worst-lockers-about": (
        "The 50 worst that are beyond a limit; a name leads to its compartments below. "
        "As of: each locker's newest reading.",
        "越限最严重的 50 台；点名称看下方各格口。数据时间为各柜最新读数。",
    ),
    "locker-counties": ("By county", "按区市"),
    "locker-counties-about": (
        "Compartments beyond their limit, and nearer to it than 0.5 °C, of lockers that are heard.",
        "有数据的柜中，越限的格口数与余量小于 0.5 °C 的格口数。",
    ),
    "locker-compartments": ("One locker's compartments", "单台柜的各格口"),
    "locker-compartments-about": (
        "The greatest reading of each compartment in each interval; a gap is a gap.",
        "每个格口每个区间的最高读数；空白表示没有数据。",
    ),
    # alerts
    "open": ("Open", "未结束"),
    "unanswered": ("Unanswered", "未响应"),
    "oldest": ("Longest unanswered", "最久未响应"),
    "ack-median": ("Answered in, median", "响应时长中位数"),
    "ack-90": ("Answered in, 90 %", "90% 响应时长"),
    "messages": ("Messages", "消息"),
    "unheeded": ("Over, unanswered", "无人响应即结束"),
    "raised": ("Raised", "发出时间"),
    "age": ("Age", "已过"),
    "alert": ("Alert", "告警对象"),
    "subject": ("About", "事由"),
    "rule": ("Rule", "规则"),
    "escalations": ("Escalated", "升级次数"),
    "flaps": ("Came back", "反复次数"),
    "open-minutes": ("Lasted, median", "持续中位数"),
    "median": ("Median", "中位数"),
    "slowest": ("Slowest", "最慢"),
    "until": ("Until", "结束"),
    "going-on": ("going on", "仍持续"),
    "lasted": ("Lasted", "持续"),
    "new": ("New", "新"),
    "firing": ("Told, unanswered", "已通知未响应"),
    "escalated": ("Escalated", "已升级"),
    "acknowledged": ("In hand", "处理中"),
    "resolved": ("Over, unanswered", "已结束未响应"),
    "above": ("Too warm", "超上限"),
    "below": ("Too cold", "低于下限"),
    "door-open": ("Door open", "门未关"),
    "mains-lost": ("No mains", "断电"),
    "pull-down-late": ("Not cold in time", "预冷超时"),
    "battery-low": ("Battery low", "电量低"),
    "device-silent": ("Silent", "失联"),
    "short-cycling": ("Compressor short-cycles", "压缩机频繁启停"),
    "fast-rise": ("Rising fast", "快速升温"),
    "sensor-stuck": ("Sensor stuck", "传感器停滞"),
    "sensor-noisy": ("Sensor noisy", "传感器跳动"),
    "sensors-disagree": ("Sensors disagree", "传感器不一致"),
    "sensor-drifts": ("Sensor drifts", "传感器漂移"),
    "alert-counts": ("Alerts", "告警概况"),
    "alert-counts-about": (
        "Of the last 7 days. As of: the last thing that happened to any of them.",
        "近 7 天。数据时间为最近一次状态变化。",
    ),
    "open-alerts": ("Open alerts", "未结束的告警"),
    "open-alerts-about": (
        "Of the last 7 days: those that nobody answered first, the oldest of them first. The "
        "alert leads to its page, where it is answered.",
        "近 7 天：未响应的在前，最久的在前。点告警对象打开其页面并响应。",
    ),
    "alerts-of-one": ("Alerts", "告警"),
    "alerts-of-one-about": (
        "Of this device in the time range; each leads to its page.",
        "此设备在时间范围内的告警；点击打开其页面。",
    ),
    "alerts-raised": ("Alerts raised", "发出的告警"),
    "alerts-raised-about": ("In each interval, by severity.", "各区间按级别统计。"),
    "time-to-acknowledge": ("Time to acknowledge", "响应时长"),
    "time-to-acknowledge-about": (
        "Minutes from an alert to the first answer, of those raised in each interval; those "
        "that nobody answered are not in it.",
        "各区间发出的告警到首次响应的分钟数；未响应的不计。",
    ),
    "noise": ("Noisiest", "最吵的来源"),
    "noise-about": (
        "Devices by how many alerts they made in the time range, what about, how many messages "
        "came of it, how often it came back, and how many ended with nobody's answer.",
        "时间范围内各设备的告警数、事由、消息数、反复次数与无人响应即结束的次数。",
    ),
    "conditions": ("Rules' findings under way", "规则发现（持续中）"),
    "conditions-about": (
        "Of the last 7 days, those that go on.",
        "近 7 天仍在持续的。",
    ),
    "conditions-of-one": ("Rules' findings", "规则发现"),
    "conditions-of-one-about": (
        "What the fleet rules found of this device in the time range.",
        "时间范围内规则对此设备的发现。",
    ),
    # first mile
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
    "none": ("none", "无"),
    "no-data": ("no data", "无数据"),
}


def words(key: str, language: Language) -> str:
    """The text for a key. Raises KeyError."""
    return _WORDS[key][LANGUAGES.index(language)]
