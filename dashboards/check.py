"""Every panel's question, asked of the real store: what returns nothing, is slow, or is unknown."""
# ruff: noqa: S608 - names go through `name`, conditions are the boards' own

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from coldchain.reasons import Language
from series.reader import QueryError, Reader, Series, name
from series.schema import ASSET, PULL_DOWN
from series.settings import SeriesSettings

from .boards.board import Asked, Board
from .influxql import Query
from .known import unknown_names
from .macros import POINTS, Unfilled, fill, span_ms
from .variables import ALL

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
        ask = _Asker(reader, start_ms, end_ms, slow_ms, clock)
        return [check for board in boards for check in ask.board(board, language)]
    finally:
        reader.close()


def filled(asked: Asked, variables: Mapping[str, str], start_ms: int, end_ms: int) -> str:
    """A question as the store gets it. Raises Unfilled."""
    if asked.time_from is not None:
        start_ms = end_ms - span_ms(asked.time_from)
    least = span_ms(asked.interval) if asked.interval is not None else 0
    points = asked.points or POINTS
    return fill(asked.query.query, start_ms, end_ms, variables, least, points)


def _questions(board: Board, language: Language) -> Iterator[Asked]:
    yield from board.asked(language)
    for variable in board.variables:
        built = variable(language).build()
        # A fleet need not have counties.
        query = Query(str(built.query), may_be_empty=built.name == "county")
        yield Asked(f"${built.name}", query)


@dataclass(frozen=True, slots=True)
class _Asker:
    """Asks the questions of one check: of which store, for when, and what is too slow."""

    reader: Reader
    start_ms: int
    end_ms: int
    slow_ms: float
    clock: Callable[[], float]

    def board(self, board: Board, language: Language) -> Iterator[PanelCheck]:
        variables = first_values(self.reader, board, self.start_ms, self.end_ms)
        for asked in _questions(board, language):
            rows, taken, problem, query = self._ask(asked, variables)
            yield PanelCheck(board.slug, asked.panel, rows, round(taken, 1), problem, query)

    def _ask(
        self, asked: Asked, variables: Mapping[str, str]
    ) -> tuple[int, float, str | None, str]:
        unknown = unknown_names(asked.query.query)
        if unknown:
            return 0, 0.0, f"names what the schema lacks: {', '.join(unknown)}", ""
        try:
            query = filled(asked, variables, self.start_ms, self.end_ms)
        except Unfilled as error:
            return 0, 0.0, str(error), ""
        began = self.clock()
        try:
            rows = count_rows(self.reader.query(query))
        except QueryError as error:
            return 0, 0.0, f"refused: {error}", query
        taken = (self.clock() - began) * 1_000
        if rows == 0 and not asked.query.may_be_empty:
            return rows, taken, "returns nothing", query
        if taken > self.slow_ms:
            return rows, taken, f"slow: {taken:.0f} ms, {self.slow_ms:g} allowed", query
        return rows, taken, None, query


def first_values(reader: Reader, board: Board, start_ms: int, end_ms: int) -> dict[str, str]:
    """Each variable as a regular expression: all, or where only one may be, the worst."""
    found: dict[str, str] = {}
    for variable in board.variables:
        built = variable("en").build()
        if built.include_all:
            found[built.name] = ALL
        else:
            found[built.name] = _worst(reader, built.name, str(built.query), start_ms, end_ms)
    return found


#: Of each measurement that a variable may be of, what is the worst: the first that there is.
_WORST = {
    ASSET.name: (
        *(('bottom("margin", {tag}, 1)', f'"severity" = {severity}') for severity in (3, 2, 1)),
        ('top("severity", {tag}, 1)', ""),
    ),
    PULL_DOWN.name: (('bottom("left_minutes", {tag}, 1)', ""), ('top("above", {tag}, 1)', "")),
}
_SOURCE = re.compile(r'FROM "(?P<name>\w+)"(?:.* WHERE (?P<where>.*))?')


def _worst(reader: Reader, tag: str, question: str, start_ms: int, end_ms: int) -> str:
    """Of the values that a variable's question lists the one that an operator looks at first."""
    source = _SOURCE.search(question)
    if source is None:
        return ALL
    always = [f"time >= {start_ms}ms AND time <= {end_ms}ms", source["where"] or ""]
    for asked, condition in _WORST[source["name"]]:
        where = " AND ".join(filter(None, [*always, condition]))
        chosen = asked.format(tag=name(tag))
        measurement = name(source["name"])
        answer = reader.query(f"SELECT {chosen} FROM {measurement} WHERE {where}")
        if answer:
            return re.escape(str(answer[0].values[0][2]))
    return ALL


def count_rows(answer: Iterable[Series]) -> int:
    """Rows that hold a value beside their time."""
    return sum(
        any(value is not None for value in row[1:]) for series in answer for row in series.values
    )
