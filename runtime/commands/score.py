"""`coldchain score`: what was detected against what really happened."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from runtime.errors import UserError

if TYPE_CHECKING:
    from rich.console import Console

    from coldchain.records import ConditionRecord, ExcursionRecord
    from coldchain.truth import KindScore, Miss, Score, TruthFile

Language = Literal["zh-CN", "en"]

EXIT_NOT_PERFECT = 1

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "kind": "kind",
        "severity": "severity",
        "true": "true",
        "found": "found",
        "missed": "missed",
        "false": "false",
        "precision": "precision",
        "recall": "recall",
        "delay": "delay, min",
        "excursions": "all",
        "healthy": "sensors sound",
        "any": "",
        "miss": "missed",
        "alarm": "false alarm",
        "because": "because",
        "unexplained": "unexplained",
        "open": "never ended",
        "not": "not scored",
        "perfect": "Nothing missed, no false alarm.",
        "imperfect": "{missed} missed, {alarms} false alarms.",
    },
    "zh-CN": {
        "kind": "类别",
        "severity": "等级",
        "true": "真实",
        "found": "检出",
        "missed": "漏报",
        "false": "误报",
        "precision": "精确率",
        "recall": "召回率",
        "delay": "延迟（分钟）",
        "excursions": "全部",
        "healthy": "传感器正常",
        "any": "",
        "miss": "漏报",
        "alarm": "误报",
        "because": "原因",
        "unexplained": "原因不明",
        "open": "始终未结束",
        "not": "未评分",
        "perfect": "无漏报，无误报。",
        "imperfect": "漏报 {missed} 次，误报 {alarms} 次。",
    },
}


def run(
    truth: Annotated[Path, typer.Option(help="What really happened, as `emulate --truth` writes.")],
    excursions: Annotated[
        Path,
        typer.Option(
            help="What was detected: as `evaluate DIR --json` prints, or the records of the"
            " excursions' topic, one a line."
        ),
    ],
    profiles: Annotated[
        Path | None, typer.Option(help="A folder of profiles besides the shipped ones.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the score as JSON.")] = False,
    language: Annotated[
        Language | None, typer.Option(help="Of the table; else as the settings say.")
    ] = None,
) -> None:
    """Score detection: exit status 0 nothing missed and no false alarm, 1 not so, 2 misused.

    Precision, recall and delay by kind of excursion and of fault; every miss and false alarm
    with what may explain it. A true one is found once, however many records say it, and by none
    that was confirmed before it could be; records that never ended are told. Of records said
    more than once the last one holds. Delays are the middle one (and the longest), from when it
    was truly confirmed, by the records' own times.

    Example: `coldchain emulate --to city --truth truth.json`, then
    `coldchain evaluate city --json > found.json`, then
    `coldchain score --truth truth.json --excursions found.json`
    """
    import msgspec

    from coldchain.profile_toml import ProfileError
    from coldchain.scoring import score
    from runtime.profiles import load_profiles

    true = _read_truth(truth)
    found, conditions, rules = _read_records(excursions)
    try:
        known = load_profiles(profiles).values()
    except ProfileError as error:
        raise UserError(str(error)) from None
    severities = {(one.id, limit.id): str(limit.severity) for one in known for limit in one.limits}
    try:
        scored = score(true, found, conditions, severities, rules)
    except ValueError as error:  # a time that is none
        raise UserError(f"{truth} or {excursions}: {error}") from None
    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(scored), indent=1).decode())
    else:
        _show(scored, language)
    if not scored.is_perfect:
        raise typer.Exit(EXIT_NOT_PERFECT)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path}: can't be read: {error.strerror}") from None


def _read_truth(path: Path) -> "TruthFile":
    import msgspec

    from coldchain.truth import TruthFile

    try:
        return msgspec.json.decode(_read(path), type=TruthFile)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UserError(f"{path}: not a truth file: {error}") from None


def _read_records(
    path: Path,
) -> "tuple[list[ExcursionRecord], list[ConditionRecord], list[str] | None]":
    """The excursions and conditions of a file, and by which fleet rules it says it was judged.

    Raises UserError, naming the line.
    """
    import msgspec

    from coldchain.records import ConditionRecord, ExcursionRecord

    found: list[ExcursionRecord] = []
    conditions: list[ConditionRecord] = []
    raw = _read(path)
    whole = _whole(raw)
    rules = whole.get("rules") if isinstance(whole, dict) else None
    for where, one in _records(raw, whole, path):
        try:
            if isinstance(one, dict) and "rule" in one:
                conditions.append(msgspec.convert(one, ConditionRecord))
            else:
                found.append(msgspec.convert(one, ExcursionRecord))
        except msgspec.ValidationError as error:
            raise UserError(f"{path}: {where}: not an excursion's record: {error}") from None
    return found, conditions, rules if isinstance(rules, list) else None


def _whole(raw: bytes) -> Any:
    """The file as one JSON value; None where it is none."""
    import msgspec

    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


def _records(raw: bytes, whole: Any, path: Path) -> Iterator[tuple[str, Any]]:
    """Each record with where it stands: `{"excursions": […]}`, a list, or one a line."""
    import msgspec

    if isinstance(whole, dict) and "excursions" in whole:
        parts = (whole["excursions"], whole.get("conditions", []))
        if not all(isinstance(part, list) for part in parts):
            raise UserError(f"{path}: `excursions` and `conditions` must be lists of records")
        whole = [one for part in parts for one in part]
    if isinstance(whole, list):
        yield from ((f"record {number}", one) for number, one in enumerate(whole, 1))
        return
    for number, line in enumerate(raw.splitlines(), 1):
        if not line.strip():
            continue
        try:
            yield f"line {number}", msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise UserError(f"{path}: line {number}: not JSON: {error}") from None


def _show(scored: "Score", language: Language | None) -> None:
    from rich.console import Console

    from runtime.settings import load_settings

    chosen = language or ("en" if load_settings().people.language == "en" else "zh-CN")
    width = None if sys.stdout.isatty() else 120  # else a pipe gets its words cut off
    words, console = _WORDS[chosen], Console(highlight=False, soft_wrap=True, width=width)
    _table(console, words, [scored.excursions, scored.healthy, *scored.by_limit, *scored.by_fault])
    told = {"miss": scored.missed, "alarm": scored.false_alarms, "open": scored.never_ended}
    for what, misses in told.items():
        label = words[what]
        for one in misses:
            console.print(_line(label, one, words), markup=False)
    for kind, why in scored.not_scored.items():
        console.print(f"{words['not']}: {kind}: {why}", markup=False)
    missed, alarms = len(scored.missed), len(scored.false_alarms)
    said = words["perfect"] if scored.is_perfect else words["imperfect"]
    console.print(said.format(missed=missed, alarms=alarms))


def _table(console: "Console", words: dict[str, str], rows: "list[KindScore]") -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for column in ("kind", "severity"):
        table.add_column(words[column])
    for column in ("true", "found", "missed", "false", "precision", "recall", "delay"):
        table.add_column(words[column], justify="right")
    for row in rows:
        delay = "" if row.delay is None else f"{row.delay:.1f} ({row.longest_delay:.1f})"
        table.add_row(
            words.get(row.kind, row.kind),
            words.get(row.severity, row.severity),
            *(str(count) for count in (row.true, row.found, row.missed, row.false_alarms)),
            *("-" if one is None else f"{one:.3f}" for one in (row.precision, row.recall)),
            delay,
        )
    console.print(table)


def _line(label: str, one: "Miss", words: dict[str, str]) -> str:
    lasted = "" if one.minutes is None else f" ({one.minutes:.1f} min)"
    why = "; ".join(one.because) or words["unexplained"]
    where = f"{one.device} {one.channel}".strip()
    return (
        f"{label}: {where} {one.kind} ({one.severity}) {one.start}{lasted};"
        f" {words['because']}: {why}"
    )
