"""Every panel's question, asked of the real store: what returns nothing, is slow, or is unknown."""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from coldchain.reasons import Language
from series.reader import QueryError, Reader, Series, name
from series.schema import ASSET
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
        ask = _Asker(reader, start_ms, end_ms, slow_ms, clock)
        return [check for board in boards for check in ask.board(board, language)]
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
        tag = variable(language).build().name
        yield Asked(f"${tag}", Query(tag_values(tag), may_be_empty=tag == "county"))


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
    """Each variable as a regular expression: all, or where only one may be, the worst device's."""
    found: dict[str, str] = {}
    for variable in board.variables:
        built = variable("en").build()
        found[built.name] = (
            ALL if built.include_all else _worst(reader, built.name, start_ms, end_ms)
        )
    return found


def _worst(reader: Reader, tag: str, start_ms: int, end_ms: int) -> str:
    """The tag of the device furthest beyond a limit in the gravest state, else of any."""
    where = f"time >= {start_ms}ms AND time <= {end_ms}ms"
    source = f"FROM {name(ASSET.name)} WHERE {where}"
    asks = [
        *(
            f'SELECT bottom("margin", {name(tag)}, 1) {source} AND "severity" = {severity}'
            for severity in (3, 2, 1)
        ),
        f'SELECT top("severity", {name(tag)}, 1) {source}',
    ]
    for answer in map(reader.query, asks):
        if answer:
            return re.escape(str(answer[0].values[0][2]))
    return ALL


def count_rows(answer: Iterable[Series]) -> int:
    """Rows that hold a value beside their time."""
    return sum(
        any(value is not None for value in row[1:]) for series in answer for row in series.values
    )
