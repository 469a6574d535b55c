"""A parcel's whole way judged, from its scans and what was read wherever it was."""

from coldchain.celsius import MICRO
from coldchain.custody import Act, CustodyEvent
from coldchain.journey import Journey, Read, Seen, judge_journey, window
from coldchain.limits import Limit
from coldchain.parcel_records import aboard_records, berths_of
from coldchain.profile import Profile
from coldchain.timeline import Leg, Stay, timeline
from coldchain.times import MINUTE_MS, from_iso, iso

DAY = from_iso("2026-11-23T00:00:00Z")
WARM = Limit("warm", "above", 4 * MICRO, 30 * MINUTE_MS, "critical")
FISH = Profile("fish", {}, (WARM,), 10 * MINUTE_MS, 30 * MINUTE_MS, 10 * MINUTE_MS)


def scan(minute: int, act: Act, device: str = "van-1", **more: str) -> CustodyEvent:
    values = {
        "id": f"{minute}-{act}",
        "parcel": "p",
        "act": act,
        "at": iso(DAY + minute * MINUTE_MS),
        "device": device,
        "profile": "fish",
    }
    return CustodyEvent(**{**values, **more})  # type: ignore[arg-type]


WAY = [
    scan(0, "loaded", "room-1"),
    scan(60, "unloaded", "room-1"),
    scan(60, "loaded"),
    scan(120, "unloaded"),
    scan(120, "loaded", "locker-1"),
    scan(180, "delivered", "locker-1"),
]


def readings(celsius: dict[str, float]) -> "dict[str, Seen]":
    times = range(DAY, DAY + 200 * MINUTE_MS, MINUTE_MS)
    # Real air is never the same twice; these sensors are alive.
    return {
        device: Seen(
            {"main.air": Read(times, [round((c + n % 2 * 0.1) * MICRO) for n in range(200)])}
        )
        for device, c in celsius.items()
    }


def journey(celsius: dict[str, float], events: list[CustodyEvent] = WAY, room: str = "") -> Journey:
    seen = readings(celsius)

    def find(stay: Stay) -> Seen:
        return seen.get(stay.leg.device, Seen())

    def is_pre_cooling(leg: Leg) -> bool:
        return leg.device == room

    return judge_journey(FISH, timeline(events), find, is_pre_cooling)


def test_a_parcel_that_stayed_cold_conforms() -> None:
    record = journey({"room-1": 2, "van-1": 2, "locker-1": 2}).record()
    assert (record.verdict, record.unknown_minutes) == ("accept", 0.0)
    assert [one.device for one in record.stretches] == ["room-1", "van-1", "locker-1"]


def test_a_leg_that_goes_on_is_not_measured_yet() -> None:
    record = journey({"room-1": 2, "van-1": 6}, [*WAY[:3], scan(90, "inspected")]).record()
    assert (record.until, record.verdict) == (iso(DAY + 60 * MINUTE_MS), "accept")
    assert [one.device for one in record.stretches] == ["room-1"]


def test_a_warm_leg_condemns_it_wherever_it_was() -> None:
    assert journey({"room-1": 2, "van-1": 6, "locker-1": 2}).record().verdict == "reject"


def test_a_leg_where_nothing_was_read_is_unknown_time() -> None:
    record = journey({"room-1": 2, "locker-1": 2}).record()
    assert (record.verdict, record.unknown_minutes) == ("review", 60.0)


def test_what_counts_begins_when_it_has_left_the_pre_cooling() -> None:
    record = journey({"room-1": 12, "van-1": 2, "locker-1": 2}, room="room-1").record()
    assert record.verdict == "accept"
    assert [one.counts for one in record.stretches] == [False, True, True]
    later = [scan(0, "loaded", "van-0"), scan(30, "unloaded", "van-0"), *WAY[1:]]
    later[2] = scan(40, "loaded", "room-1")
    later.insert(3, scan(60, "unloaded", "room-1"))
    later.insert(4, scan(60, "loaded"))
    found = journey({"van-0": 12, "room-1": 12, "van-1": 2, "locker-1": 2}, later, "room-1")
    assert found.record().verdict == "accept"
    assert found.record().unknown_minutes == 0.0


def test_a_sensor_that_stands_still_for_hours_before_asks_for_review() -> None:
    stay_end = DAY + 180 * MINUTE_MS
    leg = Leg("van-1", "main", DAY, stay_end)
    start, end = window(FISH, Stay(leg, (DAY, stay_end), True))
    times = range(start, end, MINUTE_MS)
    stuck = Seen({"main.air": Read(times, [2 * MICRO] * len(times))})
    events = [scan(0, "loaded"), scan(180, "delivered")]
    record = judge_journey(FISH, timeline(events), lambda stay: stuck).record()
    assert record.verdict == "review"
    assert [one.values for one in record.reasons] == [{"fault": "sensor-stuck"}]


def test_each_device_is_told_when_and_where_it_has_the_parcel_aboard() -> None:
    way = timeline([*WAY[:4], scan(130, "loaded", "van-1", compartment="rear")])
    records = aboard_records(way, "fish")
    assert sorted(records) == ["room-1", "van-1"]
    assert [(b.compartment, b.start, b.end) for b in berths_of(records["van-1"])] == [
        ("main", DAY + 60 * MINUTE_MS, DAY + 120 * MINUTE_MS),
        ("rear", DAY + 130 * MINUTE_MS, None),
    ]
