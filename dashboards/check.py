"""Every panel's question, asked of the real store: what returns nothing, is slow, or is unknown."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from coldchain.reasons import Language
from series.reader import QueryError, Reader, Series
from series.settings import SeriesSettings

from .boards.board import Asked, Board
from .influxql import Query
from .known import unknown_names
from .macros import Unfilled, fill, span_ms
from .variables import ALL, tag_values

SLOW_MS = 300.0


@dataclass(frozen=True, slots=True)
class PanelCheck:
    """What became of one question. `rows` that hold a value; `problem` is None where all is well.

    A panel of several queries has one of these for each; `query` is it as the store was asked.
    """

    board: str
    panel: str
    rows: int
    milliseconds: float
    problem: str | None
    query: str = ""


def check_boards(
    series: SeriesSettings,
    boards: Iterable[Board],
    start_ms: int,
    end_ms: int,
    slow_ms: float = SLOW_MS,
    language: Language = "en",
    clock: Callable[[], float] = time.perf_counter,
) -> list[PanelCheck]:
    """Ask every question of these boards for [start_ms, end_ms]. Raises Unreachable.

    The questions are the same in each language; `language` is that of the panels' names.
    """
    reader = Reader(series)
    try:
        checks: list[PanelCheck] = []
        for board in boards:
            variables = _variables(reader, board, language)
            for asked in _questions(board, language):
                checks.append(
                    _check(reader, board.slug, asked, variables, start_ms, end_ms, slow_ms, clock)
                )
        return checks
    finally:
        reader.close()


def filled(asked: Asked, variables: Mapping[str, str], start_ms: int, end_ms: int) -> str:
    """A question as the store gets it. Raises Unfilled."""
    if asked.time_from is not None:
        start_ms = end_ms - span_ms(asked.time_from)
    least = span_ms(asked.interval) if asked.interval is not None else 0
    return fill(asked.query.query, start_ms, end_ms, variables, least)


def _questions(board: Board, language: Language) -> Iterator[Asked]:
    yield from board.asked(language)
    for variable in board.variables:
        name = variable(language).build().name
        yield Asked(f"${name}", Query(tag_values(name), may_be_empty=name == "county"))


def _variables(reader: Reader, board: Board, language: Language) -> dict[str, str]:
    """Each variable as Grafana has it at first: all, or where only one may be, the worst device."""
    found: dict[str, str] = {}
    for variable in board.variables:
        built = variable(language).build()
        found[built.name] = ALL if built.include_all else _first(reader, built.name)
    return found


def _first(reader: Reader, tag: str) -> str:
    """The value of a tag to check with: of the device with the gravest state, else any."""
    top = reader.query(f'SELECT top("severity", "{tag}", 1) FROM "asset"')  # noqa: S608
    return str(top[0].values[0][2]) if top else ALL


def _check(
    reader: Reader,
    board: str,
    asked: Asked,
    variables: Mapping[str, str],
    start_ms: int,
    end_ms: int,
    slow_ms: float,
    clock: Callable[[], float],
) -> PanelCheck:
    unknown = unknown_names(asked.query.query)
    if unknown:
        names = ", ".join(unknown)
        return PanelCheck(board, asked.panel, 0, 0.0, f"names what the schema lacks: {names}")
    try:
        query = filled(asked, variables, start_ms, end_ms)
    except Unfilled as error:
        return PanelCheck(board, asked.panel, 0, 0.0, str(error))
    began = clock()
    try:
        answer = reader.query(query)
    except QueryError as error:
        return PanelCheck(board, asked.panel, 0, 0.0, f"refused: {error}", query)
    taken = (clock() - began) * 1_000
    rows = count_rows(answer)
    problem = None
    if rows == 0 and not asked.query.may_be_empty:
        problem = "returns nothing"
    elif taken > slow_ms:
        problem = f"slow: {taken:.0f} ms, {slow_ms:g} allowed"
    return PanelCheck(board, asked.panel, rows, round(taken, 1), problem, query)


def count_rows(answer: Iterable[Series]) -> int:
    """Rows that hold a value beside their time."""
    return sum(
        any(value is not None for value in row[1:]) for series in answer for row in series.values
    )
