"""What stored things are called: states, kinds, columns."""

WORDS: dict[str, tuple[str, str]] = {
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
    # nothing
    "none": ("none", "无"),
    "no-data": ("no data", "无数据"),
}
