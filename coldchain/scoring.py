"""Detection scored against the truth: what was found, missed, raised falsely, and how late.

An excursion is true where the truth confirms it, and found where a record that holds confirms or
presumes it. They match on device, compartment, channel and limit where their times overlap: a
true one found in two pieces is found once, and both pieces are right.

A true one that is marginal is neither to be found nor falsely found: what a sound sensor can say of
it is chance. It is told as not scored.

A fault is scored where it was judged by a fleet rule that is for it (scored_faults.py) and lasted
as long as that rule takes. The others are told as not scored, and why.

An excursion is of a healthy sensor where no fault by which one lies touches it (score_book.py):
what is measured there is what there is, so that every such one is to be found.

Every miss and false alarm carries what may explain it: a fault seeded there at that time, or the
excursion on the other side that came near but was not long enough to count.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from .holding import confirmed, that_hold
from .records import ConditionRecord, ExcursionRecord
from .rules.table import RULES
from .score_book import Book, Index, place_of, span_of
from .scored_faults import Pair, score_faults
from .times import from_iso, minutes
from .truth import KindScore, Miss, Score, TrueExcursion, TruthFile


def score(
    truth: TruthFile,
    excursions: Iterable[ExcursionRecord],
    conditions: Iterable[ConditionRecord] = (),
    severities: Mapping[tuple[str, str], str] | None = None,
    rules: Iterable[str] | None = None,
) -> Score:
    """Score records, in any order and with every state an id went through, against the truth.

    `severities`: (profile, limit) -> severity, for limits that no record speaks of. `rules`: the
    fleet rules that were judged by; absent: all of them where there are conditions, else none.
    """
    held = that_hold(excursions)
    known = dict(severities or {}) | {(one.profile, one.limit): one.severity for one in held}
    found = confirmed(held)
    book = Book(truth, held)
    all_true = [one for one in truth.excursions if one.confirmed is not None]
    real = [one for one in all_true if not one.marginal]
    seen = Index(found, place_of, span_of)
    there = Index(all_true, place_of, span_of)
    trues, founds, healthy = list[Pair](), list[Pair](), list[Pair]()
    missed, false_alarms = list[Miss](), list[Miss]()
    for one in real:
        severity = known.get((one.profile, one.limit), "unknown")
        by = seen.overlapping(place_of(one), span_of(one))
        times = [from_iso(b.confirmed) for b in by if b.confirmed is not None]
        delay = minutes(min(times) - from_iso(one.confirmed or one.start)) if times else None
        trues.append(Pair(one.limit, severity, bool(by), delay))
        healthy += [] if book.is_lied_about(one) else trues[-1:]
        if not by:
            missed.append(_told(one, severity, one.minutes, book.why_missed(one)))
    for record in found:
        is_right = bool(there.overlapping(place_of(record), span_of(record)))
        founds.append(Pair(record.limit, record.severity, is_right))
        if not is_right:
            why = book.why_raised(record)
            false_alarms.append(_told(record, record.severity, record.minutes, why))
    standing = that_hold(conditions)
    judged = frozenset(RULES if rules is None and standing else rules or ())
    faults = score_faults(truth.faults, standing, judged, book)
    missed += faults.missed
    false_alarms += faults.false_alarms
    return Score(
        is_perfect=not missed and not false_alarms,
        excursions=_kind("excursions", "any", trues, founds),
        healthy=_kind("healthy", "any", healthy, []),
        by_limit=_by_kind(trues, founds),
        by_fault=_by_kind(faults.trues, faults.founds),
        not_scored=faults.not_scored | _marginal(all_true),
        missed=sorted(missed, key=lambda one: (one.start, one.device, one.channel, one.kind)),
        false_alarms=sorted(
            false_alarms, key=lambda one: (one.start, one.device, one.channel, one.kind)
        ),
    )


def _marginal(trues: Iterable[TrueExcursion]) -> dict[str, str]:
    """By limit, how many are too near it for a sensor to tell."""
    counts = Counter(one.limit for one in trues if one.marginal)
    return {limit: f"{count}: nearer than a sensor can tell" for limit, count in counts.items()}


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


def _by_kind(trues: Sequence[Pair], founds: Sequence[Pair]) -> list[KindScore]:
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


def _kind(kind: str, severity: str, trues: Sequence[Pair], founds: Sequence[Pair]) -> KindScore:
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
