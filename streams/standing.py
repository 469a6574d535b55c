"""How each device stands, and the fleet by counts: what boards at city size are made from."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from coldchain.celsius import MICRO, from_micro
from coldchain.enrolment import Enrolled, Unregistered
from coldchain.judge import Plan
from coldchain.limits import Limit
from coldchain.registry import Entry
from series.lines import FieldValue, head, line
from series.schema import ASSET, FLEET, IN_SLOTS, MARGIN_BANDS

from .memory import ChannelMemory, DeviceMemory, newest_reading

State = Literal["ok", "warm", "warning", "critical", "silent"]
#: By rising severity.
STATES: tuple[State, ...] = ("ok", "warm", "warning", "critical", "silent")
#: Where the bands of margins part, micro-degrees.
_EDGES = [round(least * MICRO) for least in list(MARGIN_BANDS.values())[1:]]


@dataclass(frozen=True, slots=True)
class Stands:
    """A device's standing at its newest reading (`at`, ms).

    `worst`, in micro-degrees, is the reading nearest to or furthest beyond its limits, `margin`
    by how much it is inside (negative: beyond); None where nothing is judged. `open` and
    `confirmed` count excursions; `margins` are those of its compartments; `position` is where it
    said that it was.
    """

    state: State
    at: int
    worst: int | None = None
    worst_channel: str = ""
    margin: int | None = None
    open: int = 0
    confirmed: int = 0
    margins: tuple[int, ...] = ()
    position: tuple[float, float] | None = None


def stands(enrolled: Enrolled, memory: DeviceMemory, now: int, silent_ms: int) -> Stands | None:
    """How a device stands at `now` (the newest receipt, ms); None before its first reading."""
    at = newest_reading(memory)
    if at < 0:
        return None
    worst: tuple[int, int, str] | None = None
    margins: dict[str, int] = {}
    opened = confirmed = 0
    severity = 0
    for name, channel in memory.known.items():
        plan = plan_of(enrolled, name, channel)
        if plan is None or channel.state is None:
            continue
        compartment = name.partition(".")[0]
        for limit, tracker in zip(plan.limits, channel.state.trackers, strict=True):
            if limit.mode != "consecutive":
                continue
            margin = limit.sign * (limit.threshold - channel.last_value)
            if worst is None or margin < worst[0]:
                worst = margin, channel.last_value, name
            margins[compartment] = min(margin, margins.get(compartment, margin))
            if tracker.is_open:
                opened += 1
                is_confirmed = tracker.confirmed is not None or limit.id in channel.presumed
                confirmed += is_confirmed
                severity = max(severity, _severity(limit, is_confirmed))
    if now - memory.heard_at >= silent_ms:
        severity = STATES.index("silent")
    margin_now, value, channel_name = worst or (None, None, "")
    of_each = tuple(margins.values())
    return Stands(
        STATES[severity],
        at,
        value,
        channel_name,
        margin_now,
        opened,
        confirmed,
        of_each,
        memory.position,
    )


def plan_of(enrolled: Enrolled, name: str, channel: ChannelMemory) -> Plan | None:
    """What a channel's state was judged by; None where it has none, or its profile was edited."""
    if channel.state is None:
        return None
    try:
        plan = enrolled.plans.plan(channel.profile, name.split(".")[1])
    except Unregistered:
        return None
    return plan if len(channel.state.trackers) == len(plan.limits) else None


def _severity(limit: Limit, is_confirmed: bool) -> int:
    return STATES.index(limit.severity if is_confirmed else "warm")


def asset_line(enrolled: Enrolled, one: Stands) -> str | None:
    """The device's `asset` line, at its newest reading."""
    entry = _entry(enrolled, one.at)
    if entry is None:
        return None
    latitude, longitude = one.position or entry.position or (None, None)
    tags = {"county": entry.county, "device": enrolled.registration.device, "kind": entry.kind}
    fields: dict[str, FieldValue] = {
        "asset": entry.asset,
        "state": one.state,
        "severity": STATES.index(one.state),
        "worst": None if one.worst is None else from_micro(one.worst),
        "worst_channel": one.worst_channel or None,
        "margin": None if one.margin is None else from_micro(one.margin),
        "open": one.open,
        "confirmed": one.confirmed,
        "last_at": one.at,
        "latitude": latitude,
        "longitude": longitude,
    }
    return line(head(ASSET.name, tags), fields, one.at)


#: A county and a kind.
Group = tuple[str, str]
Members = list[tuple[str, Stands]]


def groups_of(fleet: Mapping[str, tuple[Enrolled, Stands]]) -> dict[Group, Members]:
    """The devices of a fleet by county and kind."""
    groups: dict[Group, Members] = {}
    for device, (enrolled, one) in fleet.items():
        entry = _entry(enrolled, one.at)
        if entry is not None:
            placed = one if one.position else replace(one, position=entry.position)
            groups.setdefault((entry.county, entry.kind), []).append((device, placed))
    return groups


def fleet_lines(
    partition: int, at: int, groups: Mapping[Group, Members], begins_slot: bool = False
) -> list[str]:
    """The `fleet` lines of a partition at `at` (ms), one for each group: zeros for an empty one.

    `begins_slot`: they are the first of 5 minutes.
    """
    lines: list[str] = []
    for (county, kind), members in sorted(groups.items()):
        counts: dict[str, int] = dict.fromkeys(STATES, 0)
        for _, one in members:
            counts[one.state] += 1
        judged = [(one.margin, device) for device, one in members if one.margin is not None]
        margin, worst_device = min(judged, default=(None, None))
        fields: dict[str, FieldValue] = {
            "devices": len(members),
            **counts,
            "worst_margin": None if margin is None else from_micro(margin),
            "worst_device": worst_device,
            "last_at": max((one.at for _, one in members), default=None),
            "compartments": sum(len(one.margins) for _, one in members),
            **bands(one.margins for _, one in members if one.state != "silent"),
        }
        if begins_slot:
            fields |= {copy: fields[name] for name, copy in IN_SLOTS.items()}
        tags = {"county": county, "kind": kind, "partition": str(partition)}
        text = line(head(FLEET.name, tags), fields, at)
        if text is not None:
            lines.append(text)
    return lines


def bands(devices: Iterable[Iterable[int]]) -> dict[str, int]:
    """How many compartments' margins (micro-degrees, by device) lie in each of MARGIN_BANDS."""
    counts = [0] * len(MARGIN_BANDS)
    for margins in devices:
        for margin in margins:
            counts[bisect_right(_EDGES, margin)] += 1
    return dict(zip(MARGIN_BANDS, counts, strict=True))


def _entry(enrolled: Enrolled, at: int) -> Entry | None:
    try:
        return enrolled.entry(enrolled.index(at))
    except Unregistered:
        return None
