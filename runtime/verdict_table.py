"""A file's verdict as a person reads it: zh-CN and en, times in their own zone."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING

from coldchain.celsius import from_micro
from coldchain.evaluation import Evaluated
from coldchain.limits import Limit
from coldchain.profile import Profile
from coldchain.reasons import Language
from coldchain.records import ExcursionRecord
from coldchain.times import from_iso, minutes

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

#: Lines that could not be read are listed up to so many.
MOST_REJECTED = 10

_VERDICTS: dict[Language, dict[str, str]] = {
    "en": {"accept": "conforming", "review": "to assess", "reject": "out of limits"},
    "zh-CN": {"accept": "符合", "review": "待评估", "reject": "超限"},
}
_SIGNS = {
    ("above", False): ">",
    ("above", True): "≥",
    ("below", False): "<",
    ("below", True): "≤",
}
_COLORS = {"accept": "green", "review": "yellow", "reject": "red"}
_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "by": "by profile",
        "readings": "{readings} readings, {duplicates} repeated, {conflicts} in conflict",
        "time": "{start} to {end} ({zone}): {known:.1f} min known, {unknown:.1f} min unknown",
        "figures": "min {min}  max {max}  mean {mean}  MKT {mkt} °C",
        "shelf": "shelf life used {used:.1%}; {hours} h left at {at:g} °C ({model})",
        "limit": "limit",
        "start": "from",
        "confirmed": "confirmed",
        "end": "to",
        "minutes": "minutes",
        "unknown": "unknown",
        "degree": "°C min",
        "peak": "peak",
        "open": "(open)",
        "none": "no excursion",
        "rejected": "lines that could not be read: {count}",
        "line": "line {line}: {reason}",
        "more": "and {count} more (--json lists them all)",
        "min": "min",
    },
    "zh-CN": {
        "by": "依据",
        "readings": "{readings} 个读数，{duplicates} 个重复，{conflicts} 个矛盾",
        "time": "{start} 至 {end}（{zone}）：已知 {known:.1f} 分钟，未知 {unknown:.1f} 分钟",
        "figures": "最低 {min}  最高 {max}  平均 {mean}  平均动力学温度 {mkt} °C",
        "shelf": "已用货架期 {used:.1%}；{at:g} °C 下剩余 {hours} 小时（{model}）",
        "limit": "限值",
        "start": "开始",
        "confirmed": "确认",
        "end": "结束",
        "minutes": "分钟",
        "unknown": "未知",
        "degree": "°C·分钟",
        "peak": "极值",
        "open": "（未结束）",
        "none": "无超温",
        "rejected": "无法读取的行：{count}",
        "line": "第 {line} 行：{reason}",
        "more": "另有 {count} 行（--json 全部列出）",
        "min": "分钟",
    },
}


def show(
    console: "Console",
    found: Sequence[Evaluated],
    profile: Profile,
    zone: tzinfo,
    language: Language,
) -> None:
    """Print each column's verdict, figures, excursions and what could not be read."""
    from rich.table import Table

    for evaluated in found:
        for part in _parts(evaluated, profile, zone, language):
            console.print(part, highlight=False, soft_wrap=not isinstance(part, Table))
        console.print()


def show_records(records: Sequence[ExcursionRecord], zone: tzinfo) -> None:
    """Print excursion records, one a row; confirmed ones in their severity's colour."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim", caption=f"times: {zone}")
    for name in ("device", "channel", "limit", "from", "confirmed", "to"):
        table.add_column(name, overflow="fold")
    for name in ("minutes", "peak"):
        table.add_column(name, justify="right")
    for one in records:
        color = _COLORS["reject" if one.severity == "critical" else "review"]
        table.add_row(
            one.device,
            one.channel,
            one.limit,
            _local(one.start, zone, records[0].start),
            _local(one.confirmed, zone, one.start) if one.confirmed else "-",
            _local(one.end, zone, one.start) if one.end else _WORDS["en"]["open"],
            f"{one.minutes:.1f}",
            f"{one.peak:.2f}",
            style=color if one.confirmed else "",
        )
    Console().print(table, highlight=False)


def _parts(
    evaluated: Evaluated, profile: Profile, zone: tzinfo, language: Language
) -> "list[RenderableType]":
    from rich.text import Text

    words, printed = _WORDS[language], evaluated.printed
    verdict = printed.verdict
    head = Text.assemble(
        (printed.channel, "bold"),
        f"  {words['by']} {profile.title.get(language, profile.id)} ({profile.id}): ",
        (f"{_VERDICTS[language][verdict]} ({verdict})", f"bold {_COLORS[verdict]}"),
    )
    parts: list[RenderableType] = [head]
    parts += [Text(f"  {reason.text(language)}") for reason in evaluated.outcome.reasons]
    parts += [Text(f"  {line}") for line in _figures(evaluated, zone, language)]
    parts.append(_table(evaluated, profile, zone, words) if printed.excursions else words["none"])
    if printed.rejected:
        parts.append(Text(words["rejected"].format(count=len(printed.rejected)), "yellow"))
        for line in printed.rejected[:MOST_REJECTED]:
            said = words["line"].format(line=line.line, reason=line.reason)
            parts.append(Text(f"  {said}"))
        more = len(printed.rejected) - MOST_REJECTED
        if more > 0:
            parts.append(Text(f"  {words['more'].format(count=more)}"))
    return parts


def _figures(evaluated: Evaluated, zone: tzinfo, language: Language) -> list[str]:
    words, printed = _WORDS[language], evaluated.printed
    lines = [
        words["readings"].format(
            readings=printed.readings, duplicates=printed.duplicates, conflicts=printed.conflicts
        )
    ]
    if printed.start is None or printed.end is None:
        return lines
    lines.append(
        words["time"].format(
            start=_local(printed.start, zone),
            end=_local(printed.end, zone),
            zone=zone,
            known=printed.known_minutes,
            unknown=printed.unknown_minutes,
        )
    )
    lines.append(
        words["figures"].format(
            min=_degrees(printed.min),
            max=_degrees(printed.max),
            mean=_degrees(printed.mean),
            mkt=_degrees(printed.mkt),
        )
    )
    shelf = printed.shelf_life
    if shelf is not None:
        hours = "∞" if shelf.remaining_hours is None else f"{shelf.remaining_hours:.1f}"
        lines.append(
            words["shelf"].format(
                used=shelf.used, hours=hours, at=shelf.at_celsius, model=shelf.model
            )
        )
    return lines


def _table(
    evaluated: Evaluated, profile: Profile, zone: tzinfo, words: dict[str, str]
) -> "RenderableType":
    from rich.table import Table

    excursions = evaluated.printed.excursions
    shows_unknown = any(excursion.unknown_minutes for excursion in excursions)
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim")
    for key in ("limit", "start", "confirmed", "end"):
        table.add_column(words[key], overflow="fold")
    for key in ("minutes", "unknown", "degree", "peak"):
        if key != "unknown" or shows_unknown:
            table.add_column(words[key], justify="right")
    limits = {limit.id: limit for limit in profile.limits}
    for excursion in excursions:
        limit = limits[excursion.limit]
        color = _COLORS["reject" if limit.severity == "critical" else "review"]
        numbers = [excursion.minutes, excursion.unknown_minutes, excursion.degree_minutes]
        if not shows_unknown:
            del numbers[1]
        table.add_row(
            f"{limit.id} {_sign(limit)}{from_micro(limit.threshold):g},"
            f" {minutes(limit.allowed):g} {words['min']}",
            _local(excursion.start, zone, evaluated.printed.start),
            _local(excursion.confirmed, zone, excursion.start) if excursion.confirmed else "-",
            _local(excursion.end, zone, excursion.start) if excursion.end else words["open"],
            *(f"{number:.1f}" for number in numbers),
            f"{excursion.peak:.2f}",
            style=color if excursion.confirmed else "",
        )
    return table


def _sign(limit: Limit) -> str:
    return _SIGNS[limit.side, limit.inclusive]


def _local(text: str, zone: tzinfo, after: str | None = None) -> str:
    """A time in the zone; after another time, without what is the same anyway."""
    moment = datetime.fromtimestamp(from_iso(text) / 1000, tz=zone)
    if after is not None:
        other = datetime.fromtimestamp(from_iso(after) / 1000, tz=zone)
        if other.date() == moment.date():
            return f"{moment:%H:%M:%S}"
        return f"{moment:%m-%d %H:%M:%S}"
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def _degrees(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
