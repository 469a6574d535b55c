"""Detection scored against the truth: what was found, missed, raised falsely, and how late.

An excursion is true where the truth confirms it, and found where a record that holds confirms or
presumes it. They match on device, compartment, channel and limit where their times overlap: a
true one found in two pieces is found once, and both pieces are right.

A fault is scored where the records hold conditions of fleet rules: `FOUND_BY` says which rules
find which fault. Faults no rule is for, and all of them where there are no conditions, are told
as not scored.

Every miss and false alarm carries what may explain it: a fault seeded there at that time, or the
excursion on the other side that came near but was not long enough to count.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Generic, TypeVar

from .holding import confirmed, that_hold
from .records import ConditionRecord, ExcursionRecord
from .times import MINUTE_MS, from_iso, minutes
from .truth import KindScore, Miss, Score, TrueExcursion, TrueFault, TruthFile

#: The kind of fault, as an emulator names it -> the rules that find it.
FOUND_BY: Mapping[str, tuple[str, ...]] = {
    "sensor-stuck": ("sensor-stuck",),
    "sensor-spiking": ("sensor-noisy",),
    "sensor-drifting": ("sensor-drifts", "sensors-disagree"),
    "door-left-open": ("door-open",),
    "mains-lost": ("mains-lost",),
    "gateway-dead": ("device-silent",),
    "out-of-coverage": ("device-silent",),
    "backfilled-later": ("device-silent",),
}
#: A condition may outlast what caused it by so much and still be its work.
LINGERS_MS = 30 * MINUTE_MS
_EVER = 1 << 60


Span = tuple[int, int]
Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class _Pair:
    """What was matched of one kind: (true, the delays of what found it)."""

    kind: str
    severity: str
    is_right: bool
    delay: float | None = None


def score(
    truth: TruthFile,
    excursions: Iterable[ExcursionRecord],
    conditions: Iterable[ConditionRecord] = (),
    severities: Mapping[tuple[str, str], str] | None = None,
) -> Score:
    """Score records, in any order and with every state an id went through, against the truth.

    `severities`: (profile, limit) -> severity, for limits that no record speaks of.
    """
    held = that_hold(excursions)
    known = dict(severities or {}) | {(one.profile, one.limit): one.severity for one in held}
    found = confirmed(held)
    book = _Book(truth, held)
    real = [one for one in truth.excursions if one.confirmed is not None]
    seen = _Index(found, _place, _span)
    there = _Index(real, _place, _span)
    trues, founds = list[_Pair](), list[_Pair]()
    missed, false_alarms = list[Miss](), list[Miss]()
    for one in real:
        severity = known.get((one.profile, one.limit), "unknown")
        by = seen.overlapping(_place(one), _span(one))
        times = [from_iso(b.confirmed) for b in by if b.confirmed is not None]
        delay = minutes(min(times) - from_iso(one.confirmed or one.start)) if times else None
        trues.append(_Pair(one.limit, severity, bool(by), delay))
        if not by:
            missed.append(_told(one, severity, one.minutes, book.why_missed(one)))
    for record in found:
        is_right = bool(there.overlapping(_place(record), _span(record)))
        founds.append(_Pair(record.limit, record.severity, is_right))
        if not is_right:
            why = book.why_raised(record)
            false_alarms.append(_told(record, record.severity, record.minutes, why))
    faults = _score_faults(truth.faults, that_hold(conditions), book)
    missed += faults.missed
    false_alarms += faults.false_alarms
    return Score(
        is_perfect=not missed and not false_alarms,
        excursions=_kind("excursions", "any", trues, founds),
        by_limit=_by_kind(trues, founds),
        by_fault=_by_kind(faults.trues, faults.founds),
        not_scored=faults.not_scored,
        missed=sorted(missed, key=lambda one: (one.start, one.device, one.channel, one.kind)),
        false_alarms=sorted(
            false_alarms, key=lambda one: (one.start, one.device, one.channel, one.kind)
        ),
    )


@dataclass(frozen=True, slots=True)
class _Faults:
    trues: list[_Pair]
    founds: list[_Pair]
    missed: list[Miss]
    false_alarms: list[Miss]
    not_scored: dict[str, str]


def _score_faults(
    faults: Sequence[TrueFault], conditions: Sequence[ConditionRecord], book: "_Book"
) -> _Faults:
    done = _Faults([], [], [], [], {})
    counts: dict[str, int] = {}
    for fault in faults:
        rules = FOUND_BY.get(fault.kind, ())
        if not rules or not conditions:
            counts[fault.kind] = counts.get(fault.kind, 0) + 1
            why = "no rule is for it" if not rules else "the file holds no conditions"
            done.not_scored[fault.kind] = f"{counts[fault.kind]}: {why}"
            continue
        by = [c for c in conditions if c.rule in rules and _is_about(c, fault)]
        since = from_iso(fault.start)
        delays = [minutes(from_iso(one.due) - since) for one in by]
        done.trues.append(_Pair(fault.kind, "fault", bool(by), min(delays, default=None)))
        if not by:
            done.missed.append(_fault_missed(fault))
    for one in conditions:
        kinds = [kind for kind, rules in FOUND_BY.items() if one.rule in rules]
        if not kinds:
            continue
        causes = [f for f in faults if f.kind in kinds and _is_about(one, f)]
        done.founds.append(_Pair(causes[0].kind if causes else kinds[0], "fault", bool(causes)))
        if not causes:
            done.false_alarms.append(_condition_false(one, book))
    return done


def _is_about(one: ConditionRecord, fault: TrueFault) -> bool:
    same = not one.subject or not fault.channel or one.subject == fault.channel
    lasts = _ms_or_ever(fault.end)
    return (
        one.device == fault.device
        and same
        and _touch(
            (from_iso(one.since), _ms_or_ever(one.until)),
            (from_iso(fault.start), min(_EVER, lasts + LINGERS_MS)),
        )
    )


class _Book:
    """What may explain a miss or a false alarm."""

    def __init__(self, truth: TruthFile, held: Sequence[ExcursionRecord]) -> None:
        self._faults: dict[str, list[TrueFault]] = {}
        for fault in truth.faults:
            self._faults.setdefault(fault.device, []).append(fault)
        self._true = _Index(truth.excursions, _place, _span)
        self._held = _Index(held, _place, _span)

    def why_missed(self, one: TrueExcursion) -> list[str]:
        near = self._held.overlapping(_place(one), _span(one))
        said = [f"measured, but {r.minutes:.1f} min only, not confirmed" for r in near]
        return said + self.faults(one.device, one.compartment, one.channel, _span(one))

    def why_raised(self, one: ExcursionRecord) -> list[str]:
        near = self._true.overlapping(_place(one), _span(one))
        said = [f"true, but {t.minutes:.1f} min only, not confirmed" for t in near]
        return said + self.faults(one.device, one.compartment, one.channel, _span(one))

    def faults(self, device: str, compartment: str, channel: str, span: Span) -> list[str]:
        """The faults seeded at that place and about that time."""
        return [
            f"{fault.kind}{f' of {fault.channel}' if fault.channel else ''} from {fault.start}"
            for fault in self._faults.get(device, ())
            if fault.channel.split(".", 1)[0] in ("", "unit", compartment)
            and (fault.channel == channel or not fault.kind.startswith("sensor-"))
            and _touch(span, (from_iso(fault.start), _ms_or_ever(fault.end) + LINGERS_MS))
        ]


class _Index(Generic[Item]):
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
        return [item for other, item in self._by_place.get(place, ()) if _touch(span, other)]


def _place(one: TrueExcursion | ExcursionRecord) -> tuple[str, ...]:
    return one.device, one.compartment, one.channel, one.limit


def _span(one: TrueExcursion | ExcursionRecord) -> Span:
    return from_iso(one.start), _ms_or_ever(one.end)


def _ms_or_ever(text: str | None) -> int:
    return _EVER if text is None else from_iso(text)


def _touch(one: Span, other: Span) -> bool:
    return one[0] <= other[1] and other[0] <= one[1]


def _told(
    one: TrueExcursion | ExcursionRecord, severity: str, lasted: float, because: list[str]
) -> Miss:
    return Miss(
        what="excursion",
        device=one.device,
        channel=one.channel,
        kind=one.limit,
        severity=severity,
        start=one.start,
        end=one.end,
        minutes=round(lasted, 2),
        because=because,
    )


def _fault_missed(fault: TrueFault) -> Miss:
    return Miss(
        what="fault",
        device=fault.device,
        channel=fault.channel,
        kind=fault.kind,
        severity="fault",
        start=fault.start,
        end=fault.end,
        minutes=_lasted(fault.start, fault.end),
        because=[],
    )


def _condition_false(one: ConditionRecord, book: _Book) -> Miss:
    span = (from_iso(one.since), _ms_or_ever(one.until))
    compartment = one.subject.split(".", 1)[0]
    return Miss(
        what="fault",
        device=one.device,
        channel=one.subject,
        kind=one.rule,
        severity="fault",
        start=one.since,
        end=one.until,
        minutes=_lasted(one.since, one.until),
        because=book.faults(one.device, compartment, one.subject, span),
    )


def _lasted(start: str, end: str | None) -> float | None:
    return None if end is None else round(minutes(from_iso(end) - from_iso(start)), 2)


def _by_kind(trues: Sequence[_Pair], founds: Sequence[_Pair]) -> list[KindScore]:
    kinds = sorted({(one.severity, one.kind) for one in [*trues, *founds]})
    return [
        _kind(
            kind,
            severity,
            [one for one in trues if (one.severity, one.kind) == (severity, kind)],
            [one for one in founds if (one.severity, one.kind) == (severity, kind)],
        )
        for severity, kind in kinds
    ]


def _kind(kind: str, severity: str, trues: Sequence[_Pair], founds: Sequence[_Pair]) -> KindScore:
    hits, right = sum(one.is_right for one in trues), sum(one.is_right for one in founds)
    delays = [one.delay for one in trues if one.delay is not None]
    return KindScore(
        kind=kind,
        severity=severity,
        true=len(trues),
        found=hits,
        missed=len(trues) - hits,
        false_alarms=len(founds) - right,
        precision=right / len(founds) if founds else None,
        recall=hits / len(trues) if trues else None,
        delay=round(median(delays), 2) if delays else None,
        longest_delay=round(max(delays), 2) if delays else None,
    )
