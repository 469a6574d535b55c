"""A device's readings judged by the fleet rules in one batch."""

from collections.abc import Sequence

from coldchain.celsius import to_micro
from coldchain.enrolment import Enrolled, Plans
from coldchain.fleet import conditions_of
from coldchain.limits import Limit
from coldchain.profile import Profile, PullDown
from coldchain.registry import ChannelEntry, CompartmentEntry, Duty, Entry, Registration
from coldchain.times import HOUR_MS, MINUTE_MS, from_iso, iso
from coldchain.whole import Samples

T0 = from_iso("2026-11-23T06:00:00Z")
PROFILE = Profile(
    id="test",
    title={},
    limits=(
        Limit("warm", "above", to_micro(8.0), 30 * MINUTE_MS, "critical"),
        Limit("warming", "above", to_micro(6.0), 10 * MINUTE_MS, "warning"),
        Limit("freezing", "below", 0, 0, "critical"),
    ),
    max_gap=10 * MINUTE_MS,
    unknown_allowance=0,
    sampling=MINUTE_MS,
    door_grace=2 * MINUTE_MS,
    pull_down=PullDown(to_micro(4.0), HOUR_MS),
)


def entry(minute: int, duty: Duty = "in-service", **channels: ChannelEntry) -> Entry:
    return Entry(
        since=iso(T0 + minute * MINUTE_MS),
        kind="van",
        asset="V1",
        compartments={"main": CompartmentEntry(profile="test", duty=duty)},
        channels={f"main.{name}": one for name, one in channels.items()},
    )


def enrolled(*history: Entry) -> Enrolled:
    made = Registration(device="van-1", history=list(history) or [entry(0)])
    return Enrolled.of(made, Plans({"test": PROFILE}))


def samples(readings: Sequence[tuple[float, float]], unit: float = 1e6) -> Samples:
    """Readings given as (minute, value)."""
    times = [T0 + round(minute * MINUTE_MS) for minute, _ in readings]
    return Samples(times, [round(value * unit) for _, value in readings])


def found(
    one: Enrolled, batteries: Sequence[tuple[int, float]] = (), **channels: Samples
) -> list[tuple[str, str, str, float, float | None]]:
    """Subject, rule, state, and the minutes since which and until which it held."""
    named = {f"main.{name.replace('_', '.')}": own for name, own in channels.items()}

    def minute(text: str | None) -> float | None:
        return None if text is None else (from_iso(text) - T0) / MINUTE_MS

    return [
        (c.subject, c.rule, c.state, minute(c.since) or 0.0, minute(c.until))
        for c in conditions_of(one, named, batteries)
    ]


def steady(start: int, stop: int, value: float = 2.0) -> list[tuple[float, float]]:
    return [(float(n), value + (n % 7) / 100) for n in range(start, stop)]


def test_a_door_is_open_by_the_time_of_the_devices_other_channels() -> None:
    door = samples([(0, 0), (10, 1)])
    assert found(enrolled(), door=door, air=samples(steady(0, 15))) == []
    assert found(enrolled(), door=door, air=samples(steady(0, 16))) == [
        ("main.door", "door-open", "raised", 10, None)
    ]


def test_nobody_minds_a_door_or_a_sensor_of_what_is_under_repair() -> None:
    idle = enrolled(entry(0, duty="under-repair"))
    still = samples([(float(n), 2.0) for n in range(400)])
    assert found(idle, door=samples([(0, 1)]), air=still) == []
    assert [one[1] for one in found(enrolled(), door=samples([(0, 1)]), air=still)] == [
        "door-open",
        "sensor-stuck",
    ]


def test_what_stands_when_the_duty_changes_ends_with_the_last_reading_before() -> None:
    one = enrolled(entry(0, duty="pre-cooling"), entry(90))
    warm = samples([*steady(0, 120, 5.0)])
    assert found(one, product=warm) == [("main.product", "pull-down-late", "cleared", 0, 89)]


def test_a_rise_while_a_door_is_open_or_was_just_now_is_nobodys_business() -> None:
    rising = samples([(float(n), 2.0 + 0.3 * n) for n in range(16)])
    assert [one[1] for one in found(enrolled(), air=rising)] == ["fast-rise"]
    stop = samples([(0, 1), (14, 0)])
    assert [one[1] for one in found(enrolled(), air=rising, door=stop)] == ["door-open"]


def test_a_rise_is_told_of_the_nearest_critical_limit() -> None:
    rising = samples([(float(n), 4.0 + 0.3 * n) for n in range(14)])
    assert found(enrolled(), air=rising) == [("main.air", "fast-rise", "raised", 0, None)]


def test_a_battery_is_judged_by_when_frames_were_sent() -> None:
    sent = [(T0 + 5 * MINUTE_MS, 0.1), (T0, 0.5), (T0 + 9 * MINUTE_MS, 0.3)]
    assert found(enrolled(), batteries=sent) == [("", "battery-low", "cleared", 5, 9)]


def test_neighbours_are_compared_by_the_slots_that_both_have_left_behind() -> None:
    near, far = steady(0, 121), steady(0, 121, 5.0)
    apart = found(enrolled(), air=samples(near), air_rear=samples(far))
    assert apart == [("main.air.rear", "sensors-disagree", "raised", 0, None)]
    # 13 slots last an hour from the first's begin to the last's: not one fewer.
    assert found(enrolled(), air=samples(near), air_rear=samples(far[:66])) == apart
    assert found(enrolled(), air=samples(near), air_rear=samples(far[:65])) == []


def test_a_calibration_begins_a_drift_anew() -> None:
    days = [(float(n), 2.0 + (0.0 if n < 1440 else 1.5)) for n in range(0, 3 * 1440, 5)]
    near = samples([(float(n), 2.0 + n % 7 / 100) for n in range(0, 3 * 1440, 5)])
    far = samples([(at, value + at % 7 / 100) for at, value in days])
    drift = ("main.air.rear", "sensor-drifts", "raised")
    assert drift in [one[:3] for one in found(enrolled(), air=near, air_rear=far)]
    channels = {"air.rear": ChannelEntry(calibration=-1.5)}
    mended = enrolled(entry(0), entry(1440, "in-service", **channels))
    assert drift not in [one[:3] for one in found(mended, air=near, air_rear=far)]
