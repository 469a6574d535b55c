"""Why a verdict is what it is, in words: one table of sentences, zh-CN and en."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Literal

from .times import from_iso, local

Language = Literal["en", "zh-CN"]

#: Words that a figure is told by: the sides of a limit, where on the goods, a sensor's fault.
_TERMS: dict[Language, dict[str, dict[str, str]]] = {
    "en": {
        "side": {
            "above": "above",
            "below": "below",
            "at-or-above": "at or above",
            "at-or-below": "at or below",
        },
        "where": {"surface": "surface", "core": "core"},
        "fault": {
            "sensor-stuck": "it stood still for hours",
            "sensor-noisy": "its readings jump about",
            "sensors-disagree": "two of a compartment are far apart",
            "sensor-drifts": "it drifts away from its neighbour",
        },
    },
    "zh-CN": {
        "side": {
            "above": "高于",
            "below": "低于",
            "at-or-above": "达到或高于",
            "at-or-below": "达到或低于",
        },
        "where": {"surface": "表面", "core": "中心"},
        "fault": {
            "sensor-stuck": "读数数小时不变",
            "sensor-noisy": "读数跳动",
            "sensors-disagree": "同一舱室的两个传感器相差过大",
            "sensor-drifts": "相对邻近传感器漂移",
        },
    },
}

_SENTENCES: dict[str, dict[Language, str]] = {
    "confirmed": {
        "en": "{limit}: {side} {threshold:g} °C for {minutes:.1f} min, {allowed:g} allowed",
        "zh-CN": "{limit}：{side} {threshold:g} °C 达 {minutes:.1f} 分钟，允许 {allowed:g} 分钟",
    },
    "presumed": {
        "en": "{limit}: silent while {side} {threshold:g} °C, for longer than {allowed:g} min",
        "zh-CN": "{limit}：{side} {threshold:g} °C 时失联，超过允许的 {allowed:g} 分钟",
    },
    "possible": {
        "en": "{limit}: may have been {side} {threshold:g} °C for {minutes:.1f} min, known and"
        " unknown time together, {allowed:g} allowed",
        "zh-CN": "{limit}：连同未知时间可能{side} {threshold:g} °C 达 {minutes:.1f} 分钟，"
        "允许 {allowed:g} 分钟",
    },
    "mkt": {
        "en": "mean kinetic temperature {mkt:.2f} °C, at most {allowed:g} allowed",
        "zh-CN": "平均动力学温度 {mkt:.2f} °C，最高允许 {allowed:g} °C",
    },
    "mkt-window": {
        "en": "mean kinetic temperature {mkt:.2f} °C over the {hours:g} h from {at}, at most"
        " {allowed:g} allowed",
        "zh-CN": "自 {at} 起 {hours:g} 小时的平均动力学温度 {mkt:.2f} °C，最高允许 {allowed:g} °C",
    },
    "mkt-possible": {
        "en": "mean kinetic temperature can't be shown to be at most {allowed:g} °C:"
        " {minutes:.1f} min unknown, and there was an excursion",
        "zh-CN": "无法证明平均动力学温度不超过 {allowed:g} °C：有 {minutes:.1f} 分钟未知，且有超温",
    },
    "nothing-measured": {"en": "nothing was measured", "zh-CN": "没有任何测量"},
    "nothing-known": {
        "en": "nothing is known: no two readings are near enough to each other to be joined",
        "zh-CN": "没有任何已知时段：没有两个间隔足够近、可以相连的读数",
    },
    "conflicts": {
        "en": "{count} {times} with different values",
        "zh-CN": "{count} 个时刻的读数互相矛盾",
    },
    "untimed": {
        "en": "{count} {lines} without a readable time, perhaps before or after what is judged",
        "zh-CN": "{count} 行的时间无法读取：可能在所评判的时段之前或之后",
    },
    "unknown-time": {
        "en": "{minutes:.1f} min unknown, {allowed:g} allowed",
        "zh-CN": "未知时间 {minutes:.1f} 分钟，允许 {allowed:g} 分钟",
    },
    "sampled-too-rarely": {
        "en": "recorded only every {minutes:.1f} min while beyond a limit, every {allowed:g} asked",
        "zh-CN": "超出限值期间最长 {minutes:.1f} 分钟才记录一次，要求每 {allowed:g} 分钟一次",
    },
    "by-hand": {
        "en": "{limit}: measured {celsius:g} °C by hand ({where}) at {at}",
        "zh-CN": "{limit}：{at} 人工测得 {celsius:g} °C（{where}）",
    },
    "sensor-fault": {"en": "sensor fault: {fault}", "zh-CN": "传感器故障：{fault}"},
}


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason: the verdict it forces, its code, and the figures of its sentence."""

    verdict: Literal["accept", "review", "reject"]
    code: str
    values: Mapping[str, str | int | float] = field(default_factory=dict)

    def text(self, language: Language = "en", zone: tzinfo | None = None) -> str:
        """The reason as a sentence; times in the zone, None: as ISO 8601 UTC."""
        told = dict(self.values)
        for name, terms in _TERMS[language].items():
            if name in told:
                told[name] = terms.get(str(told[name]), told[name])
        if "at" in told and zone is not None:
            told["at"] = local(from_iso(str(told["at"])), zone)
        told["times"] = "time" if told.get("count") == 1 else "times"
        told["lines"] = "line" if told.get("count") == 1 else "lines"
        return _SENTENCES[self.code][language].format(**told)
