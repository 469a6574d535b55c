"""Devices gone silent, by the clock of their partition: told, and presumed where beyond a limit."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from coldchain.enrolment import Find
from coldchain.judge import presumed
from coldchain.rules.held import DeviceSilent, Heard
from coldchain.saying import of_compartment, record, standing

from .batch import Batch
from .conditions import tell
from .effects import Effects, Standing
from .late import LateQueue
from .memory import DeviceMemory
from .standing import plan_of

SILENT = DeviceSilent().id


@dataclass(frozen=True, slots=True)
class Look:
    """A partition's devices looked at; what follows goes into the batch."""

    find: Find
    memories: Mapping[str, DeviceMemory]
    late: LateQueue
    batch: Batch
    partition: int


def presume(look: Look, now: int) -> None:
    """Presume the excursions that are due at `now` (ms), each once."""
    batch = look.batch
    for device, memory in look.memories.items():
        if look.late.is_held(device) or now - memory.heard_at <= 0:
            continue
        enrolled = look.find(device)
        if enrolled is None:
            continue
        for name, channel in memory.kept.items():  # one with an excursion open is in no row
            state = channel.state
            if state is None or not any(tracker.is_open for tracker in state.trackers):
                continue
            plan = plan_of(enrolled, name, channel)
            if plan is None:
                continue
            for excursion in of_compartment(plan, presumed(plan, state, now)):
                if excursion.limit in channel.presumed:
                    continue
                channel.presumed.append(excursion.limit)
                said = record("presumed", device, name, plan, excursion, memory.as_of)
                batch.effects.records.append(said)
                key = device, name, excursion.limit, excursion.first_at
                batch.effects.standing[key] = Standing(
                    plan, excursion, standing(excursion), memory.as_of
                )
                batch.seats.add((look.partition, device))


def silence(look: Look, now: int, patience: int) -> None:
    """Tell of the devices not heard for `patience` ms at `now` (ms), once for each silence."""
    rule = DeviceSilent(patience=patience)
    for device, memory in look.memories.items():
        if now - memory.heard_at < patience or memory.heard_at == 0:
            continue
        if is_silent(memory) or look.find(device) is None:
            continue
        found = rule.standing(Heard(memory.heard_at), now)
        standing = [] if found is None else [found]
        tell(device, "", memory.said, standing, [], memory.as_of, look.batch.effects, (SILENT,))
        look.batch.seats.add((look.partition, device))


def is_silent(memory: DeviceMemory) -> bool:
    """Whether a device was told to be silent and has not been heard since."""
    return any(one.rule == SILENT for one in memory.said)


def hear(device: str, memory: DeviceMemory, received: int, offset: int, effects: Effects) -> None:
    """A frame of a device came in, received then (ms): it is silent no more.

    Where it was received before the silence counted, and only reached us later, there was none.
    """
    if not is_silent(memory):
        return
    ended = [
        msgspec.structs.replace(one, until=received)
        for one in memory.said
        if one.rule == SILENT and received >= one.due
    ]
    tell(device, "", memory.said, [], ended, offset, effects, (SILENT,))
