"""What the series store holds of a channel, in the units of the judge."""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from coldchain.celsius import MICRO, to_micro
from coldchain.excursions import DEGREE_MINUTE, Excursion
from coldchain.times import MINUTE_MS
from series.reader import (
    Reader,
    Series,
    excursions_of,
    excursions_text,
    name,
    quote,
    readings_of,
    readings_text,
)
from series.schema import FLAGGED, READING

T = TypeVar("T")
Reading = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Stored:
    """An excursion as stored: its id and profile, what was found, whether that was said, and the
    source offset it was judged at."""

    id: str
    profile: str
    excursion: Excursion
    is_said: bool = True
    as_of: int = -1


@dataclass(frozen=True, slots=True)
class LatestBefore:
    """The newest reading stored before `at`."""

    device: str
    channel: str
    at: int

    @property
    def text(self) -> str:
        compartment, field = self.channel.split(".", 1)
        return (
            f"SELECT {name(field)} FROM {name(READING.name)} WHERE "  # noqa: S608 - quoted
            f'"device" = {quote(self.device)} AND "compartment" = {quote(compartment)} '
            f"AND time < {self.at}ms ORDER BY time DESC LIMIT 1"
        )

    def read(self, found: Sequence[Series]) -> Reading | None:
        if not found or not found[0].values:
            return None
        time, value = found[0].values[0]
        return int(time), to_micro(float(value))  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Readings:
    """Times and values of the readings stored in [start, end)."""

    device: str
    channel: str
    start: int | None
    end: int | None = None

    @property
    def text(self) -> str:
        return readings_text(self.device, self.channel, self.start, self.end)

    def read(self, found: Sequence[Series]) -> tuple[list[int], list[int]]:
        stored = readings_of(found)
        return stored.times, [round(value * MICRO) for value in stored.values]


@dataclass(frozen=True, slots=True)
class Excursions:
    """All excursions stored of a channel that were not withdrawn."""

    device: str
    channel: str

    @property
    def text(self) -> str:
        return excursions_text(self.device, self.channel)

    def read(self, found: Sequence[Series]) -> list[Stored]:
        return [_stored(row) for row in excursions_of(found) if row["state"] != "withdrawn"]


@dataclass(frozen=True, slots=True)
class Conflicts:
    """The lesser values of conflicts stored in [start, end], by time."""

    device: str
    channel: str
    start: int
    end: int

    @property
    def text(self) -> str:
        return (
            f'SELECT "conflict" FROM {name(FLAGGED.name)} WHERE '  # noqa: S608 - quoted
            f'"device" = {quote(self.device)} AND "channel" = {quote(self.channel)} '
            f"AND time >= {self.start}ms AND time <= {self.end}ms"
        )

    def read(self, found: Sequence[Series]) -> dict[int, int]:
        rows = found[0].values if found else []
        return {int(row[0]): to_micro(float(row[1])) for row in rows}  # type: ignore[arg-type]


Question = LatestBefore | Readings | Excursions | Conflicts
#: What asks questions one after another, is sent each one's answer, and returns what came of it.
Asking = Generator[Question, Any, T]


class Past:
    """Answers questions about channels' past; times in ms, values in micro-units."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def answers(self, questions: Sequence[Question]) -> list[Any]:
        """The answers, in one request. Raises what the reader raises."""
        if not questions:
            return []
        found = self._reader.queries(";".join(one.text for one in questions))
        return [one.read(series) for one, series in zip(questions, found, strict=True)]

    def together(self, askings: Sequence[Asking[T]]) -> list[T | Exception]:
        """Run askings in step, what all of them ask next in one request: a store answers fifty
        questions at once in a fraction of the time that it takes for fifty requests.

        What came of each, or what it raised. Raises what the reader raises.
        """
        done: list[T | Exception] = [LookupError("never ended")] * len(askings)
        answers: dict[int, Any] = dict.fromkeys(range(len(askings)))
        while answers:
            questions: dict[int, Question] = {}
            for index, answer in answers.items():
                try:
                    questions[index] = askings[index].send(answer)
                except StopIteration as end:
                    done[index] = end.value
                except Exception as error:  # noqa: BLE001 - one of them must not stop the others
                    done[index] = error
            found = self.answers(list(questions.values()))
            answers = dict(zip(questions, found, strict=True))
        return done


def latest_before(device: str, channel: str, at: int) -> Asking[Reading | None]:
    """Asks for the newest reading stored before `at`."""
    found: Reading | None = yield LatestBefore(device, channel, at)
    return found


def readings(
    device: str, channel: str, start: int | None, end: int | None = None
) -> Asking[tuple[list[int], list[int]]]:
    """Asks for times and values of the readings stored in [start, end)."""
    found: tuple[list[int], list[int]] = yield Readings(device, channel, start, end)
    return found


def excursions(device: str, channel: str) -> Asking[list[Stored]]:
    """Asks for the excursions stored of a channel that were not withdrawn."""
    found: list[Stored] = yield Excursions(device, channel)
    return found


def conflicts(device: str, channel: str, start: int, end: int) -> Asking[dict[int, int]]:
    """Asks for the lesser values of conflicts stored in [start, end], by time."""
    found: dict[int, int] = yield Conflicts(device, channel, start, end)
    return found


def _stored(row: Mapping[str, object]) -> Stored:
    def moment(key: str) -> int | None:
        value = int(row[key])  # type: ignore[call-overload]
        return None if value < 0 else value

    def scaled(key: str, unit: int) -> int:
        return round(float(row[key]) * unit)  # type: ignore[arg-type]

    return Stored(
        str(row["id"]),
        str(row["profile"]),
        Excursion(
            str(row["limit"]),
            str(row["severity"]),
            int(row["time"]),  # type: ignore[call-overload]
            int(row["start"]),  # type: ignore[call-overload]
            scaled("peak", MICRO),
            int(row["peak_at"]),  # type: ignore[call-overload]
            moment("confirmed"),
            moment("end"),
            scaled("minutes", MINUTE_MS),
            scaled("degree_minutes", DEGREE_MINUTE),
            scaled("unknown_minutes", MINUTE_MS),
            presumed=moment("presumed"),
        ),
        row.get("said") != 0,
        int(row["as_of"]),  # type: ignore[call-overload]
    )
