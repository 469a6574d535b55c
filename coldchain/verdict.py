"""The verdict on what was measured: reject, review or accept, with its reasons.

    reject   a critical limit confirmed, or the MKT limit passed
    review   a warning confirmed; a limit presumed or possibly reached; the MKT limit possibly
             passed; conflicts; unknown time past the profile's allowance; a sensor fault; recorded
             too rarely while beyond; nothing measured at all, or no two readings that a line joins
    accept   else

"Possibly": the known minutes and the unknown ones that touch an excursion reach the allowed
time; or there was an excursion of any kind, and somewhere an unknown stretch long enough to hide
a breach. Where a limit has hysteresis that is all unknown time together: an excursion may outlast
the readings between threshold and `clear` that part its stretches. So hiding part of a record
never makes it look better, while a reading beyond remains.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from .celsius import from_micro
from .excursion_columns import NEVER, Excursions
from .excursions import Excursion
from .exposure import Sums
from .kinetics import RATE_UNIT
from .limits import Limit
from .mkt import mkt_factor
from .mkt_windows import Window
from .profile import Profile
from .reasons import Reason
from .times import HOUR_MS, iso, minutes

Verdict = Literal["accept", "review", "reject"]

#: From best to worst.
VERDICTS: tuple[Verdict, ...] = ("accept", "review", "reject")


@dataclass(frozen=True, slots=True)
class Spent:
    """Of a limit, ms: known to be beyond, and at most with the unknown time; in all of a cumulative
    one, in a row of a consecutive one."""

    known: int
    possible: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a verdict is made from, over one span of one channel, leg or parcel.

    `sums` are by the limits given; `unknown_ms` all unknown time in the span, `longest_gap` its
    longest stretch; `hidden_ms`, where several channels are judged, all unknown time of the one
    heard least (else it is `unknown_ms`); `conflicts` the times with different values; `faults`
    the sensor faults, by rule. `spent`, for a parcel: per limit, the ms over its whole way.
    `window`: the worst window of the span by MKT, where the span is longer than one.
    `untimed`: lines of the record that tell no time, and may lie anywhere.
    `step_beyond`: the longest time (ms) from a reading beyond a limit to the next reading.
    """

    limits: Sequence[Limit]
    excursions: Sequence[Excursion]
    sums: Sums
    unknown_ms: int = 0
    longest_gap: int = 0
    conflicts: int = 0
    faults: Sequence[str] = ()
    spent: Mapping[str, Spent] = field(default_factory=dict)
    window: Window | None = None
    hidden_ms: int = 0
    untimed: int = 0
    step_beyond: int = 0


@dataclass(frozen=True, slots=True)
class Tally:
    """Of a limit's excursions: the ms of the longest and of all; the most that one may have been,
    with the unknown time inside and about it; whether any is confirmed, or presumed."""

    longest: int = 0
    total: int = 0
    possible: int = 0
    is_confirmed: bool = False
    is_presumed: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """A verdict and why: each reason with the verdict it forces, worst first."""

    verdict: Verdict
    reasons: tuple[Reason, ...]


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The worst of them; accept where there is none."""
    return max(verdicts, key=VERDICTS.index, default="accept")


def decide(profile: Profile, evidence: Evidence) -> Outcome:
    """The verdict by a profile."""
    reasons = sorted(
        _reasons(profile, evidence, tallies(evidence)),
        key=lambda reason: -VERDICTS.index(reason.verdict),
    )
    return Outcome(worst(reason.verdict for reason in reasons), tuple(reasons))


def tallies(evidence: Evidence) -> dict[str, Tally]:
    """By limit (id), of those that have excursions."""
    found = evidence.excursions
    if not isinstance(found, Excursions):
        found = Excursions.of(evidence.limits, more=found)
    ms = found.figure("ms")
    possible = ms + found.figure("unknown_ms") + found.figure("touching_ms")
    is_confirmed, is_presumed = (
        found.figure("confirmed") != NEVER,
        found.figure("presumed") != NEVER,
    )
    told: dict[str, Tally] = {}
    for nth, limit in enumerate(found.limits):
        own = found.rank == nth
        if own.any():
            told[limit.id] = Tally(
                int(ms[own].max()),
                int(ms[own].sum()),
                int(possible[own].max()),
                bool(is_confirmed[own].any()),
                bool(is_presumed[own].any()),
            )
    return told


def _reasons(profile: Profile, evidence: Evidence, found: Mapping[str, Tally]) -> Iterator[Reason]:
    for limit in evidence.limits:
        yield from _limit_reasons(limit, evidence, found)
    yield from _mkt_reasons(profile, evidence)
    if evidence.sums.known_ms == 0:
        yield Reason("review", "nothing-known" if evidence.sums.count else "nothing-measured")
    if evidence.untimed:
        yield Reason("review", "untimed", {"count": evidence.untimed})
    if evidence.conflicts:
        yield Reason("review", "conflicts", {"count": evidence.conflicts})
    if evidence.unknown_ms > profile.unknown_allowance:
        allowed = minutes(profile.unknown_allowance)
        values = {"minutes": minutes(evidence.unknown_ms), "allowed": allowed}
        yield Reason("review", "unknown-time", values)
    if profile.sampling_beyond is not None and evidence.step_beyond > profile.sampling_beyond:
        allowed = minutes(profile.sampling_beyond)
        values = {"minutes": minutes(evidence.step_beyond), "allowed": allowed}
        yield Reason("review", "sampled-too-rarely", values)
    for fault in evidence.faults:
        yield Reason("review", "sensor-fault", {"fault": fault})


def _limit_reasons(
    limit: Limit, evidence: Evidence, found: Mapping[str, Tally]
) -> Iterator[Reason]:
    values: dict[str, str | int | float] = {
        "limit": limit.id,
        "side": f"at-or-{limit.side}" if limit.inclusive else limit.side,
        "threshold": from_micro(limit.threshold),
        "allowed": minutes(limit.allowed),
    }
    own, over_the_way = found.get(limit.id, Tally()), evidence.spent.get(limit.id)
    if limit.mode == "cumulative":
        known = own.total if over_the_way is None else over_the_way.known
    else:
        known = max(own.longest, 0 if over_the_way is None else over_the_way.known)
    is_spent = over_the_way is not None and 0 < limit.allowed <= known
    if is_spent or own.is_confirmed:
        forced: Verdict = "reject" if limit.severity == "critical" else "review"
        yield Reason(forced, "confirmed", {**values, "minutes": minutes(known)})
        return
    if own.is_presumed:
        yield Reason("review", "presumed", values)
        return
    possible = _possible_ms(limit, evidence, found)
    if possible is not None and possible >= limit.allowed:
        yield Reason("review", "possible", {**values, "minutes": minutes(possible)})


def _possible_ms(limit: Limit, evidence: Evidence, found: Mapping[str, Tally]) -> int | None:
    """The longest a limit may have been passed, known and unknown; None: it can't have been."""
    if not found:
        return None
    own, over_the_way = found.get(limit.id), evidence.spent.get(limit.id)
    if limit.mode == "cumulative":
        known = own.total if own else 0
        return over_the_way.possible if over_the_way else known + evidence.unknown_ms
    hidden = max(evidence.longest_gap, over_the_way.possible if over_the_way else 0)
    if limit.clear_level != limit.threshold:
        hidden = max(hidden, evidence.unknown_ms, evidence.hidden_ms)
    possible = max(hidden, own.possible if own else 0)
    return possible if own or hidden else None


def _mkt_reasons(profile: Profile, evidence: Evidence) -> Iterator[Reason]:
    if profile.mkt_limit is None:
        return
    sums, window, highest = evidence.sums, evidence.window, evidence.sums.max
    allowed = from_micro(profile.mkt_limit)
    of_span = sums.mkt_celsius()
    if of_span is None and highest is not None and highest > profile.mkt_limit:
        # No time is known: one reading stands for itself.
        yield Reason("reject", "mkt", {"mkt": from_micro(highest), "allowed": allowed})
    elif window is not None and _passes(window, profile.mkt_limit):
        yield Reason(
            "reject",
            "mkt-window",
            {
                "mkt": window.mkt_celsius(),
                "allowed": allowed,
                "hours": (window.end - window.start) / HOUR_MS,
                "at": iso(window.start),
            },
        )
    elif of_span is not None and _passes(sums, profile.mkt_limit):
        yield Reason("reject", "mkt", {"mkt": of_span, "allowed": allowed})
    elif evidence.unknown_ms and (
        evidence.excursions or (highest is not None and highest > profile.mkt_limit)
    ):
        unknown = minutes(evidence.unknown_ms)
        yield Reason("review", "mkt-possible", {"minutes": unknown, "allowed": allowed})


def _passes(over: Sums | Window, limit: int) -> bool:
    """Whether its MKT is above the limit (micro-degrees): in integers, so that 8 is not above 8."""
    at_limit = round(mkt_factor(from_micro(limit)) / RATE_UNIT)
    return over.mkt * 1000 > at_limit * over.known_ms
