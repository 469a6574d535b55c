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
