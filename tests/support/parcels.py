"""What the tests of parcels are built on: scans, steady temperatures, stays measured and judged."""

from collections.abc import Sequence

from coldchain.celsius import MICRO
from coldchain.custody import Act, CustodyEvent
from coldchain.judge import Plan
from coldchain.leg import Measured, measure
from coldchain.limits import Limit
from coldchain.parcel import ParcelJudged, Stretch, judge_parcel
from coldchain.profile import Profile
from coldchain.timeline import Timeline, stays
from coldchain.times import MINUTE_MS, from_iso, iso

MAX_GAP = 10 * MINUTE_MS
WARM = Limit("warm", "above", 4 * MICRO, 30 * MINUTE_MS, "critical")
IN_ALL = Limit("in-all", "above", 4 * MICRO, 60 * MINUTE_MS, "critical", mode="cumulative")
WARNING = Limit("warming", "above", 4 * MICRO, 10 * MINUTE_MS, "warning", clear=3 * MICRO)
FISH = Profile("fish", {}, (WARM, IN_ALL), MAX_GAP, 60 * MINUTE_MS, MAX_GAP)
DAY = from_iso("2026-11-23T00:00:00Z")


def scan(minute: float, act: Act, device: str = "van-1", **more: object) -> CustodyEvent:
    values: dict[str, object] = {
        "id": f"{minute}-{act}-{device}-{more.get('parcel', 'p')}",
        "parcel": "p",
        "act": act,
        "at": iso(DAY + round(minute * MINUTE_MS)),
        "device": device,
    }
    return CustodyEvent(**{**values, **more})  # type: ignore[arg-type]


PLAN = Plan("fish", (WARM, IN_ALL, WARNING), MAX_GAP)


WAY = [
    scan(0, "loaded", "store-1", profile="fish"),
    scan(60, "unloaded", "store-1"),
    scan(70, "loaded"),
    scan(75, "inspected"),
    scan(100, "unloaded"),
    scan(100, "loaded", "locker-1"),
    scan(160, "delivered", "locker-1"),
]


def columns(readings: Sequence[tuple[int, int]]) -> tuple[list[int], list[int]]:
    return [t for t, _ in readings], [v for _, v in readings]


def steady(celsius: float, start: int, stop: int, step: int = 5) -> list[tuple[int, int]]:
    return [(DAY + at * MINUTE_MS, round(celsius * MICRO)) for at in range(start, stop + 1, step)]


def judged(
    way: Timeline,
    readings: dict[str, list[tuple[int, int]]],
    until: float = 160,
    profile: Profile = FISH,
    quantity: str = "air",
) -> ParcelJudged:
    end = DAY + round(until * MINUTE_MS)
    return judge_parcel(profile, way, stretched(way, readings, end, profile, quantity), end)


def stretched(
    way: Timeline,
    readings: dict[str, list[tuple[int, int]]],
    end: int,
    profile: Profile = FISH,
    quantity: str = "air",
) -> list[Stretch]:
    plan = Plan.of(profile, quantity)
    found = []
    for stay in stays(way, end):
        channels: list[Measured] = []
        if stay.leg.device in readings:
            own = columns(readings[stay.leg.device])
            channels.append(measure(plan, f"main.{quantity}", *own, stay.span))
        found.append(Stretch(stay, tuple(channels)))
    return found


COLD = {
    "store-1": steady(2, 0, 60),
    "van-1": steady(2, 70, 100),
    "locker-1": steady(2, 100, 160),
}
