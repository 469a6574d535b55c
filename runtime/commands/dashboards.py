"""`coldchain dashboards`: build, check, push and preview the Grafana boards."""

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

app = typer.Typer(
    help="Build, check, push and preview the Grafana boards.",
    no_args_is_help=True,
    rich_markup_mode="markdown",
)

AsJson = Annotated[bool, typer.Option("--json", help="Print it as JSON.")]
Since = Annotated[
    str | None, typer.Option(help="Start of the time range, ISO 8601. Default: 6 h before its end.")
]
Until = Annotated[str | None, typer.Option(help="End of the time range, ISO 8601. Default: now.")]


@app.command()
def build(folder: Annotated[Path, typer.Argument(help="Where to write them.")]) -> None:
    """Write every board, in each language, as a JSON file that Grafana takes.

    Example: `coldchain dashboards build boards`
    """
    from dashboards.boards import BOARDS
    from dashboards.words import LANGUAGES
    from runtime.errors import UserError

    console = _console()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for board in BOARDS:
            for language in LANGUAGES:
                file = folder / f"{board.uid(language)}.json"
                file.write_text(board.text(language, console) + "\n", encoding="utf-8")
                typer.echo(file)
    except OSError as error:
        raise UserError(f"the boards can't be written: {error}") from None


@app.command()
def check(
    since: Since = None,
    until: Until = None,
    slow: Annotated[float, typer.Option(help="More ms than this is slow.")] = 300.0,
    as_json: AsJson = False,
) -> None:
    """Ask every panel's question of the store: exit 1 if one fails, is slow or returns nothing.

    Example: `coldchain dashboards check --since 2026-11-24T00:00:00Z`
    """
    import json
    from dataclasses import asdict

    from dashboards.boards import BOARDS
    from dashboards.check import check_boards
    from runtime.settings import load_settings
    from series.http import Unreachable

    settings = load_settings()
    start_ms, end_ms = _range(since, until)
    try:
        checks = check_boards(
            settings.series, BOARDS, start_ms, end_ms, slow, _language(settings.people.language)
        )
    except Unreachable as error:
        raise _away(error) from None
    wrong = [one for one in checks if one.problem is not None]
    if as_json:
        json.dump([asdict(one) for one in checks], sys.stdout, ensure_ascii=False, indent=2)
        typer.echo()
    else:
        _table(
            ["Board", "Panel", "Rows", "ms", "Problem"],
            [
                [one.board, one.panel, str(one.rows), f"{one.milliseconds:.0f}", one.problem or ""]
                for one in checks
            ],
        )
        typer.echo(f"{len(checks)} questions asked, {len(wrong)} with a problem.", err=True)
    raise typer.Exit(1 if wrong else 0)


@app.command()
def push(
    url: Annotated[str | None, typer.Option(help="Where Grafana is.")] = None,
    influxdb_url: Annotated[
        str | None, typer.Option(help="Where InfluxDB is for Grafana, if elsewhere than for us.")
    ] = None,
    remove: Annotated[
        bool, typer.Option(help="Remove boards of ours that the code no longer has.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Bring folder, data source and boards into a Grafana; say what changed.

    The token is a service account's, from COLDCHAIN_DASHBOARDS_TOKEN (or `_TOKEN_FILE`).

    Example: `coldchain dashboards push --url http://127.0.0.1:3000`
    """
    import json
    from dataclasses import asdict, replace

    from dashboards.boards import BOARDS
    from dashboards.grafana import GrafanaError
    from dashboards.push import push as push_boards
    from dashboards.settings import GrafanaSettings
    from runtime.errors import UserError
    from runtime.settings import load_section, load_settings

    grafana = load_section("dashboards", GrafanaSettings)
    if not grafana.token:
        raise UserError("set COLDCHAIN_DASHBOARDS_TOKEN to the token of a Grafana service account")
    grafana = replace(
        grafana,
        url=url or grafana.url,
        influxdb_url=influxdb_url or grafana.influxdb_url,
        console_url=_console(grafana.console_url),
    )
    try:
        changes = push_boards(grafana, load_settings().series, BOARDS, remove=remove)
    except GrafanaError as error:
        raise UserError(str(error)) from None
    if as_json:
        json.dump([asdict(one) for one in changes], sys.stdout, ensure_ascii=False, indent=2)
        typer.echo()
    else:
        _table(
            ["What", "uid", "Title", "Outcome"],
            [[one.kind, one.uid, one.title, one.outcome] for one in changes],
        )


@app.command()
def preview(
    file: Annotated[Path, typer.Argument(help="The HTML file to write.")],
    since: Since = None,
    until: Until = None,
    language: Annotated[
        str | None, typer.Option(help="zh-CN or en. Default: the settings' language.")
    ] = None,
    board: Annotated[
        list[str] | None, typer.Option(help="Only this board, as `lockers`; may be repeated.")
    ] = None,
) -> None:
    """Draw the boards' data into one HTML file, without a Grafana.

    Example: `coldchain dashboards preview boards.html --language en --board lockers`
    """
    from zoneinfo import ZoneInfo

    from dashboards.boards import BY_SLUG
    from dashboards.preview import preview as draw
    from dashboards.words import LANGUAGES
    from runtime.errors import UserError
    from runtime.settings import load_settings
    from series.http import Unreachable
    from series.reader import QueryError

    settings = load_settings()
    chosen = language or settings.people.language
    if chosen not in LANGUAGES:
        raise UserError(f"no language {chosen!r} here: {' or '.join(LANGUAGES)}")
    if unknown := [one for one in board or () if one not in BY_SLUG]:
        raise UserError(f"no board {unknown[0]!r} here: {', '.join(BY_SLUG)}")
    boards = [BY_SLUG[one] for one in board or BY_SLUG]
    start_ms, end_ms = _range(since, until)
    zone = ZoneInfo(settings.people.zone)
    try:
        page = draw(settings.series, boards, _language(chosen), start_ms, end_ms, zone)
        file.write_text(page, encoding="utf-8")
    except Unreachable as error:
        raise _away(error) from None
    except QueryError as error:
        raise UserError(f"InfluxDB refuses a panel's question: {error}") from None
    except OSError as error:
        raise UserError(f"the preview can't be written: {error}") from None
    typer.echo(file)


def _range(since: str | None, until: str | None) -> tuple[int, int]:
    """The time range in ms. Raises UserError."""
    import time

    from coldchain.times import from_iso
    from runtime.errors import UserError

    try:
        end_ms = int(time.time() * 1_000) if until is None else from_iso(until)
        start_ms = end_ms - 6 * 3_600_000 if since is None else from_iso(since)
    except ValueError as error:
        raise UserError(f"not a time as ISO 8601 has it: {error}") from None
    if start_ms >= end_ms:
        raise UserError("the time range ends before it starts: mend --since or --until")
    return start_ms, end_ms


def _console(said: str | None = None) -> str:
    """Where alerts' rows lead: as `[dashboards]` says, else as `[console]` does."""
    from dashboards.settings import CONSOLE
    from runtime.pages import console_section

    return said if said not in (None, CONSOLE) else console_section().url or CONSOLE


def _language(said: str) -> Any:
    return "zh-CN" if said == "zh-CN" else "en"


def _away(error: Exception) -> Exception:
    from runtime.errors import UserError

    return UserError(f"InfluxDB does not answer: {error}; `coldchain up` starts one")


def _table(titles: list[str], rows: list[list[str]]) -> None:
    """A table for a person."""
    from rich.console import Console
    from rich.table import Table

    table = Table(*titles, box=None, header_style="bold")
    for row in rows:
        table.add_row(*row)
    Console().print(table)
