"""Devices gone silent while beyond a limit: their excursions presumed, by event time.

Silence is judged by the partition's newest receipt, so an outage of ours flags nobody.
"""

from collections.abc import Mapping

from coldchain.enrolment import Find
from coldchain.judge import presumed
from coldchain.saying import of_compartment, record, standing

from .batch import Batch
from .effects import Standing
from .late import LateQueue
from .memory import DeviceMemory
from .standing import plan_of


def presume(
    find: Find,
    memories: Mapping[str, DeviceMemory],
    late: LateQueue,
    now: int,
    batch: Batch,
    partition: int,
) -> None:
    """Presume what is due at `now` (ms), once for each excursion."""
    for device, memory in memories.items():
        if late.is_held(device) or now - memory.heard_at <= 0:
            continue
        enrolled = find(device)
        if enrolled is None:
            continue
        for name, channel in memory.channels.items():
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
                batch.seats.add((partition, device))
