"""What is wrong with a scenario beyond what its types can say: places, times, sizes, amounts."""

import math
from collections.abc import Mapping, Sequence

from coldchain.profile import Profile
from coldchain.registry import Kind

from .faults import FAULTS, Part
from .kinds import BODIES
from .scenario import FaultSpec, Group, Scenario, device_name

#: A key, and what is wrong with it.
Wrong = tuple[str, str]
#: So many faults a run, at most, of one entry.
MOST_FAULTS = 100_000
#: No season is further from the usual one, °C.
MOST_WARMER_C = 30
#: Twice what was measured (1 GiB a million); and some three hours' readings at top speed.
MOST_BOXES, MOST_READINGS = 2_000_000, 20_000_000_000
#: Times real time, at least: at less a frame is hours away.
SLOWEST = 0.001
YEARS = range(2000, 2100)
#: What is sampled evenly, and all that the emulator measures.
SAMPLED = frozenset({"air", "product"})
MEASURED = ("air", "product", "door", "compressor", "defrost", "mains")


def wrong(
    scenario: Scenario, profiles: Mapping[str, Profile], is_cut_short: bool = False
) -> list[Wrong]:
    """What the types can't say: (key, what is wrong with it).

    `is_cut_short`: by `--duration`; faults may lie after its end then.
    """
    found = _wrong_run(scenario) + _wrong_size(scenario)
    for kind, group in scenario.fleet.items():
        found += [(f"fleet.{kind}.{key}", said) for key, said in _wrong_group(kind, group)]
        for name in group.profiles:
            if name not in profiles:
                found.append((f"fleet.{kind}.profiles", f"no profile {name!r}"))
            elif scenario.sample_ms > profiles[name].sampling:
                said = f"{name} asks for a sample every {profiles[name].sampling // 1000} s"
                found.append(("sample_seconds", said))
    for index, fault in enumerate(scenario.faults):
        said_of = (
            _wrong_fault(fault)
            or _wrong_amount(fault)
            or _wrong_place(fault, scenario)
            or _wrong_extent(fault, scenario, is_cut_short)
        )
        found += [(f"faults[{index}].{key}", said) for key, said in said_of]
    return found


def _wrong_run(scenario: Scenario) -> list[Wrong]:
    found: list[Wrong] = []
    if scenario.start.tzinfo is None:
        found.append(("start", "a time without a zone; end it with +08:00"))
    if scenario.start.year not in YEARS:
        found.append(("start", f"a year from {YEARS[0]} to {YEARS[-1]}"))
    if scenario.speed != "max" and not SLOWEST <= scenario.speed < math.inf:
        found.append(("speed", f'a number from {SLOWEST:g} on, or "max"'))
    if not abs(scenario.warmer) <= MOST_WARMER_C:
        found.append(
            ("warmer", f"not a number of degrees from -{MOST_WARMER_C} to {MOST_WARMER_C}")
        )
    if scenario.duration_ms < scenario.frame_ms:
        found.append(("duration_minutes", "shorter than a frame (frame_seconds)"))
    if not any(group.count for group in scenario.fleet.values()):
        found.append(("fleet", "no device in it; give a kind with a count above 0"))
    if scenario.sample_ms % scenario.step_ms:
        found.append(("sample_seconds", "must be a multiple of step_seconds"))
    if scenario.frame_ms % scenario.sample_ms:
        found.append(("frame_seconds", "must be a multiple of sample_seconds"))
    return found


def _wrong_size(scenario: Scenario) -> list[Wrong]:
    """More than anyone has memory or time for."""
    boxes = {kind: one.count * len(one.rooms()) for kind, one in scenario.fleet.items()}
    several = sum(boxes.values())
    if several > MOST_BOXES:
        return [("fleet", f"{several:,} compartments in all; at most {MOST_BOXES:,}")]
    rows = sum(
        boxes[kind] * len(SAMPLED & {*_measured(kind, one)})
        for kind, one in scenario.fleet.items()
        if kind in BODIES
    )
    readings = round(rows * scenario.duration_ms / scenario.sample_ms)
    if readings > MOST_READINGS:
        said = f"about {readings:,} readings by then; at most {MOST_READINGS:,}: make the run"
        return [("duration_minutes", f"{said} or the fleet smaller, or sample_seconds longer")]
    return []


def _wrong_group(kind: Kind, group: Group) -> list[Wrong]:
    found: list[Wrong] = []
    if kind not in BODIES:
        found.append(("count", f"the emulator has no {kind}; it has {', '.join(BODIES)}"))
    if not group.profiles:
        found.append(("profiles", "name at least one"))
    if group.idle > group.count:
        found.append(("idle", f"{group.idle} of {group.count}"))
    unknown = [name for name in group.quantities or () if name not in MEASURED]
    if unknown:
        found.append(("quantities", f"no {unknown[0]} here; there are {', '.join(MEASURED)}"))
    elif kind in BODIES and SAMPLED.isdisjoint(_measured(kind, group)):
        found.append(("quantities", "name air or product: nothing else can be judged"))
    elif kind in BODIES and "mains" in (group.quantities or ()) and not BODIES[kind].mains:
        found.append(("quantities", f"a {kind} hangs on no mains"))
    return found


def _measured(kind: Kind, group: Group) -> Sequence[str]:
    return BODIES[kind].quantities if group.quantities is None else group.quantities


def _wrong_fault(fault: FaultSpec) -> list[Wrong]:
    found: list[Wrong] = []
    if fault.kind not in FAULTS:
        found.append(("kind", f"no fault {fault.kind!r}; there are {', '.join(FAULTS)}"))
    if (fault.device is None) == (fault.fleet is None):
        found.append(("device", "give a device, or a fleet with per_day"))
    if (fault.device is None) != (fault.at_minutes is None):
        found.append(("at_minutes", "goes with a device, and a device with it"))
    if (fault.fleet is None) != (fault.per_day is None):
        found.append(("per_day", "goes with a fleet, and a fleet with it"))
    if fault.fleet is not None and fault.compartment is not None:
        found.append(("compartment", "goes with a device"))
    return found


def _wrong_place(fault: FaultSpec, scenario: Scenario) -> list[Wrong]:
    if fault.device is None:
        return []
    kind, _, number = fault.device.rpartition("-")
    group = next((group for name, group in scenario.fleet.items() if name == kind), None)
    if (
        group is None
        or not number.isdecimal()
        or not 1 <= int(number) <= group.count
        or device_name(kind, int(number)) != fault.device
    ):
        return [("device", f"no {fault.device!r} in this fleet; they are named {_names(scenario)}")]
    if int(number) > group.count - group.idle:
        return [("device", f"{fault.device} is idle (the last {group.idle} are), so never judged")]
    if fault.compartment is not None and fault.compartment not in group.rooms():
        rooms = ", ".join(group.rooms())
        return [("compartment", f"{fault.device} has no {fault.compartment!r}; it has {rooms}")]
    return []


def _wrong_amount(fault: FaultSpec) -> list[Wrong]:
    if fault.amount is None:
        return []
    kind = FAULTS[fault.kind]
    least, most = kind.bounds
    if least == most:
        return [("amount", f"{fault.kind} has none")]
    if not least <= fault.amount <= most:
        return [("amount", f"{fault.amount:g}: from {least:g} to {most:g}; it is {kind.measure}")]
    return []


def _wrong_extent(fault: FaultSpec, scenario: Scenario, is_cut_short: bool) -> list[Wrong]:
    """When, how often, and whether such a device has the part that the fault is of."""
    is_after = fault.at_minutes is not None and fault.at_minutes >= scenario.duration_minutes
    if is_after and not is_cut_short:
        return [("at_minutes", f"the run ends after {scenario.duration_minutes:g}")]
    name = fault.fleet if fault.device is None else fault.device.rpartition("-")[0]
    kind, group = next(
        ((kind, group) for kind, group in scenario.fleet.items() if kind == name), (None, None)
    )
    if kind is None or group is None:
        return [("fleet", f"no {name} in this fleet")]
    if not _has(FAULTS[fault.kind].part, kind, group):
        return [("kind", f"{fault.kind}: a {kind} here has no such part")]
    expected = (fault.per_day or 0.0) * scenario.duration_minutes / 1440 * group.count
    if expected > MOST_FAULTS:
        return [("per_day", f"about {expected:,.0f} faults in this run; at most {MOST_FAULTS:,}")]
    return []


def _has(part: Part, kind: Kind, group: Group) -> bool:
    body = BODIES[kind]
    if part == "sensors":
        return not SAMPLED.isdisjoint(_measured(kind, group))
    return {
        "gateway": True,
        "goods": body.usage != "rides",
        "unit": body.capacity > 0,
        "door": "door" in body.quantities,
        "mains": body.mains,
    }[part]


def _names(scenario: Scenario) -> str:
    return ", ".join(
        f"{device_name(kind, 1)} to {device_name(kind, group.count)}"
        for kind, group in scenario.fleet.items()
        if group.count
    )
