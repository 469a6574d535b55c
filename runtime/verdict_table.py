"""A file's verdict as a person reads it: zh-CN and en, times in their own zone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from heapq import nsmallest
from typing import TYPE_CHECKING

from coldchain.celsius import from_micro
from coldchain.evaluation import Evaluated
from coldchain.excursions import Excursion
from coldchain.limits import Limit
from coldchain.profile import Profile
from coldchain.reasons import Language
from coldchain.records import ExcursionRecord
from coldchain.rules.table import say
from coldchain.times import from_iso, iso, local, minutes

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from ingest.loggers import Line

#: Lines that could not be read, and sensor faults, are listed up to so many.
MOST_LISTED = 10
#: So many excursions are shown: those confirmed, and the longest of the others.
MOST_EXCURSIONS = 40

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
        "readings": "readings: {readings}, repeated: {duplicates}, in conflict: {conflicts}",
        "time": "{start} to {end} ({zone}): {known:.1f} min known, {unknown:.1f} min unknown",
        "figures": "min {min}  max {max}  mean {mean}  MKT {mkt} °C",
        "shelf": "shelf life used {used:.1%}; {hours} h left at {at:g} °C ({model})",
        "limit": "limit",
        "start": "from",
        "confirmed": "confirmed",
        "presumed": "presumed {at}",
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
        "skipped": "columns not judged: {names}",
        "min": "min",
    },
    "zh-CN": {
        "by": "依据",
        "readings": "读数 {readings} 个，重复 {duplicates} 个，矛盾 {conflicts} 个",
        "time": "{start} 至 {end}（{zone}）：已知 {known:.1f} 分钟，未知 {unknown:.1f} 分钟",
        "figures": "最低 {min}  最高 {max}  平均 {mean}  平均动力学温度 {mkt} °C",
        "shelf": "已用货架期 {used:.1%}；{at:g} °C 下剩余 {hours} 小时（{model}）",
        "limit": "限值",
        "start": "开始",
        "confirmed": "确认",
        "presumed": "推定 {at}",
        "end": "结束",
        "minutes": "分钟",
        "unknown": "未知",
        "degree": "°C·分钟",
        "peak": "极值",
        "open": "（未结束）",
        "none": "无超温",
        "rejected": "无法读取的行：{count}",
        "line": "第 {line} 行：{reason}",
        "more": "另有 {count} 项（--json 全部列出）",
        "skipped": "未评判的列：{names}",
        "min": "分钟",
    },
}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A column judged, and the lines of it that could not be read."""

    evaluated: Evaluated
    rejected: "Sequence[Line]"


def show(
    console: "Console",
    sheets: Sequence[Sheet],
    profile: Profile,
    zone: tzinfo,
    language: Language,
) -> None:
    """Print each column's verdict, figures, excursions and what could not be read."""
    from rich.table import Table

    for sheet in sheets:
        for part in _parts(sheet, profile, zone, language):
            console.print(part, highlight=False, soft_wrap=not isinstance(part, Table))
        console.print()
    skipped = sheets[0].evaluated.summary.skipped if sheets else []
    if skipped:
        said = _WORDS[language]["skipped"].format(names=", ".join(skipped))
        console.print(said, style="dim", highlight=False, markup=False)


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
    sheet: Sheet, profile: Profile, zone: tzinfo, language: Language
) -> "list[RenderableType]":
    from rich.text import Text

    evaluated = sheet.evaluated
    words, printed = _WORDS[language], evaluated.summary
    verdict = printed.verdict
    head = Text.assemble(
        (printed.channel, "bold"),
        f"  {words['by']} {profile.title.get(language, profile.id)} ({profile.id}): ",
        (f"{_VERDICTS[language][verdict]} ({verdict})", f"bold {_COLORS[verdict]}"),
    )
    reasons = [reason.text(language, zone) for reason in evaluated.outcome.reasons]
    parts: list[RenderableType] = [head, *(Text(f"  {reason}") for reason in reasons)]
    parts += [Text(f"  {figure}") for figure in _figures(evaluated, zone, language)]
    excursions = evaluated.judged.excursions
    parts.append(_table(evaluated, profile, zone, words) if excursions else words["none"])
    if len(excursions) > MOST_EXCURSIONS:
        parts.append(f"  {words['more'].format(count=len(excursions) - MOST_EXCURSIONS)}")
    faults = [say(one, language, local(one.since, zone)) for one in evaluated.faults]
    parts += _listed(faults, words)
    if sheet.rejected:
        parts.append(Text(words["rejected"].format(count=len(sheet.rejected)), "yellow"))
        parts += _listed(
            [
                words["line"].format(line=n.line, reason=n.why.text(language))
                for n in sheet.rejected
            ],
            words,
        )
    return parts


def _listed(said: Sequence[str], words: dict[str, str]) -> "list[RenderableType]":
    """The first of them, and how many more there are."""
    from rich.text import Text

    more = [words["more"].format(count=len(said) - MOST_LISTED)] if len(said) > MOST_LISTED else []
    return [Text(f"  {line}") for line in [*said[:MOST_LISTED], *more]]


def _figures(evaluated: Evaluated, zone: tzinfo, language: Language) -> list[str]:
    words, printed = _WORDS[language], evaluated.summary
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

    excursions = _gravest(evaluated.judged.excursions)
    shows_unknown = any(excursion.unknown_ms for excursion in excursions)
    table = Table(box=None, padding=(0, 1, 0, 0), header_style="dim")
    for key in ("limit", "start", "confirmed", "end"):
        table.add_column(words[key], overflow="fold")
    for key in ("minutes", "unknown", "degree", "peak"):
        if key != "unknown" or shows_unknown:
            table.add_column(words[key], justify="right")
    limits = {limit.id: limit for limit in profile.limits}
    for excursion in excursions:
        limit, start = limits[excursion.limit], iso(excursion.start)
        color = _COLORS["reject" if limit.severity == "critical" else "review"]
        numbers = [excursion.minutes, excursion.unknown_minutes, excursion.degree_minutes]
        if not shows_unknown:
            del numbers[1]
        table.add_row(
            f"{limit.id} {_sign(limit)}{from_micro(limit.threshold):g},"
            f" {minutes(limit.allowed):g} {words['min']}",
            _local(start, zone, evaluated.summary.start),
            _confirmed(excursion, zone, words),
            words["open"] if excursion.end is None else _local(iso(excursion.end), zone, start),
            *(f"{number:.1f}" for number in numbers),
            f"{excursion.peak_celsius:.2f}",
            style=color if excursion.confirmed is not None else "",
        )
    return table


def _gravest(found: Iterable[Excursion]) -> list[Excursion]:
    """Those that are shown, by time: the confirmed, the critical, the longest."""
    by_gravity = nsmallest(
        MOST_EXCURSIONS,
        enumerate(found),
        key=lambda one: (one[1].confirmed is None, one[1].severity == "warning", -one[1].ms),
    )
    return [excursion for _, excursion in sorted(by_gravity, key=lambda one: one[0])]


def _confirmed(found: Excursion, zone: tzinfo, words: dict[str, str]) -> str:
    start = iso(found.start)
    if found.confirmed is not None:
        return _local(iso(found.confirmed), zone, start)
    if found.presumed is None:
        return "-"
    return words["presumed"].format(at=_local(iso(found.presumed), zone, start))


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
    return local(from_iso(text), zone)


def _degrees(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
