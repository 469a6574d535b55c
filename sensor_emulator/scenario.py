"""Scenarios: a city, a day, and what goes wrong, as TOML. Every mistake names file and key."""

import math
import tomllib
from collections.abc import Mapping
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from coldchain.frames import Quantity
from coldchain.profile import Profile
from coldchain.registry import Kind
from coldchain.times import MINUTE_MS, SECOND_MS, from_iso

from .faults import FAULTS, Part
from .kinds import BODIES

Speed = float | Literal["max"]
Share = Annotated[float, Meta(ge=0, le=1)]
#: A run is 400 days at most: beyond that a plan takes longer than anyone waits.
Minutes = Annotated[float, Meta(gt=0, le=400 * 1440)]
#: So many faults a run, at most, of one entry.
MOST_FAULTS = 100_000
#: No season is further from the usual one, °C.
MOST_WARMER_C = 30


#: The room of a store that takes in warm goods.
PRECOOL = "precool"


class ScenarioError(ValueError):
    """A scenario refused; the message names file and key, in one line."""


class Group(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """So many devices of one kind.

    `compartments` each, all of a device for one profile, or each for its own where `mixed`;
    `profiles` says in what proportion.
    The last `idle` of them stand unused (vans: parked, warm, empty). `precooling` adds a room
    that takes in warm goods. `quantities` are those measured; absent: the kind's usual ones.
    """

    count: Annotated[int, Meta(ge=0, le=1_000_000)]
    profiles: dict[str, Annotated[float, Meta(gt=0, le=1e6)]]
    compartments: Annotated[int, Meta(ge=1, le=1_000)] = 1
    idle: Annotated[int, Meta(ge=0)] = 0
    mixed: bool = False
    precooling: bool = False
    quantities: list[Quantity] | None = None

    def rooms(self) -> list[str]:
        """The names of each device's compartments."""
        several = [f"c{number:02d}" for number in range(1, self.compartments + 1)]
        return (several if self.compartments > 1 else ["main"]) + [PRECOOL] * self.precooling


class FaultSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One fault at a place and time, or many at a rate.

    Either `device` (and `compartment`; absent: all of them) with `at_minutes` after the start,
    or `fleet` with `per_day`: how many such faults each device of that kind has a day.
    `for_minutes` absent: to the end. `amount` is the kind's own measure; absent: its default.
    """

    kind: str
    device: str | None = None
    compartment: str | None = None
    at_minutes: Annotated[float, Meta(ge=0, le=400 * 1440)] | None = None
    fleet: Kind | None = None
    per_day: Annotated[float, Meta(gt=0, le=1440)] | None = None
    for_minutes: Minutes | None = None
    amount: float | None = None


class ParcelSpec(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The parcels. `per_trip`: how many a van takes for each of its compartments and rounds, and
    a pre-cooling room for each load, on average. Of them these shares are locked into lockers
    (else handed over at the door), refused there, held at the store, in the green channel; and
    of all scans these come late, or never.
    """

    per_trip: Annotated[float, Meta(ge=0, le=100)]
    to_lockers: Share = 0.6
    refused: Share = 0.03
    held: Share = 0.04
    green_channel: Share = 0.15
    late: Share = 0.05
    missing: Share = 0.02


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A city and its day. `start` is the world's own time: season, hour, and what follows.

    `warmer`: °C above the season; `shores`: whether vans serve the West Coast across the bay too.
    `clock_offset_seconds` and `clock_drift_ppm`: one sigma of the gateways' clocks (clocks.py).
    """

    title: dict[str, str]
    start: datetime
    duration_minutes: Minutes
    fleet: dict[Kind, Group]
    seed: Annotated[int, Meta(ge=0)] = 1
    speed: Speed = 60.0
    step_seconds: Annotated[int, Meta(gt=0, le=60)] = 10
    sample_seconds: Annotated[int, Meta(gt=0)] = 30
    frame_seconds: Annotated[int, Meta(gt=0, le=3600)] = 60
    warmer: float = 0.0
    clock_offset_seconds: Annotated[float, Meta(ge=0, le=3600)] = 0.0
    clock_drift_ppm: Annotated[float, Meta(ge=0, le=1000)] = 0.0
    shores: Literal["city", "both"] = "city"
    parcels: ParcelSpec | None = None
    faults: list[FaultSpec] = []

    @property
    def start_ms(self) -> int:
        return from_iso(self.start.isoformat())

    @property
    def duration_ms(self) -> int:
        return round(self.duration_minutes * MINUTE_MS)

    @property
    def step_ms(self) -> int:
        return self.step_seconds * SECOND_MS

    @property
    def sample_ms(self) -> int:
        return self.sample_seconds * SECOND_MS

    @property
    def frame_ms(self) -> int:
        return self.frame_seconds * SECOND_MS


def device_name(kind: str, number: int) -> str:
    """The devices of a kind are numbered from 1."""
    return f"{kind}-{number:04d}"


def library() -> dict[str, str]:
    """The scenarios that come with the project: name -> TOML text."""
    folder = files(__package__) / "scenarios"
    found = [file for file in folder.iterdir() if file.name.endswith(".toml")]
    return {
        file.name.removesuffix(".toml"): file.read_text(encoding="utf-8")
        for file in sorted(found, key=lambda file: file.name)
    }


def load_scenario(name: str, profiles: Mapping[str, Profile]) -> Scenario:
    """A scenario of the library by its name, or of a file. Raises ScenarioError."""
    shipped = library()
    if name in shipped:
        return parse_scenario(shipped[name], f"{name}.toml", profiles)
    path = Path(name)
    if not path.suffix and not path.exists():
        raise ScenarioError(f"no scenario {name!r}: give a file, or one of {', '.join(shipped)}")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ScenarioError(f"{name}: not UTF-8 text") from None
    except OSError as error:
        raise ScenarioError(f"{name}: can't be read: {error.strerror}") from None
    return parse_scenario(text, name, profiles)


def parse_scenario(text: str, file: str, profiles: Mapping[str, Profile]) -> Scenario:
    """The scenario in this TOML. Raises ScenarioError."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{file}: not TOML: {error}") from None
    try:
        scenario = msgspec.convert(table, Scenario)
    except msgspec.ValidationError as error:
        reason, key = _parted(error)
        key = key.replace("fleet[...]", f"fleet.{_unread_group(table)}", 1)
        raise ScenarioError(f"{file}: {key + ': ' if key else ''}{reason}") from None
    for key, wrong in _wrong(scenario, profiles):
        raise ScenarioError(f"{file}: {key}: {wrong}")
    return scenario


def _parted(error: msgspec.ValidationError) -> tuple[str, str]:
    """What is wrong, and the key it is wrong with."""
    reason, _, key = str(error).partition(" - at `")
    return reason, key.rstrip("`").removeprefix("$.")


def _unread_group(table: dict[str, Any]) -> str:
    """Which entry of `fleet` can't be read: the error itself does not say."""
    for name, group in table["fleet"].items():
        try:
            msgspec.convert(group, Group)
        except msgspec.ValidationError:
            return str(name)
    return "[...]"


def _wrong(scenario: Scenario, profiles: Mapping[str, Profile]) -> list[tuple[str, str]]:
    """What the types can't say: (key, what is wrong with it)."""
    found: list[tuple[str, str]] = []
    if scenario.start.tzinfo is None:
        found.append(("start", "a time without a zone; end it with +08:00"))
    if scenario.speed != "max" and not 0 < scenario.speed < math.inf:
        found.append(("speed", 'a number above 0, or "max"'))
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
    for kind, group in scenario.fleet.items():
        found += [(f"fleet.{kind}.{key}", wrong) for key, wrong in _wrong_group(kind, group)]
        for name in group.profiles:
            if name not in profiles:
                found.append((f"fleet.{kind}.profiles", f"no profile {name!r}"))
            elif scenario.sample_ms > profiles[name].sampling:
                wrong = f"{name} asks for a sample every {profiles[name].sampling // 1000} s"
                found.append(("sample_seconds", wrong))
    for index, fault in enumerate(scenario.faults):
        said_of = (
            _wrong_fault(fault)
            or _wrong_amount(fault)
            or _wrong_place(fault, scenario)
            or _wrong_extent(fault, scenario)
        )
        found += [(f"faults[{index}].{key}", said) for key, said in said_of]
    return found


def _wrong_group(kind: Kind, group: Group) -> list[tuple[str, str]]:
    found = []
    if kind not in BODIES:
        found.append(("count", f"the emulator has no {kind}; it has {', '.join(BODIES)}"))
    if not group.profiles:
        found.append(("profiles", "name at least one"))
    if group.idle > group.count:
        found.append(("idle", f"{group.idle} of {group.count}"))
    return found


def _wrong_fault(fault: FaultSpec) -> list[tuple[str, str]]:
    found = []
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


def _wrong_place(fault: FaultSpec, scenario: Scenario) -> list[tuple[str, str]]:
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
    if fault.compartment is not None and fault.compartment not in group.rooms():
        rooms = ", ".join(group.rooms())
        return [("compartment", f"{fault.device} has no {fault.compartment!r}; it has {rooms}")]
    return []


def _wrong_amount(fault: FaultSpec) -> list[tuple[str, str]]:
    if fault.amount is None:
        return []
    kind = FAULTS[fault.kind]
    least, most = kind.bounds
    if least == most:
        return [("amount", f"{fault.kind} has none")]
    if not least <= fault.amount <= most:
        return [("amount", f"{fault.amount:g}: from {least:g} to {most:g}; it is {kind.measure}")]
    return []


def _wrong_extent(fault: FaultSpec, scenario: Scenario) -> list[tuple[str, str]]:
    """When, how often, and whether such a device has the part that the fault is of."""
    if fault.at_minutes is not None and fault.at_minutes >= scenario.duration_minutes:
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
        return not {"air", "product"}.isdisjoint(group.quantities or body.quantities)
    return {
        "gateway": True,
        "goods": True,
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
