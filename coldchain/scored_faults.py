"""Faults scored by the conditions that fleet rules found."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .records import ConditionRecord
from .rules.faults import SensorNoisy, SensorStuck
from .rules.held import DeviceSilent, DoorOpen, MainsLost
from .rules.neighbours import SensorsDisagree
from .score_book import EVER, LINGERS_MS, Book, ms_or_ever, touch
from .times import DAY_MS, from_iso, minutes
from .truth import Miss, TrueFault

#: The kind of fault, as an emulator names it -> the rules that find it, and how long (ms) it has
#: to last for each.
FOUND_BY: Mapping[str, Mapping[str, int]] = {
    "sensor-stuck": {"sensor-stuck": SensorStuck().patience},
    "sensor-spiking": {"sensor-noisy": 2 * SensorNoisy().window},  # a whole one, wherever it begins
    "sensor-drifting": {
        "sensor-drifts": 2 * DAY_MS,
        "sensors-disagree": SensorsDisagree().patience,
    },
    "door-left-open": {"door-open": DoorOpen().patience},
    "mains-lost": {"mains-lost": MainsLost().patience},
    "gateway-dead": {"device-silent": DeviceSilent().patience},
    "out-of-coverage": {"device-silent": DeviceSilent().patience},
    "backfilled-later": {"device-silent": DeviceSilent().patience},
}
#: Those that show in values alone.
OF_SENSORS = frozenset({"sensor-stuck", "sensor-spiking", "sensor-drifting"})


@dataclass(frozen=True, slots=True)
class Pair:
    """What was matched of one kind: (true, the delays of what found it)."""

    kind: str
    severity: str
    is_right: bool
    delay: float | None = None


@dataclass(frozen=True, slots=True)
class ScoredFaults:
    trues: list[Pair]
    alarms: list[Pair]
    missed: list[Miss]
    false_alarms: list[Miss]
    not_scored: dict[str, str]


def score_faults(
    faults: Sequence[TrueFault],
    conditions: Sequence[ConditionRecord],
    judged: frozenset[str],
    book: "Book",
) -> ScoredFaults:
    done = ScoredFaults([], [], [], [], {})
    unscored: dict[str, Counter[str]] = {}
    for fault in faults:
        unasked = _why_not_scored(fault, judged, faults)
        by = [
            c for c in conditions if c.rule in FOUND_BY.get(fault.kind, ()) and _is_about(c, fault)
        ]
        if unasked is not None and not by:
            unscored.setdefault(fault.kind, Counter())[unasked] += 1
            continue
        since = from_iso(fault.start)
        delays = [minutes(from_iso(one.due) - since) for one in by]
        done.trues.append(Pair(fault.kind, "fault", bool(by), min(delays, default=None)))
        if not by:
            why = book.why_fault_missed(fault, conditions)
            done.missed.append(
                _told(fault.device, fault.channel, fault.kind, fault.start, fault.end, why)
            )
    for kind, reasons in unscored.items():
        done.not_scored[kind] = "; ".join(f"{count}: {why}" for why, count in reasons.items())
    for one in conditions:
        kinds = [kind for kind, rules in FOUND_BY.items() if one.rule in rules]
        if not kinds:
            continue
        causes = [f for f in faults if f.kind in kinds and _is_about(one, f)]
        if not causes:
            done.alarms.append(Pair(kinds[0], "fault", False))
            span = (from_iso(one.since), ms_or_ever(one.until))
            why = book.faults(one.device, one.subject.split(".", 1)[0], one.subject, span)
            done.false_alarms.append(
                _told(one.device, one.subject, one.rule, one.since, one.until, why)
            )
    return done


def _why_not_scored(
    fault: TrueFault, judged: frozenset[str], faults: Sequence[TrueFault]
) -> str | None:
    rules = FOUND_BY.get(fault.kind)
    if rules is None:
        return "no rule is for it"
    asked = [least for rule, least in rules.items() if rule in judged]
    if not asked:
        return f"not judged by {' or '.join(rules)}"
    lasted = ms_or_ever(fault.end) - from_iso(fault.start)
    if lasted < min(asked):
        return f"over before {minutes(min(asked)):g} min, which its rule takes"
    hiding = [one for one in faults if one is not fault and _hides(one, fault)]
    if hiding and _longest_seen(fault, hiding) < min(asked):
        return f"hidden by {' and '.join(sorted({one.kind for one in hiding}))}"
    return None


def _hides(one: TrueFault, fault: TrueFault) -> bool:
    """Whether nothing of a sensor's fault shows while the other lasts: there is nothing sent."""
    return (
        fault.kind in OF_SENSORS
        and one.device == fault.device
        and (
            one.kind == "gateway-dead" or (one.kind, one.channel) == ("sensor-dead", fault.channel)
        )
    )


def _longest_seen(fault: TrueFault, hiding: Sequence[TrueFault]) -> int:
    """The longest time of it that none of the others hides, ms."""
    begins, ends = from_iso(fault.start), ms_or_ever(fault.end)
    longest = 0
    for start, end in sorted((from_iso(one.start), ms_or_ever(one.end)) for one in hiding):
        longest = max(longest, min(start, ends) - begins)
        begins = max(begins, end)
    return max(longest, ends - begins)


def _is_about(one: ConditionRecord, fault: TrueFault) -> bool:
    same = not one.subject or not fault.channel or one.subject == fault.channel
    lasts = ms_or_ever(fault.end)
    return (
        one.device == fault.device
        and same
        and touch(
            (from_iso(one.since), ms_or_ever(one.until)),
            (from_iso(fault.start), min(EVER, lasts + LINGERS_MS)),
        )
    )


def _told(
    device: str, channel: str, kind: str, start: str, end: str | None, because: list[str]
) -> Miss:
    lasted = None if end is None else round(minutes(from_iso(end) - from_iso(start)), 2)
    return Miss(
        what="fault",
        device=device,
        channel=channel,
        kind=kind,
        severity="fault",
        start=start,
        end=end,
        minutes=lasted,
        because=because,
    )
