"""`coldchain evaluate`: a logger's file judged by a profile, without any server."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo

import typer

from runtime.errors import UserError
from runtime.logger_files import (
    DatesOption,
    ProfilesOption,
    UnitOption,
    ZoneOption,
    profile_named,
    progress,
    read_logger,
    zone_named,
)

if TYPE_CHECKING:
    from coldchain.evaluation import Evaluated
    from coldchain.parcel_records import ParcelRecord
    from coldchain.profile import Profile
    from ingest.loggers import LoggerFile

Language = Literal["zh-CN", "en"]

EXIT_NOT_ACCEPTED = 1
#: Frames refused are told up to so many.
MOST_TOLD = 10


def run(
    file: Annotated[
        Path, typer.Argument(help="A logger's export (CSV or text), or a folder of frames.")
    ],
    profile: Annotated[
        str | None, typer.Option(help="What the goods may go through, as iced-seafood.")
    ] = None,
    profiles: ProfilesOption = None,
    tz: ZoneOption = None,
    unit: UnitOption = None,
    dates: DatesOption = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one object per temperature column, in a list.")
    ] = False,
    plot: Annotated[
        Path | None, typer.Option(help="Draw it into this .png or .svg too.", metavar="FILE")
    ] = None,
    language: Annotated[
        Language | None, typer.Option(help="Of the table; else as the settings say.")
    ] = None,
) -> None:
    """Judge a logger's file by a profile: exit status 0 accept, 1 review or reject, 2 misused.

    The file has a header with a time column (time, timestamp, date, datetime or ts; ISO 8601,
    or epoch seconds or milliseconds) and temperatures beside it; HOBOware, EasyLog and iButton
    exports are known too. Columns named for something else (humidity, battery…) are not judged,
    and named. Lines that can't be read are told with their number and reason.

    A folder, as `coldchain emulate --to DIR` writes it, is judged by its own registry, and its
    excursions printed: those that the stream must arrive at. --json has what the fleet's rules
    find as well, but for silence: a folder does not say when a frame was received.

    Example: `coldchain evaluate trip.csv --profile iced-seafood --plot trip.png`
    """
    if file.is_dir():
        given = {"--profile": profile, "--tz": tz, "--unit": unit, "--dates": dates, "--plot": plot}
        _evaluate_folder(file, profiles, [name for name, value in given.items() if value], as_json)
        return
    if profile is None:
        raise UserError("--profile is missing; as in --profile iced-seafood")
    if plot is not None:
        from runtime.plots import check_format

        check_format(plot)
    rules = profile_named(profile, profiles)
    with progress(f"reading {file}"):
        logger = read_logger(file, tz, unit, dates)
    with progress(f"judging {len(logger.times):,} lines of {file}"):
        found = _evaluated(logger, rules)
    if plot is not None:
        with progress(f"drawing {plot}"):
            _draw(plot, file, logger, found, rules, _zone_shown(tz))
    if as_json:
        from coldchain.evaluation import as_json as evaluations_as_json

        for part in evaluations_as_json(found):
            typer.echo(part, nl=False)
    else:
        _show(logger, found, rules, _zone_shown(tz), language)
    if any(one.outcome.verdict != "accept" for one in found):
        raise typer.Exit(EXIT_NOT_ACCEPTED)


def _evaluate_folder(
    folder: Path, profiles: Path | None, misplaced: list[str], as_json: bool
) -> None:
    import msgspec

    from coldchain.fleet import JUDGED
    from coldchain.profile_toml import ProfileError
    from coldchain.whole import Judged
    from ingest.folder import FolderError, judge_folder
    from runtime.profiles import load_profiles

    if misplaced:
        raise UserError(f"{misplaced[0]} is for a logger's file; {folder} is a folder of frames")
    try:
        with progress(f"judging {folder}"):
            found = judge_folder(folder, load_profiles(profiles))
    except (FolderError, ProfileError) as error:
        raise UserError(str(error)) from None
    if as_json:
        judged = Judged(
            excursions=found.records,
            conditions=found.conditions,
            rules=sorted(JUDGED),
            parcels=found.parcels,
        )
        typer.echo(msgspec.json.encode(judged))
    else:
        from runtime.verdict_table import show_records

        show_records(found.records, _zone_shown(None))
    for line in found.rejected[:MOST_TOLD]:
        typer.echo(f"line {line.line}: {line.reason}", err=True)
    typer.echo(
        f"frames judged: {found.frames}, refused: {len(found.rejected)};"
        f" excursions: {len(found.records)}, of them confirmed:"
        f" {sum(one.confirmed is not None for one in found.records)};"
        f" {_of_parcels(found.parcels)}.",
        err=True,
    )


def _of_parcels(parcels: "list[ParcelRecord]") -> str:
    verdicts = Counter(one.verdict for one in parcels)
    said = ", ".join(f"{verdict} {count}" for verdict, count in sorted(verdicts.items()))
    return f"parcels: {len(parcels)}" + (f" ({said})" if said else "")


def _evaluated(logger: "LoggerFile", rules: "Profile") -> "list[Evaluated]":
    from coldchain.evaluation import RejectedLine, evaluate

    return [
        evaluate(
            rules,
            channel.name,
            *channel.readings(logger.times),
            [RejectedLine(line.line, line.reason) for line in logger.rejected_of(channel)],
            logger.span,
            logger.skipped,
            logger.untimed,
        )
        for channel in logger.channels
    ]


def _zone_shown(tz: str | None) -> ZoneInfo:
    """The zone a person reads times in: the logger's own where given, else that of the settings."""
    from runtime.settings import load_settings

    return zone_named(tz if tz is not None else load_settings().people.zone)


def _show(
    logger: "LoggerFile",
    found: "list[Evaluated]",
    rules: "Profile",
    zone: ZoneInfo,
    language: Language | None,
) -> None:
    from rich.console import Console

    from runtime.settings import load_settings
    from runtime.verdict_table import Sheet, show

    chosen = language or ("en" if load_settings().people.language == "en" else "zh-CN")
    sheets = [
        Sheet(one, logger.rejected_of(channel))
        for one, channel in zip(found, logger.channels, strict=True)
    ]
    show(Console(), sheets, rules, zone, chosen)


def _draw(
    path: Path,
    file: Path,
    logger: "LoggerFile",
    found: "list[Evaluated]",
    rules: "Profile",
    zone: ZoneInfo,
) -> None:
    from runtime.plots import Panel, plot

    panels = [
        Panel(*channel.readings(logger.times), one)
        for channel, one in zip(logger.channels, found, strict=True)
    ]
    plot(path, f"{file.name}, judged by {rules.id}", panels, rules, zone)
