"""Why a verdict is what it is, in words: one table of sentences, zh-CN and en."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Language = Literal["en", "zh-CN"]

_SIDES: dict[Language, dict[str, str]] = {
    "en": {"above": "above", "below": "below"},
    "zh-CN": {"above": "高于", "below": "低于"},
}

_WHERE: dict[Language, dict[str, str]] = {
    "en": {"surface": "surface", "core": "core"},
    "zh-CN": {"surface": "表面", "core": "中心"},
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
    "conflicts": {
        "en": "{count} times with different values",
        "zh-CN": "{count} 个时刻的读数互相矛盾",
    },
    "unknown-time": {
        "en": "{minutes:.1f} min unknown, {allowed:g} allowed",
        "zh-CN": "未知时间 {minutes:.1f} 分钟，允许 {allowed:g} 分钟",
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

    def text(self, language: Language = "en") -> str:
        """The reason as a sentence."""
        side = _SIDES[language].get(str(self.values.get("side")), "")
        where = _WHERE[language].get(str(self.values.get("where")), "")
        return _SENTENCES[self.code][language].format(
            **{**self.values, "side": side, "where": where}
        )
