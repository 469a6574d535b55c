"""Doors and defrosts as a worker follows them: when they were on, and whom that concerns."""

from collections.abc import Iterable, Sequence

from coldchain.enrolment import PAUSING, Post
from coldchain.pauses import NOT_ENDED
from coldchain.segment import Interval

from .effects import Effects, Late
from .memory import SPANS, ChannelMemory, DeviceMemory


def switch(
    device: str,
    memory: DeviceMemory,
    post: Post,
    channel: ChannelMemory,
    times: Sequence[int],
    values: Sequence[int],
    effects: Effects,
) -> None:
    """Follow a switch by its newer readings (ms; micro-units, on from 0 upwards).

    A temperature of its compartment that was judged past the first change, without knowing of
    it, is put off to be judged again from there.
    """
    changed: int | None = None
    spans = channel.spans
    for at, value in zip(times, values, strict=True):
        is_open = bool(spans) and spans[-1][1] == NOT_ENDED
        if value > 0 and not is_open:
            spans.append((at, NOT_ENDED))
            changed = at if changed is None else changed
        elif value <= 0 and is_open:
            spans[-1] = (spans[-1][0], at)
            changed = at + post.grace if changed is None else changed
    if changed is None:
        return
    for name, other in judged_beside(memory, post.compartment):
        if other.last_at > changed:
            effects.put_off(device, name, Late(changed))


def judged_beside(memory: DeviceMemory, compartment: str) -> Iterable[tuple[str, ChannelMemory]]:
    """The judged channels of a compartment."""
    return (
        (name, channel)
        for name, channel in memory.known.items()
        if channel.state is not None and name.split(".", 1)[0] == compartment
    )


def spans_of_compartment(memory: DeviceMemory, compartment: str) -> list[Interval]:
    """When a door of the compartment was open, or a defrost ran, as far as is remembered."""
    begin = compartment + "."
    return [
        span
        for name, channel in memory.kept.items()
        if channel.spans and name.startswith(begin)
        for span in channel.spans
    ]


def recent_spans(memory: DeviceMemory) -> dict[str, list[Interval]]:
    """The same, by compartment."""
    spans: dict[str, list[Interval]] = {}
    for name, channel in memory.kept.items():
        if channel.spans:
            spans.setdefault(name.split(".", 1)[0], []).extend(channel.spans)
    return spans


def forget_old_spans(memory: DeviceMemory) -> None:
    """Drop the spans that no reading still to come in order can meet; the store has them."""
    for name, channel in memory.kept.items():
        if len(channel.spans) < 2 or name.split(".")[1] not in PAUSING:
            continue
        beside = [one.last_at for _, one in judged_beside(memory, name.split(".", 1)[0])]
        oldest = min(beside, default=channel.last_at)
        kept = [span for span in channel.spans[:-1] if span[1] + GRACE_AT_MOST > oldest]
        channel.spans = [*kept, channel.spans[-1]][-SPANS:]


#: No profile pauses for longer after a door than this, ms.
GRACE_AT_MOST = 3_600_000
