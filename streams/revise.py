"""A channel judged again, from the last instant before its late readings outside every excursion.

stored excursion    found again    said
------------------  -------------  ---------------------------------------------------
as it is            the same       nothing
otherwise           changed        confirmed or closed where it just became so, else
                                   revised
as it is            the same, but  revised
                    others aboard
not said yet        the same       as it stands: whoever stored it died before it was said
there               not            withdrawn; or nothing, where one that overlaps it now
                                   supersedes it
not there           found          as it stands now, in one record: what is over wakes
                                   nobody

What is said is never as of less than what is stored: a worker that died may have said more than its
state knew. The store knew it, and what is found over the store is newer than what it said.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from coldchain.enrolment import Enrolled
from coldchain.excursions import Excursion, Tracker
from coldchain.exposure import SLOT_MS
from coldchain.judge import ChannelState, Plan, advance, open_excursions
from coldchain.limits import Limit
from coldchain.pauses import NOT_ENDED, pauses_of
from coldchain.records import State
from coldchain.saying import of_compartment, record, standing
from coldchain.segment import Interval
from coldchain.whole import cut_short

from .effects import Effects, Standing
from .past import Reading, Stored


@dataclass(frozen=True, slots=True)
class History:
    """A channel's readings (rising ms; micro-units) and which of them to start over from.

    `restart` is the index of the last reading outside every excursion before what is new, -1
    for the beginning; the readings before it reach past the start of its 5-minute slot.
    `spans`: open doors and defrosts from before the restart on. `stored`: excursions that began
    after it. `aboard_since`: from when (ms) excursions name others aboard than was said.
    """

    times: Sequence[int]
    values: Sequence[int]
    restart: int
    spans: Sequence[Interval]
    stored: Sequence[Stored]
    aboard_since: int | None = None


@dataclass(slots=True)
class Revised:
    """The channel's state after its last reading, by `profile`; what follows is in `effects`."""

    state: ChannelState | None = None
    profile: str = ""
    effects: Effects = field(default_factory=Effects)


def restart_before(
    previous: Reading | None,
    stored: Sequence[Stored],
    limit_of: Callable[[Stored], Limit | None],
) -> int | None:
    """The instant before which to look for the restart, or None where `previous` is it.

    `previous` is the newest reading before what is new. It is not outside every excursion where
    one of those stored covers it; nor where it is not yet back across `clear` of the newest one
    of a limit: that one may have ended only by what was read after it (as at its last known
    instant beyond, where unknown time followed).
    """
    if previous is None:
        return None
    at, value = previous
    begun = [one for one in stored if one.excursion.start <= at]
    newest = {one.excursion.limit: one for one in sorted(begun, key=lambda s: s.excursion.start)}
    covering = [
        one.excursion.start
        for one in begun
        if one.excursion.end is None
        or one.excursion.end >= at
        or (
            newest[one.excursion.limit] is one
            and (limit := limit_of(one)) is not None
            and not limit.is_calm(value)
        )
    ]
    return min(covering, default=None)


def revise(enrolled: Enrolled, channel: str, history: History, offset: int) -> Revised:
    """Judge the channel again over its history, at source offset `offset`.

    Raises Unregistered.
    """
    device = enrolled.registration.device
    revised = Revised()
    found: list[tuple[Plan, Excursion]] = []
    for post, start, stop in enrolled.stints(channel, history.times):
        plan = post.plan
        if plan is None:
            revised.state, revised.profile = None, ""
            continue
        pauses = pauses_of(history.spans, post.grace)
        state, first = ChannelState.fresh(plan), start
        if start <= history.restart < stop:
            first = history.restart + 1
            state = _at_restart(plan, history, start, first, pauses)
        elif stop <= history.restart:
            continue
        step = advance(plan, state, history.times[first:stop], history.values[first:stop], pauses)
        for piece in step.pieces:
            if history.restart < 0 or piece.slot >= _slot(history.times[history.restart]):
                revised.effects.pieces[device, channel, piece.slot] = plan, piece.sums
        is_last = stop == len(history.times)
        rest = open_excursions(plan, step.state) if is_last else cut_short(plan, step.state)
        found += [(plan, e) for e in of_compartment(plan, step.closed + rest)]
        revised.state, revised.profile = (step.state, plan.profile) if is_last else (None, "")
    _say(enrolled, channel, history, found, offset, revised.effects)
    return revised


def _slot(at: int) -> int:
    return at - at % SLOT_MS


def _at_restart(
    plan: Plan, history: History, start: int, stop: int, pauses: Sequence[Interval]
) -> ChannelState:
    """The state just after the restart: the sums of its slot so far, and no excursion open."""
    step = advance(
        plan,
        ChannelState.fresh(plan),
        history.times[start:stop],
        history.values[start:stop],
        pauses,
    )
    step.state.trackers = [Tracker() for _ in plan.limits]
    return step.state


def _say(
    enrolled: Enrolled,
    channel: str,
    history: History,
    found: Sequence[tuple[Plan, Excursion]],
    offset: int,
    effects: Effects,
) -> None:
    device = enrolled.registration.device
    before = {(one.excursion.limit, one.excursion.first_at): one for one in history.stored}
    after = {(e.limit, e.first_at) for _, e in found}
    gone = {key: one for key, one in before.items() if key not in after}
    superseded: set[tuple[str, int]] = set()
    for plan, excursion in found:
        key = excursion.limit, excursion.first_at
        old = before.get(key)
        replaces = [k for k, one in gone.items() if _overlap(one.excursion, excursion)]
        superseded.update(replaces)
        state = _news(None if old is None else old.excursion, excursion)
        if state is None and _names_others(history, excursion):
            state = "revised"
        if state is None and old is not None and not old.is_said:
            state = standing(excursion)
        if state is not None or replaces:
            ids = [gone[k].id for k in replaces]
            said = state or "revised"
            as_of = max(offset, -1 if old is None else old.as_of)
            effects.records.append(record(said, device, channel, plan, excursion, as_of, ids))
            effects.standing[device, channel, *key] = Standing(
                plan, excursion, standing(excursion), as_of
            )
    for key, one in gone.items():
        plan = enrolled.plans.plan(one.profile, channel.split(".")[1])
        as_of = max(offset, one.as_of)
        if key not in superseded:
            withdrawn = record("withdrawn", device, channel, plan, one.excursion, as_of)
            effects.records.append(withdrawn)
        effects.standing[device, channel, *key] = Standing(plan, one.excursion, "withdrawn", as_of)


def _names_others(history: History, excursion: Excursion) -> bool:
    """Whether others were aboard than was said; one that goes on is told again anyway."""
    since = history.aboard_since
    return since is not None and excursion.end is not None and excursion.end >= since


def _overlap(old: Excursion, new: Excursion) -> bool:
    old_end = NOT_ENDED if old.end is None else old.end
    new_end = NOT_ENDED if new.end is None else new.end
    return old.limit == new.limit and old.start <= new_end and new.start <= old_end


def _news(old: Excursion | None, new: Excursion) -> State | None:
    """The state in which to say what became of an excursion; None where nothing did."""
    if old is None:
        return standing(new)
    if _content(old) == _content(new):
        return None
    if new.end is not None:
        return "closed" if old.end is None else "revised"
    return "confirmed" if old.confirmed is None and new.confirmed is not None else "revised"


def _content(excursion: Excursion) -> tuple[object, ...]:
    """What an excursion says, less what is never told (and so not stored)."""
    said = msgspec.structs.replace(excursion, touching_ms=0, presumed=None)
    return msgspec.structs.astuple(said)
