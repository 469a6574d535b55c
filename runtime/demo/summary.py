"""What came of a demo: figures counted after the fact, and whether they are as they should be."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from coldchain.records import ExcursionRecord

from .phone import Received

Fault = Mapping[str, Any]


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """`demo-out/summary.json`. `readings_stored` is counted in InfluxDB afterwards.

    `excursions`: those confirmed or presumed, as they stand at the end. `faults`: those seeded,
    each with whether it was found. `problems`: what is not as it should be, a line each.
    """

    readings_sent: int
    readings_stored: int
    frames: int
    rejected: int
    excursions: list[ExcursionRecord]
    messages: list[dict[str, str]]
    seconds: float
    servers: Literal["native", "docker"]
    faults: list[dict[str, Any]]
    panels: int
    slowest_panel_ms: float
    problems: list[str]

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(msgspec.json.format(msgspec.json.encode(self), indent=1) + b"\n")


def judged_faults(
    faults: Iterable[Fault], found: Iterable[ExcursionRecord]
) -> list[dict[str, Any]]:
    """Each seeded fault once, with whether an excursion of its device and compartment was found."""
    places = {(one.device, one.compartment) for one in found}
    told: dict[tuple[str, str], dict[str, Any]] = {}
    for fault in faults:
        compartment = str(fault["channel"]).split(".", 1)[0]
        place = str(fault["device"]), compartment
        told[place] = {
            "device": place[0],
            "compartment": compartment,
            "kind": fault["kind"],
            "start": fault["start"],
            "found": place in places,
        }
    return list(told.values())


def problems(
    *,
    sent: int,
    stored: int,
    rejected: int,
    faults: Iterable[Mapping[str, Any]],
    found: Iterable[ExcursionRecord],
    messages: Iterable[Received],
    pending: int,
    panels: Iterable[str],
) -> list[str]:
    """What is not as it should be, a line each."""
    said: list[str] = []
    faults, found = list(faults), list(found)
    places = {(one["device"], one["compartment"]) for one in faults}
    if stored != sent:
        said.append(f"{sent} readings were sent, {stored} are stored")
    if rejected:
        said.append(f"{rejected} records were rejected")
    said += [
        f"the {one['kind']} of {one['device']} was not found" for one in faults if not one["found"]
    ]
    said += sorted(
        {
            f"{one.device} {one.compartment}: an excursion without a fault"
            for one in found
            if (one.device, one.compartment) not in places
        }
    )
    if found and not list(messages):
        said.append("nobody was told")
    if pending:
        said.append(f"{pending} messages were not delivered")
    return said + list(panels)
