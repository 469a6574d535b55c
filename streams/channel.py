"""A channel's newer readings judged, and what there is to say of its excursions."""

from collections.abc import Sequence

from coldchain.enrolment import Enrolled, Post
from coldchain.excursions import Excursion, transitions
from coldchain.judge import ChannelState, Plan, advance, open_excursions
from coldchain.pauses import pauses_of
from coldchain.saying import of_compartment, record, standing
from coldchain.segment import Interval
from coldchain.whole import cut_short

from .effects import Effects, Standing
from .memory import ChannelMemory, DeviceMemory


def judge_channel(
    enrolled: Enrolled,
    memory: DeviceMemory,
    post: Post,
    times: Sequence[int],
    values: Sequence[int],
    spans: Sequence[Interval],
    offset: int,
    effects: Effects,
) -> None:
    """Judge readings (ms, micro-units) newer than the channel's last. Nothing where none counts.

    `spans`: when a door of its compartment was open or a defrost ran.
    """
    device, plan = enrolled.registration.device, post.plan
    channel = memory.kept[post.channel]
    if channel.state is not None and (plan is None or channel.profile != plan.profile):
        end_stint(enrolled, channel, post.channel, offset, effects)
    if plan is None:
        return
    state = channel.state
    if state is None or len(state.trackers) != len(plan.limits):  # new, or its profile was edited
        state, channel.profile = ChannelState.fresh(plan), plan.profile
    before = open_excursions(plan, state)
    step = advance(plan, state, times, values, pauses_of(spans, post.grace) if spans else ())
    channel.state = step.state
    for piece in step.pieces:
        effects.pieces[device, post.channel, piece.slot] = plan, piece.sums
    if channel.presumed:
        ended = {excursion.limit for excursion in step.closed}
        channel.presumed = [limit for limit in channel.presumed if limit not in ended]
    after = step.closed + open_excursions(plan, step.state)
    if after:
        say(device, post.channel, plan, before, after, offset, effects)


def end_stint(
    enrolled: Enrolled, channel: ChannelMemory, name: str, offset: int, effects: Effects
) -> None:
    """Its profile or duty changed: what was open ends where it was last known."""
    plan = enrolled.plans.plan(channel.profile, name.split(".")[1])
    if channel.state is not None and len(channel.state.trackers) == len(plan.limits):
        before = open_excursions(plan, channel.state)
        ended = cut_short(plan, channel.state)
        say(enrolled.registration.device, name, plan, before, ended, offset, effects)
    channel.state, channel.profile, channel.presumed = None, "", []


def say(
    device: str,
    channel: str,
    plan: Plan,
    before: Sequence[Excursion],
    after: Sequence[Excursion],
    offset: int,
    effects: Effects,
) -> None:
    """Tell what became of a channel's excursions, and keep how each stands now."""
    after = of_compartment(plan, after)
    for state, excursion in transitions(before, after):
        effects.records.append(record(state, device, channel, plan, excursion, offset))
    for excursion in after:
        key = device, channel, excursion.limit, excursion.first_at
        effects.standing[key] = Standing(plan, excursion, standing(excursion), offset)
