"""Questions to the series store, in InfluxQL (1.8 and 2.x alike).

Everything stored comes back as it was written: floats are exact, times are ms since the epoch.
"""
# ruff: noqa: S608 - every name and string in a query goes through `name` or `quote`

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import msgspec

from .http import Connection
from .schema import EXCURSION, FLAGGED, READING
from .settings import SeriesSettings

Value = float | int | str | bool | None


class QueryError(Exception):
    """InfluxDB refused a query."""


class Series(msgspec.Struct):
    """One series of an answer: its tags, its columns' names, its rows (`time` first)."""

    name: str = ""
    columns: list[str] = []
    tags: dict[str, str] = {}
    values: list[list[Value]] = []


class _Result(msgspec.Struct):
    series: list[Series] = []
    error: str | None = None


class _Reply(msgspec.Struct):
    results: list[_Result] = []
    error: str | None = None


_decoder = msgspec.json.Decoder(_Reply)

_STRING = str.maketrans({"\\": r"\\", "'": r"\'", "\n": r"\n"})
_NAME = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


@dataclass(frozen=True, slots=True)
class Readings:
    """A channel's readings by time: ms, and °C (or what it measures)."""

    times: list[int]
    values: list[float]


def quote(text: str) -> str:
    """A string of InfluxQL."""
    return "'" + text.translate(_STRING) + "'"


def name(text: str) -> str:
    """An identifier of InfluxQL."""
    return '"' + text.translate(_NAME) + '"'


class Reader:
    """Reads from one InfluxDB over one connection; for one thread at a time."""

    def __init__(self, settings: SeriesSettings) -> None:
        self._settings = settings
        self._connection = Connection(settings)

    def close(self) -> None:
        self._connection.close()

    def query(self, text: str) -> list[Series]:
        """The series that answer one statement. Raises QueryError, Unreachable."""
        return self.queries(text)[0]

    def queries(self, text: str) -> list[list[Series]]:
        """The series that answer each of several statements (parted by `;`), in order."""
        answer = self._connection.request(
            "GET", "/query", {"db": self._settings.bucket, "epoch": "ms", "q": text}
        )
        try:
            reply = _decoder.decode(answer.body)
        except msgspec.DecodeError as error:
            raise QueryError(f"status {answer.status}: {error}") from None
        if reply.error is not None or answer.status != 200:
            raise QueryError(reply.error or f"status {answer.status}")
        for result in reply.results:
            if result.error is not None:
                raise QueryError(result.error)
        return [result.series for result in reply.results] or [[]]

    def count_readings(
        self, start: int | None = None, end: int | None = None, device: str | None = None
    ) -> int:
        """How many readings are stored in [start, end) (ms), flagged ones included."""
        where = _where(start, end, {} if device is None else {"device": device})
        kept, flagged = self.queries(
            f"SELECT count(*) FROM {name(READING.name)}{where};"
            f"SELECT count(impossible) AS i, count(ahead) AS a FROM {name(FLAGGED.name)}{where}"
        )
        return sum(
            int(value)
            for series in (*kept, *flagged)
            for row in series.values
            for value in row[1:]
            if isinstance(value, int | float)
        )

    def readings(
        self, device: str, channel: str, start: int | None = None, end: int | None = None
    ) -> Readings:
        """One channel's readings in [start, end) (ms), by time."""
        return readings_of(self.query(readings_text(device, channel, start, end)))

    def compartment(
        self, device: str, compartment: str, start: int | None = None, end: int | None = None
    ) -> dict[str, Readings]:
        """All channels of a compartment in [start, end) (ms), by field name."""
        where = _where(start, end, {"device": device, "compartment": compartment})
        series = self.query(f"SELECT * FROM {name(READING.name)}{where}")
        found: dict[str, Readings] = {}
        for one in series:
            for index, column in enumerate(one.columns):
                if column in ("time", *READING.tags):
                    continue
                rows = [row for row in one.values if row[index] is not None]
                found[column] = Readings(
                    [int(row[0]) for row in rows],  # type: ignore[arg-type]
                    [float(row[index]) for row in rows],  # type: ignore[arg-type]
                )
        return found

    def excursions(
        self, device: str, channel: str | None = None, start: int | None = None
    ) -> list[dict[str, Value]]:
        """A device's excursions whose first reading beyond is at `start` (ms) or later."""
        return excursions_of(self.query(excursions_text(device, channel, start)))


def readings_text(device: str, channel: str, start: int | None, end: int | None) -> str:
    """The question for one channel's readings in [start, end) (ms)."""
    compartment, field = channel.split(".", 1)
    where = _where(start, end, {"device": device, "compartment": compartment})
    return f"SELECT {name(field)} FROM {name(READING.name)}{where}"


def readings_of(found: Sequence[Series]) -> Readings:
    """The answer to it."""
    rows = found[0].values if found else []
    return Readings(
        [int(row[0]) for row in rows],  # type: ignore[arg-type]
        [float(row[1]) for row in rows],  # type: ignore[arg-type]
    )


def excursions_text(device: str, channel: str | None = None, start: int | None = None) -> str:
    """The question for a device's excursions, those of one channel, those since `start` (ms)."""
    tags = {"device": device} | ({} if channel is None else {"channel": channel})
    return f"SELECT * FROM {name(EXCURSION.name)}{_where(start, None, tags)}"


def excursions_of(found: Sequence[Series]) -> list[dict[str, Value]]:
    """The answer to it."""
    return [dict(zip(one.columns, row, strict=True)) for one in found for row in one.values]


def _where(start: int | None, end: int | None, tags: Mapping[str, str]) -> str:
    parts: Sequence[str] = [
        *([f"time >= {start}ms"] if start is not None else []),
        *([f"time < {end}ms"] if end is not None else []),
        *(f"{name(key)} = {quote(value)}" for key, value in tags.items()),
    ]
    return f" WHERE {' AND '.join(parts)}" if parts else ""
