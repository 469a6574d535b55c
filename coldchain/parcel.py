"""The verdict on a parcel: its legs added up, by its own profile.

Consecutive limits are judged on every channel that counts, and go on from one stay to the next
(onward.py). Cumulative limits add up over the legs, by the worst channel of each. Exposure (MKT,
shelf life, unknown time) is the goods' own where a probe measured them: of each stretch the
`product` channel stands for it, else the air, and of several the warmest.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from .celsius import to_micro
from .exposure import Sums
from .leg import Measured
from .limits import Limit
from .mkt_windows import Heat, worst_window
from .onward import Part, longest
from .profile import Profile
from .reasons import Reason
from .segment import Interval
from .timeline import Stay, Timeline, between
from .times import iso
from .verdict import VERDICTS, Evidence, Outcome, Spent, decide, worst


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stay with what was measured there, by channel; one without any was not measured."""

    stay: Stay
    channels: tuple[Measured, ...] = ()

    @property
    def standing_for(self) -> Measured | None:
        """The channel whose exposure is the goods'."""
        return max(self.channels, key=_rank, default=None)


@dataclass(frozen=True, slots=True)
class Budget:
    """A cumulative limit's time: ms known to be used, at most with unknown time; the degree
    used (milli-degree-ms)."""

    limit: Limit
    used: int
    possible: int
    degree: int

    @property
    def left(self) -> int:
        return max(0, self.limit.allowed - self.used)


@dataclass(frozen=True, slots=True)
class ParcelJudged:
    """A parcel's whole exposure and verdict.

    `sums` are without per-limit figures (see `budgets`); `unknown_ms` includes the time between
    legs; `shelf_used` is the share of shelf life, None where the profile has no model.
    """

    sums: Sums
    unknown_ms: int
    budgets: tuple[Budget, ...]
    shelf_used: float | None
    outcome: Outcome


def judge_parcel(
    profile: Profile,
    way: Timeline,
    stretches: Iterable[Stretch],
    until: int,
    since: int | None = None,
) -> ParcelJudged:
    """Judge a parcel by its profile, from its timeline and every stay measured, up to `until`.

    Between legs, what is before `since` does not count (ms; None: all does).

    Stretches of stays that do not count (a tag outranks them) change nothing. Raises ValueError
    where one was measured by other limits than the profile's.
    """
    counted = [one for one in stretches if one.stay.counts]
    unheard = _after(between(way, until), since)
    gaps = [b - a for a, b in unheard]
    channels = [channel for one in counted for channel in one.channels]
    for channel in channels:
        if not set(channel.limits) <= set(profile.limits):
            raise ValueError(f"{channel.channel} was measured by other limits than {profile.id}'s")
    sums, unknown, heat = Sums(), sum(gaps), [Heat.none()]
    for one in counted:
        stands, (start, end) = one.standing_for, one.stay.span
        unknown += end - start if stands is None else stands.unknown_ms
        if stands is not None:
            sums += _bare(stands.sums)
            heat.append(stands.heat)
    unmeasured = [_length(one) for one in counted if not one.channels]
    budgets = tuple(_budgets(profile, counted, sum(gaps) + sum(unmeasured)))
    evidence = Evidence(
        profile.limits,
        [excursion for channel in channels for excursion in channel.excursions],
        sums,
        unknown,
        max([*gaps, *unmeasured, *(channel.longest_gap for channel in channels)], default=0),
        sum(channel.conflicts for channel in channels),
        sorted({fault for channel in channels for fault in channel.faults}),
        {
            **{one.limit.id: Spent(one.used, one.possible) for one in budgets},
            **_in_a_row(profile, counted, unheard),
        },
        worst_window(Heat.joined(heat), _whole_way(counted), profile.mkt_window),
        max([*gaps, *unmeasured, *(channel.unknown_ms for channel in channels)], default=0),
    )
    return ParcelJudged(
        sums,
        unknown,
        budgets,
        None if profile.shelf_life is None else profile.shelf_life.used(sums.shelf_hours()),
        _with(decide(profile, evidence), _by_hand(profile, way)),
    )


def strictest(profiles: Iterable[Profile]) -> Profile | None:
    """The strictest of the profiles aboard, by which a compartment is judged; None without any.

    First the lowest critical limit above; then the highest below; then the shortest time allowed
    at them; then the name, so that the outcome hangs on nothing else.
    """
    return min(profiles, key=_strictness, default=None)


def _strictness(profile: Profile) -> tuple[float, float, int, str]:
    critical = [one for one in profile.limits if one.severity == "critical"]
    above = [one for one in critical if one.side == "above"]
    below = [one for one in critical if one.side == "below"]
    return (
        min((one.threshold for one in above), default=float("inf")),
        -max((one.threshold for one in below), default=float("-inf")),
        min((one.allowed for one in critical), default=0),
        profile.id,
    )


def _rank(channel: Measured) -> tuple[bool, bool, float, str]:
    """What stands for the goods: of those read at all, their own probe, else the warmest air."""
    sums = channel.sums
    warmth = sums.mkt / sums.known_ms if sums.known_ms else 0.0
    was_read = sums.count > 0 or sums.known_ms > 0
    return was_read, channel.quantity == "product", warmth, channel.channel


def _after(spans: Iterable[Interval], since: int | None) -> list[Interval]:
    return [
        (a if since is None else max(a, since), b) for a, b in spans if since is None or b > since
    ]


def _length(one: Stretch) -> int:
    return one.stay.span[1] - one.stay.span[0]


def _whole_way(counted: Sequence[Stretch]) -> Interval:
    spans = [one.stay.span for one in counted]
    return min((a for a, _ in spans), default=0), max((b for _, b in spans), default=0)


def _bare(sums: Sums) -> Sums:
    return msgspec.structs.replace(sums, beyond=[])


def _budgets(profile: Profile, counted: Sequence[Stretch], unknown: int) -> Iterator[Budget]:
    for limit in profile.limits:
        if limit.mode != "cumulative":
            continue
        used, possible, degree = 0, unknown, 0
        for one in counted:
            own = [channel for channel in one.channels if limit in channel.limits]
            spent = [(*channel.spent(limit), channel.unknown_ms) for channel in own]
            used += max((ms for ms, _, _ in spent), default=0)
            degree += max((more for _, more, _ in spent), default=0)
            possible += max((ms + gap for ms, _, gap in spent), default=0)
        yield Budget(limit, used, possible, degree)


def _in_a_row(
    profile: Profile, counted: Sequence[Stretch], unheard: Iterable[Interval]
) -> Mapping[str, Spent]:
    """Per consecutive limit, its longest excursion along the way."""
    parts = [(one.stay.span[0], Part(_length(one), one.channels)) for one in counted]
    parts += [(start, Part(end - start)) for start, end in unheard]
    way = [part for _, part in sorted(parts, key=lambda one: one[0])]
    return {
        limit.id: longest(limit, way) for limit in profile.limits if limit.mode == "consecutive"
    }


def _by_hand(profile: Profile, way: Timeline) -> Iterator[Reason]:
    """Hand measurements beyond a critical limit of the goods: somebody is to look."""
    critical = [o for o in profile.limits if o.severity == "critical" and o.judges("product")]
    for event in way.events:
        if event.measured is None:
            continue
        value = to_micro(event.measured.celsius)
        passed = next((limit for limit in critical if limit.beyond(value)), None)
        if passed is not None:
            values: Mapping[str, str | int | float] = {
                "limit": passed.id,
                "celsius": event.measured.celsius,
                "where": event.measured.where,
                "at": iso(event.moment),
            }
            yield Reason("review", "by-hand", values)


def _with(outcome: Outcome, more: Iterable[Reason]) -> Outcome:
    reasons = sorted([*outcome.reasons, *more], key=lambda reason: -VERDICTS.index(reason.verdict))
    return Outcome(worst(reason.verdict for reason in reasons), tuple(reasons))
