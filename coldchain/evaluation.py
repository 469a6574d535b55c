"""A set of readings judged by a profile, as `coldchain evaluate --json` prints it.

The form is DESIGN.md's section 6, key for key, and two keys more: `faults`, what the sensor-fault
rules found, and `skipped`, the columns that were not judged. Times are ISO 8601 UTC,
temperatures °C.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from .celsius import MICRO, from_micro
from .columns import Judged, judge_ordered, longest_step_beyond, order
from .excursion_columns import BLOCK, FIELDS, NEVER, Excursions, Ints
from .excursions import DEGREE_MINUTE, excursion_id
from .exposure import celsius_or_none
from .judge import Plan
from .limits import Limit, Mode, Severity, Side
from .profile import Profile
from .rules.columns import sensor_faults
from .rules.findings import Finding
from .segment import Interval
from .times import MINUTE_MS, iso, minutes
from .verdict import Evidence, Outcome, Verdict, decide, tallies

_NO_EXCURSIONS = '"excursions": []'
_encode = msgspec.json.Encoder().encode


class EvaluatedLimit(msgspec.Struct, frozen=True, kw_only=True):
    """A limit of the profile, and the known minutes and degree-minutes (°C min) beyond it."""

    id: str
    side: Side
    threshold: float
    inclusive: bool
    mode: Mode
    allowed_minutes: float
    severity: Severity
    minutes: float
    degree_minutes: float
    confirmed: bool


class EvaluatedExcursion(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An excursion; `confirmed` is None where it was not, `end` while open at the last reading."""

    id: str
    limit: str
    severity: Severity
    start: str
    confirmed: str | None
    end: str | None
    minutes: float
    unknown_minutes: float
    degree_minutes: float
    peak: float
    peak_at: str


class EvaluatedShelfLife(msgspec.Struct, frozen=True, kw_only=True):
    """The share of shelf life used over the known time, and the hours left at a temperature.

    `remaining_hours` is None where nothing spoils at `at_celsius`.
    """

    model: str
    used: float
    remaining_hours: float | None
    at_celsius: float


class RejectedLine(msgspec.Struct, frozen=True):
    """A line, or one value of it, that could not be read."""

    line: int
    reason: str


class EvaluatedFault(msgspec.Struct, frozen=True, kw_only=True):
    """A sensor fault; `until` is None where it still stood at the last reading."""

    rule: str
    since: str
    until: str | None
    values: dict[str, float]


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """One column of temperatures judged; what was not measured is None.

    `start` and `end` are those of the column's lines, with or without a value. `skipped` are the
    names of the file's columns that were taken for something else than temperatures.
    """

    channel: str
    profile: str
    readings: int
    duplicates: int
    conflicts: int
    start: str | None
    end: str | None
    known_minutes: float
    unknown_minutes: float
    min: float | None
    max: float | None
    mean: float | None
    mkt: float | None
    limits: list[EvaluatedLimit]
    excursions: list[EvaluatedExcursion]
    shelf_life: EvaluatedShelfLife | None
    verdict: Verdict
    reasons: list[str]
    rejected: list[RejectedLine]
    faults: list[EvaluatedFault]
    skipped: list[str]


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What was found in full: the judge's own figures, the sensor's faults, the outcome, and what
    is printed of them all but the excursions, which may be very many."""

    judged: Judged
    faults: tuple[Finding, ...]
    outcome: Outcome
    summary: Evaluation


def evaluate(
    profile: Profile,
    channel: str,
    times: ArrayLike,
    values: ArrayLike,
    rejected: Sequence[RejectedLine] = (),
    span: Interval | None = None,
    skipped: Sequence[str] = (),
    untimed: int = 0,
) -> Evaluated:
    """Judge one column of readings (ms, micro-degrees; any order, any repeats) by a profile.

    The column names no quantity, so every limit judges it. `span` (ms) is that of all its lines,
    those without a value too: what was not measured at its ends is unknown time. `untimed`: its
    lines that tell no time, and so may lie outside all this.
    """
    plan, readings = Plan.of(profile), order(times, values)
    judged = judge_ordered(plan, readings, span=span)
    faults = tuple(sensor_faults(readings.t, readings.v, plan.max_gap))
    evidence = Evidence(
        plan.limits,
        judged.excursions,
        judged.sums,
        judged.unknown_ms,
        judged.longest_gap,
        judged.conflicts,
        sorted({fault.rule for fault in faults}),
        window=judged.window,
        untimed=untimed,
        step_beyond=0 if profile.sampling_beyond is None else longest_step_beyond(plan, readings),
    )
    outcome = decide(profile, evidence)
    sums = judged.sums
    found = tallies(evidence)
    summary = Evaluation(
        channel=channel,
        profile=profile.id,
        readings=judged.readings,
        duplicates=judged.duplicates,
        conflicts=judged.conflicts,
        start=_iso_or_none(judged.start),
        end=_iso_or_none(judged.end),
        known_minutes=minutes(sums.known_ms),
        unknown_minutes=minutes(judged.unknown_ms),
        min=celsius_or_none(sums.min),
        max=celsius_or_none(sums.max),
        mean=sums.mean_celsius(),
        mkt=sums.mkt_celsius(),
        limits=[
            _limit(limit, beyond, limit.id in found and found[limit.id].is_confirmed)
            for limit, beyond in zip(plan.limits, sums.limits, strict=True)
        ],
        excursions=[],
        shelf_life=_shelf_life(profile, judged),
        verdict=outcome.verdict,
        reasons=[reason.text() for reason in outcome.reasons],
        rejected=list(rejected),
        faults=[_fault(fault) for fault in faults],
        skipped=list(skipped),
    )
    return Evaluated(judged, faults, outcome, summary)


def as_json(found: Iterable[Evaluated]) -> Iterator[str]:
    """The list of `Evaluation`s in parts, an excursion a line; never all of it at once."""
    yield "["
    for nth, one in enumerate(found):
        summary = msgspec.json.format(msgspec.json.encode(one.summary), indent=1).decode()
        # In a text, quotes are escaped: this is the key itself.
        head, _, tail = summary.partition(_NO_EXCURSIONS)
        yield ("," if nth else "") + f"\n{head}{_NO_EXCURSIONS[:-1]}"
        before = "\n  "
        for block in _printed(one.summary.channel, one.judged.excursions):
            yield before + b",\n  ".join(block).decode()
            before = ",\n  "
        yield f"]{tail}"
    yield "\n]\n"


def _fault(found: Finding) -> EvaluatedFault:
    return EvaluatedFault(
        rule=found.rule,
        since=iso(found.since),
        until=_iso_or_none(found.until),
        values=found.values,
    )


def _limit(limit: Limit, beyond: tuple[int, int], is_confirmed: bool) -> EvaluatedLimit:
    ms, degree = beyond
    return EvaluatedLimit(
        id=limit.id,
        side=limit.side,
        threshold=from_micro(limit.threshold),
        inclusive=limit.inclusive,
        mode=limit.mode,
        allowed_minutes=minutes(limit.allowed),
        severity=limit.severity,
        minutes=minutes(ms),
        degree_minutes=degree / DEGREE_MINUTE,
        confirmed=is_confirmed,
    )


def _printed(channel: str, found: Excursions) -> Iterator[list[bytes]]:
    """The excursions as JSON, some thousands at a time, by columns: of very many, this takes a
    third of the time."""
    severities = [limit.severity for limit in found.limits]
    names = [limit.id for limit in found.limits]
    for start in range(0, len(found), BLOCK):
        block = slice(start, start + BLOCK)
        figure = {name: found.figure(name)[block] for name in FIELDS}
        columns = (
            found.rank[block],
            figure["first_at"],
            _iso(figure["start"]),
            _iso(figure["confirmed"]),
            _iso(figure["end"]),
            figure["ms"] / MINUTE_MS,
            figure["unknown_ms"] / MINUTE_MS,
            figure["degree"] / DEGREE_MINUTE,
            figure["peak"] / MICRO,
            _iso(figure["peak_at"]),
        )
        yield [
            _encode(
                EvaluatedExcursion(
                    id=excursion_id("", channel, names[nth], first_at),  # a file has no device
                    limit=names[nth],
                    severity=severities[nth],
                    start=since,
                    confirmed=confirmed,
                    end=end,
                    minutes=known,
                    unknown_minutes=unknown,
                    degree_minutes=degree,
                    peak=peak,
                    peak_at=peak_at,
                )
            )
            for nth, first_at, since, confirmed, end, known, unknown, degree, peak, peak_at in zip(
                *(column.tolist() for column in columns), strict=True
            )
        ]


def _iso(times: Ints) -> "NDArray[np.object_]":
    """As `times.iso`, None for NEVER."""
    texts = np.full(len(times), None, dtype=object)
    told = times != NEVER
    texts[told] = np.datetime_as_string(times[told].astype("datetime64[ms]"), timezone="UTC")
    return texts


def _shelf_life(profile: Profile, judged: Judged) -> EvaluatedShelfLife | None:
    model = profile.shelf_life
    if model is None:
        return None
    used = model.used(judged.sums.shelf_hours())
    return EvaluatedShelfLife(
        model=model.model,
        used=used,
        remaining_hours=model.remaining_hours(used),
        at_celsius=model.at,
    )


def _iso_or_none(ms: int | None) -> str | None:
    return None if ms is None else iso(ms)
