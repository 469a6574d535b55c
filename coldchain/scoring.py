"""Detection scored against the truth: what was found, missed, raised falsely, and how late.

An excursion is true where the truth confirms it, and found where a record that holds confirms or
presumes it. They match on device, compartment, channel and limit where their times overlap and the
record was not confirmed before the true one began (score_book.py). What is right is counted by the
true ones: one found in two pieces, or said twice, is found once. A record still open after all it
found had ended is right, and told as never ended.

A true one that is marginal is neither to be found nor falsely found: what a sound sensor can say of
it is chance. So is a record of what falls short of a limit by as little. Both are told as not
scored.

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
    trues, healthy = list[Pair](), list[Pair]()
    missed, false_alarms, open_still = list[Miss](), list[Miss](), list[Miss]()
    for one in real:
        severity = known.get((one.profile, one.limit), "unknown")
        by = [b for b in seen.overlapping(place_of(one), span_of(one)) if book.is_of(b, one)]
        times = [from_iso(b.confirmed) for b in by if b.confirmed is not None]
        delay = minutes(min(times) - from_iso(one.confirmed or one.start)) if times else None
        trues.append(Pair(one.limit, severity, bool(by), delay))
        healthy += [] if book.is_lied_about(one) else trues[-1:]
        if not by:
            missed.append(_told(one, severity, one.minutes, book.why_missed(one)))
    alarms, chance = list[Pair](), Counter[str]()
    for record in found:
        near = there.overlapping(place_of(record), span_of(record))
        of = [one for one in near if book.is_of(record, one)]
        if not of and not book.may_be_said(record):
            alarms.append(Pair(record.limit, record.severity, False))
            why = book.why_raised(record)
            false_alarms.append(_told(record, record.severity, record.minutes, why))
        elif not of:
            chance[record.limit] += 1
        elif record.end is None and all(one.end is not None for one in of):
            last = max(one.end for one in of if one.end is not None)
            why = [f"what was true ended at {last}"]
            open_still.append(_told(record, record.severity, record.minutes, why))
    standing = that_hold(conditions)
    judged = frozenset(RULES if rules is None and standing else rules or ())
    faults = score_faults(truth.faults, standing, judged, book)
    missed += faults.missed
    false_alarms += faults.false_alarms
    return Score(
        is_perfect=not missed and not false_alarms,
        excursions=_kind("excursions", "any", trues, alarms),
        healthy=_kind("healthy", "any", healthy, None),
        by_limit=_by_kind(trues, alarms),
        by_fault=_by_kind(faults.trues, faults.alarms),
        not_scored=faults.not_scored | _too_near(all_true, chance),
        missed=sorted(missed, key=lambda one: (one.start, one.device, one.channel, one.kind)),
        false_alarms=sorted(
            false_alarms, key=lambda one: (one.start, one.device, one.channel, one.kind)
        ),
        never_ended=sorted(
            open_still, key=lambda one: (one.start, one.device, one.channel, one.kind)
        ),
    )


def _too_near(trues: Iterable[TrueExcursion], chance: Mapping[str, int]) -> dict[str, str]:
    """By limit, how many true ones are too near it for a sensor to tell, and how many records are
    of what falls short of it by as little.
    """
    counts = Counter(one.limit for one in trues if one.marginal)
    said: dict[str, list[str]] = {}
    for limit, count in counts.items():
        said.setdefault(limit, []).append(f"{count}: nearer than a sensor can tell")
    for limit, count in chance.items():
        said.setdefault(limit, []).append(f"{count} found: short of it by less than a sensor tells")
    return {limit: "; ".join(parts) for limit, parts in said.items()}


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


def _by_kind(trues: Sequence[Pair], alarms: Sequence[Pair]) -> list[KindScore]:
    kinds = sorted({(one.severity, one.kind) for one in [*trues, *alarms]})
    return [
        _kind(
            kind,
            severity,
            [one for one in trues if (one.severity, one.kind) == (severity, kind)],
            [one for one in alarms if (one.severity, one.kind) == (severity, kind)],
        )
        for severity, kind in kinds
    ]


def _kind(
    kind: str, severity: str, trues: Sequence[Pair], alarms: Sequence[Pair] | None
) -> KindScore:
    """`alarms`: the false ones; None where nobody can say of which kind they are."""
    hits, false = sum(one.is_right for one in trues), len(alarms or ())
    delays = [one.delay for one in trues if one.delay is not None]
    return KindScore(
        kind=kind,
        severity=severity,
        true=len(trues),
        found=hits,
        missed=len(trues) - hits,
        false_alarms=false,
        precision=hits / (hits + false) if alarms is not None and hits + false else None,
        recall=hits / len(trues) if trues else None,
        delay=round(median(delays), 2) if delays else None,
        longest_delay=round(max(delays), 2) if delays else None,
    )
