"""The table of rules: what feeds each, how grave it is, what it is called."""

from dataclasses import dataclass
from typing import Any, Literal

from coldchain.limits import Limit, Severity
from coldchain.profile import Profile
from coldchain.reasons import Language
from coldchain.times import iso, minutes

from .cycling import ShortCycling
from .faults import SensorNoisy, SensorStuck
from .findings import Finding, Rule
from .held import BatteryLow, DeviceSilent, DoorOpen, MainsLost, PullDownLate
from .neighbours import SensorDrifts, SensorsDisagree
from .rise import FastRise

#: What a rule is fed: a channel's quantity (temperature: air or product, micro-degrees), a
#: frame's receipt or battery, or the difference between two neighbours' pieces.
Feed = Literal[
    "door", "mains", "compressor", "battery", "receipt", "temperature", "pre-cooling", "difference"
]


@dataclass(frozen=True, slots=True)
class Row:
    """A rule as registered. `is_fault`: it doubts a sensor, and makes a verdict review."""

    rule: str
    feed: Feed
    severity: Severity
    is_fault: bool
    sentences: dict[Language, str]


RULES: dict[str, Row] = {
    row.rule: row
    for row in (
        Row(
            "door-open",
            "door",
            "warning",
            False,
            {"en": "door open since {since}", "zh-CN": "门自 {since} 起未关"},
        ),
        Row(
            "mains-lost",
            "mains",
            "critical",
            False,
            {"en": "no mains power since {since}", "zh-CN": "自 {since} 起断电"},
        ),
        Row(
            "pull-down-late",
            "pre-cooling",
            "warning",
            False,
            {
                "en": "not pre-cooled to {target:g} °C in {patience:g} min",
                "zh-CN": "{patience:g} 分钟内未预冷至 {target:g} °C",
            },
        ),
        Row(
            "battery-low",
            "battery",
            "warning",
            False,
            {"en": "battery low since {since}", "zh-CN": "自 {since} 起电量低"},
        ),
        Row(
            "device-silent",
            "receipt",
            "warning",
            False,
            {"en": "not heard since {since}", "zh-CN": "自 {since} 起失联"},
        ),
        Row(
            "short-cycling",
            "compressor",
            "warning",
            False,
            {
                "en": "compressor started {starts:g} times within {window:g} min",
                "zh-CN": "压缩机 {window:g} 分钟内启动 {starts:g} 次",
            },
        ),
        Row(
            "fast-rise",
            "temperature",
            "warning",
            False,
            {
                "en": "nearing its limit by {rate:.2f} °C/min: {left:.0f} min left",
                "zh-CN": "以 {rate:.2f} °C/分钟 接近限值，约剩 {left:.0f} 分钟",
            },
        ),
        Row(
            "sensor-stuck",
            "temperature",
            "warning",
            True,
            {
                "en": "sensor stuck at {celsius:g} °C since {since}",
                "zh-CN": "传感器自 {since} 起停在 {celsius:g} °C",
            },
        ),
        Row(
            "sensor-noisy",
            "temperature",
            "warning",
            True,
            {"en": "sensor jumps about since {since}", "zh-CN": "传感器自 {since} 起读数跳动"},
        ),
        Row(
            "sensors-disagree",
            "difference",
            "warning",
            True,
            {
                "en": "two sensors more than {most:g} °C apart since {since}",
                "zh-CN": "两个传感器自 {since} 起相差超过 {most:g} °C",
            },
        ),
        Row(
            "sensor-drifts",
            "difference",
            "warning",
            True,
            {
                "en": "a sensor has drifted by {moved:+.2f} °C against its neighbour",
                "zh-CN": "传感器相对邻近传感器漂移 {moved:+.2f} °C",
            },
        ),
    )
}


def rules_for(
    feed: Feed, profile: Profile | None = None, limit: Limit | None = None
) -> list[Rule[Any]]:
    """The rules that this feed is given to, with their usual numbers.

    The pull-down rule is there where the profile has one, fast-rise where a limit is given; what
    is known time is the profile's to say.
    """
    usual: list[Rule[Any]] = [
        DoorOpen(),
        MainsLost(),
        BatteryLow(),
        DeviceSilent(),
        ShortCycling(),
        SensorStuck() if profile is None else SensorStuck(max_gap=profile.max_gap),
        SensorNoisy(),
        SensorsDisagree(),
        SensorDrifts(),
    ]
    if profile is not None and profile.pull_down is not None:
        usual.append(PullDownLate(profile.pull_down))
    if limit is not None:
        usual.append(FastRise(limit))
    return [rule for rule in usual if RULES[rule.id].feed == feed]


def say(finding: Finding, language: Language = "en", since: str | None = None) -> str:
    """A finding as a sentence. `since`: its time as the reader's clock has it, else UTC."""
    figures: dict[str, str | float] = {
        "since": iso(finding.since) if since is None else since,
        "patience": minutes(finding.due - finding.since),
        **finding.values,
    }
    return RULES[finding.rule].sentences[language].format(**figures)
