"""What may explain a miss or a false alarm: faults seeded there and then, and what came near."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Generic, TypeVar

from .records import ConditionRecord, ExcursionRecord
from .rules.faults import SensorNoisy
from .times import MINUTE_MS, from_iso
from .truth import TrueExcursion, TrueFault, TruthFile

#: Faults by which what is measured, or arrives, is not what there is.
LIES = frozenset(
    {
        "sensor-stuck",
        "sensor-spiking",
        "sensor-drifting",
        "sensor-dead",
        "clock-wrong",
        "gateway-dead",
        "frames-corrupted",
    }
)
#: What there is to say of a fault that was missed, whatever else happened.
HINTS: Mapping[str, str] = {
    "sensor-spiking": f"its rule asks that {SensorNoisy().share:.0%} of the readings jump",
    "sensor-drifting": "a drift shows against a second sensor of its place, or over days",
}
#: A condition may outlast what caused it by so much and still be its work.
LINGERS_MS = 30 * MINUTE_MS
#: A record is of a true excursion if it was confirmed so long before that could be at most: clocks
#: and noise make a sound one early by seconds.
EARLY_MS = 5 * MINUTE_MS
EVER = 1 << 60


Span = tuple[int, int]
Item = TypeVar("Item")


class Book:
    """What may explain a miss or a false alarm."""

    def __init__(self, truth: TruthFile, held: Sequence[ExcursionRecord]) -> None:
        self._faults: dict[str, list[TrueFault]] = {}
        for fault in truth.faults:
            self._faults.setdefault(fault.device, []).append(fault)
        self._true = Index(truth.excursions, place_of, span_of)
        self._nearly = Index(truth.nearly, place_of, span_of)
        self._held = Index(held, place_of, span_of)

    def is_of(self, record: ExcursionRecord, one: TrueExcursion) -> bool:
        """Whether a record that overlaps it may be of it: one confirmed long before it could be,
        even by a sound sensor that reads too far out, is of something else, or of nothing. Where
        a sensor lies it may be confirmed as soon as it has begun, where a clock does at any time.
        """
        if record.confirmed is None or self._is_clock_wrong(one):
            return True
        alike = [one, *self._nearly.overlapping(place_of(one), span_of(one))]
        lied = self.is_lied_about(one)
        could_be = min(from_iso((not lied and each.confirmed) or each.start) for each in alike)
        return from_iso(record.confirmed) >= could_be - EARLY_MS

    def may_be_said(self, record: ExcursionRecord) -> bool:
        """Whether a sound sensor might say it, though it is not quite true."""
        return any(
            self.is_of(record, near)
            for near in self._nearly.overlapping(place_of(record), span_of(record))
        )

    def _is_clock_wrong(self, one: TrueExcursion) -> bool:
        return any(
            fault.kind == "clock-wrong"
            and touch(span_of(one), (from_iso(fault.start), ms_or_ever(fault.end)))
            for fault in self._faults.get(one.device, ())
        )

    def why_missed(self, one: TrueExcursion) -> list[str]:
        near = self._held.overlapping(place_of(one), span_of(one))
        said = [f"measured, but {r.minutes:.1f} min only, not confirmed" for r in near]
        return said + self.faults(one.device, one.compartment, one.channel, span_of(one))

    def why_raised(self, one: ExcursionRecord) -> list[str]:
        near = self._true.overlapping(place_of(one), span_of(one))
        said = [
            f"true, but {t.minutes:.1f} min only, not confirmed"
            if t.confirmed is None
            else f"confirmed long before what is true from {t.start}"
            for t in near
        ]
        return said + self.faults(one.device, one.compartment, one.channel, span_of(one))

    def is_lied_about(self, one: TrueExcursion) -> bool:
        """Whether what is said of it there and then need not be what there was."""
        return any(
            fault.kind in LIES
            and fault.channel.split(".", 1)[0] in ("", one.compartment)
            and (fault.channel in ("", one.channel) or not fault.kind.startswith("sensor-"))
            and touch(span_of(one), (from_iso(fault.start), ms_or_ever(fault.end)))
            for fault in self._faults.get(one.device, ())
        )

    def why_fault_missed(
        self, fault: TrueFault, conditions: Sequence[ConditionRecord]
    ) -> list[str]:
        """Other faults there then, and what other rules found of it."""
        span = (from_iso(fault.start), ms_or_ever(fault.end))
        compartment = fault.channel.split(".", 1)[0]
        about = f"{fault.kind}{f' of {fault.channel}' if fault.channel else ''} from {fault.start}"
        others = self.faults(fault.device, compartment, fault.channel, span)
        found = [
            f"found as {one.rule} of {one.subject or one.device} from {one.since}"
            for one in conditions
            if one.device == fault.device
            and one.subject in ("", fault.channel)
            and touch(span, (from_iso(one.since), ms_or_ever(one.until)))
        ]
        hints = [HINTS[fault.kind]] if fault.kind in HINTS else []
        return hints + [other for other in others if other != about] + found

    def faults(self, device: str, compartment: str, channel: str, span: Span) -> list[str]:
        """The faults seeded at that place and about that time."""
        return [
            f"{fault.kind}{f' of {fault.channel}' if fault.channel else ''} from {fault.start}"
            for fault in self._faults.get(device, ())
            if fault.channel.split(".", 1)[0] in ("", "unit", compartment)
            and (fault.channel == channel or not fault.kind.startswith("sensor-"))
            and touch(span, (from_iso(fault.start), ms_or_ever(fault.end) + LINGERS_MS))
        ]


class Index(Generic[Item]):
    """Things by place, asked for by time."""

    def __init__(
        self,
        items: Iterable[Item],
        place: Callable[[Item], tuple[str, ...]],
        span: Callable[[Item], Span],
    ) -> None:
        self._by_place: dict[tuple[str, ...], list[tuple[Span, Item]]] = {}
        for item in items:
            self._by_place.setdefault(place(item), []).append((span(item), item))

    def overlapping(self, place: tuple[str, ...], span: Span) -> list[Item]:
        return [item for other, item in self._by_place.get(place, ()) if touch(span, other)]


def place_of(one: TrueExcursion | ExcursionRecord) -> tuple[str, ...]:
    return one.device, one.compartment, one.channel, one.limit


def span_of(one: TrueExcursion | ExcursionRecord) -> Span:
    return from_iso(one.start), ms_or_ever(one.end)


def ms_or_ever(text: str | None) -> int:
    return EVER if text is None else from_iso(text)


def touch(one: Span, other: Span) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]
