"""Lockers."""

WORDS: dict[str, tuple[str, str]] = {
    "compartments": ("Compartments", "格口数"),
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
        "How many compartments are how far inside their limits, or beyond, as each 5 minutes "
        "began. Those of silent "
        "lockers are in no row; where nothing was heard there is a gap.",
        "按距限值的余量或越限幅度统计格口数（每 5 分钟开始时）。失联柜的格口不计；无数据处留空。",
    ),
    "worst-lockers": ("Worst lockers first", "最差的柜在前"),
    "worst-lockers-about": (
        "The 50 worst that are beyond a limit; of one county and kind a worker tells its 20 worst. "
        "A name leads to its compartments below. As of: each locker's newest reading.",
        "越限最严重的 50 台；各分区每区市每类型列出最差的 20 台。点名称看下方各格口。"
        "数据时间为各柜最新读数。",
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
}
