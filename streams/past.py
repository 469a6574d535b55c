"""What the series store holds of a channel, in the units of the judge."""

from collections.abc import Mapping
from dataclasses import dataclass

from coldchain.celsius import MICRO, to_micro
from coldchain.excursions import DEGREE_MINUTE, Excursion
from coldchain.times import MINUTE_MS
from series.reader import Reader, name, quote
from series.schema import FLAGGED, READING

Reading = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Stored:
    """An excursion as stored: its id and profile, what was found, and whether that was said."""

    id: str
    profile: str
    excursion: Excursion
    is_said: bool = True


class Past:
    """Questions about a channel's past; times in ms, values in micro-units."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def latest_before(self, device: str, channel: str, at: int) -> Reading | None:
        """The newest reading stored before `at`."""
        compartment, field = channel.split(".", 1)
        found = self._reader.query(
            f"SELECT {name(field)} FROM {name(READING.name)} WHERE "  # noqa: S608 - quoted
            f'"device" = {quote(device)} AND "compartment" = {quote(compartment)} '
            f"AND time < {at}ms ORDER BY time DESC LIMIT 1"
        )
        if not found or not found[0].values:
            return None
        time, value = found[0].values[0]
        return int(time), to_micro(float(value))  # type: ignore[arg-type]

    def readings(
        self, device: str, channel: str, start: int | None, end: int | None = None
    ) -> tuple[list[int], list[int]]:
        """Times and values of the readings stored in [start, end)."""
        found = self._reader.readings(device, channel, start, end)
        return found.times, [round(value * MICRO) for value in found.values]

    def excursions(self, device: str, channel: str) -> list[Stored]:
        """All excursions stored of a channel that were not withdrawn."""
        rows = self._reader.excursions(device, channel)
        return [_stored(row) for row in rows if row["state"] != "withdrawn"]

    def conflicts(self, device: str, channel: str, start: int, end: int) -> dict[int, int]:
        """The lesser values of conflicts stored in [start, end], by time."""
        found = self._reader.query(
            f'SELECT "conflict" FROM {name(FLAGGED.name)} WHERE '  # noqa: S608 - quoted
            f'"device" = {quote(device)} AND "channel" = {quote(channel)} '
            f"AND time >= {start}ms AND time <= {end}ms"
        )
        rows = found[0].values if found else []
        return {int(row[0]): to_micro(float(row[1])) for row in rows}  # type: ignore[arg-type]


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
    )
