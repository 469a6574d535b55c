"""What the worker says for the boards: compartments by margin, pre-cooling, rules' findings."""

from collections.abc import Iterable
from typing import Any

import pytest

from coldchain.enrolment import Enrolled, Plans
from coldchain.exposure import Sums
from coldchain.frames import Channel, Frame
from coldchain.records import ConditionRecord
from coldchain.registry import ChannelEntry, CompartmentEntry, Duty, Entry, Registration
from coldchain.rejections import Rejection
from coldchain.times import MINUTE_MS, SECOND_MS, from_iso, iso
from runtime.profiles import load_profiles
from series.schema import FLEET, MARGIN_BANDS, PULL_DOWN
from streams.batch import Refused, lines_of
from streams.device import Arrival, Job, judge_frames, stints_of
from streams.effects import Effects
from streams.load import Load, Place
from streams.memories import Memories
from streams.meters import Meters
from streams.points import piece
from streams.standing import bands
from streams.watch import Watch

T0 = from_iso("2026-11-23T06:00:00Z")
PATIENCE = 3 * MINUTE_MS
PLANS = Plans(load_profiles())


def store(compartments: Iterable[str], duty: Duty, counts: bool) -> Enrolled:
    entry = Entry(
        since=iso(T0),
        kind="warehouse",
        asset="S",
        compartments={
            name: CompartmentEntry(profile="iced-seafood", duty=duty) for name in compartments
        },
        county="Huangdao",
        channels={"main.product": ChannelEntry(counts=counts)},
    )
    return Enrolled.of(Registration(device="store-1", history=[entry]), PLANS)


class Store:
    """One device and its worker's watch."""

    def __init__(self, *compartments: str, duty: Duty = "in-service", counts: bool = True) -> None:
        self.enrolled = store(compartments, duty, counts)
        self.memories = Memories({})
        self.memory = self.memories.of(0, "store-1")
        self.watch = Watch(
            {"store-1": self.enrolled}.get, self.memories, PATIENCE, 10 * SECOND_MS, Meters()
        )

    def hear(self, at: int, **celsius: float) -> Effects:
        channels = [
            Channel(name=name.replace("_", "."), at=[at], values=[value])
            for name, value in celsius.items()
        ]
        frame = Frame(v=1, device="store-1", boot=1, seq=0, sent=at, channels=channels)
        effects = Effects()
        stints = stints_of(self.enrolled, frame)
        job = Job(self.enrolled, self.memory, frame, Arrival(at, at - T0, at), stints)
        assert judge_frames([job], effects) == [None]
        return effects

    def fields(self, measurement: str, at: int) -> dict[str, str]:
        lines = [*self.watch.tick(0, at), *self.watch.lines([(0, "store-1")], {0: at})]
        [text] = [line for line in lines if line.startswith(f"{measurement},")]
        _, fields, time = text.rsplit(" ", 2)
        return {**dict(one.split("=") for one in fields.split(",")), "time": time}


def test_every_margin_lies_in_the_band_that_it_begins() -> None:
    edges = [round(least * 1e6) for least in list(MARGIN_BANDS.values())[1:]]
    assert list(bands([[edge] for edge in edges]).values()) == [0, *[1] * len(edges)]
    assert list(bands([[edge - 1 for edge in edges]]).values()) == [*[1] * len(edges), 0]


def test_compartments_are_counted_by_the_channel_nearest_its_limit() -> None:
    three = Store("c01", "c02", "c03")
    three.hear(T0, c01_air=3.9, c01_product=1.0, c02_air=4.5, c03_air=1.0)
    said = three.fields(FLEET.name, T0 + 10 * SECOND_MS)
    assert (said["compartments"], said["last_at"]) == ("3i", f"{T0}i")
    counts = {band: int(said[band][:-1]) for band in MARGIN_BANDS}
    assert {band: n for band, n in counts.items() if n} == {
        "beyond_0": 1,
        "inside_0": 1,
        "inside_2": 1,
    }


def test_compartments_of_who_is_silent_are_in_no_band() -> None:
    one = Store("main")
    one.hear(T0, main_air=1.0)
    said = one.fields(FLEET.name, T0 + 10 * PATIENCE)
    assert said["compartments"] == "1i"
    assert {said[band] for band in MARGIN_BANDS} == {"0i"}


def test_what_is_asked_through_time_is_said_again_in_the_first_line_of_five_minutes_only() -> None:
    one = Store("main")
    one.hear(T0, main_air=1.0)
    copies = [
        [one.fields(FLEET.name, at).get("inside_2_5min")]
        for at in (T0 + 10 * SECOND_MS, T0 + 20 * SECOND_MS, T0 + 340 * SECOND_MS)
    ]
    assert copies == [["1i"], [None], ["0i"]]  # silent by then


@pytest.mark.parametrize("counts", [True, False])
def test_warm_goods_have_until_their_deadline_and_are_late_from_it_on(counts: bool) -> None:
    room = Store("main", duty="pre-cooling", counts=counts)
    deadline = T0 + 120 * MINUTE_MS
    room.hear(T0, main_product=12.0)
    begun = room.fields(PULL_DOWN.name, T0)
    assert (begun["profile"], begun["celsius"]) == ('"iced-seafood"', "12.0")
    assert (begun["target"], begun["above"]) == ("4.0", "8.0")
    assert (begun["since"], begun["deadline"]) == (f"{T0}i", f"{deadline}i")
    assert (begun["cooling"], begun["late"], begun["left_minutes"]) == ("1i", "0i", "120.0")
    room.hear(deadline + MINUTE_MS, main_product=5.0)
    late = room.fields(PULL_DOWN.name, deadline + MINUTE_MS)
    assert (late["late"], late["left_minutes"]) == ("1i", "-1.0")
    room.hear(deadline + 2 * MINUTE_MS, main_product=4.0)
    cold = room.fields(PULL_DOWN.name, deadline + 2 * MINUTE_MS)
    assert (cold["cooling"], cold["late"], cold["deadline"]) == ("0i", "0i", "-1i")
    assert "left_minutes" not in cold


def test_goods_that_are_in_store_are_not_being_pulled_down() -> None:
    room = Store("main")
    room.hear(T0, main_product=12.0)
    lines = room.watch.lines([(0, "store-1")], {0: T0})
    assert [line.split(",")[0] for line in lines] == ["asset"]


def found(**given: Any) -> ConditionRecord:
    said: dict[str, Any] = {
        "id": "x1",
        "state": "raised",
        "device": "store-1",
        "subject": "main.door",
        "rule": "door-open",
        "severity": "warning",
        "since": iso(T0),
        "due": iso(T0 + 5 * MINUTE_MS),
        "until": None,
        "as_of": 7,
    }
    return ConditionRecord(**{**said, **given})


def test_what_a_rule_found_is_one_point_however_often_it_is_said() -> None:
    ended = T0 + 8 * MINUTE_MS
    raised, cleared = lines_of(
        Effects(conditions=[found(), found(state="cleared", until=iso(ended), as_of=9)])
    )
    head, fields, at = raised.split(" ")
    assert head == "condition,channel=main.door,device=store-1,rule=door-open,severity=warning"
    assert fields == f'id="x1",state="raised",due={T0 + 5 * MINUTE_MS}i,until=-1i,as_of=7i'
    assert at == str(T0)
    assert (cleared.split(" ")[0], cleared.split(" ")[2]) == (head, at)
    assert f'state="cleared",due={T0 + 5 * MINUTE_MS}i,until={ended}i,minutes=8.0' in cleared


def test_what_is_found_of_the_device_itself_has_no_channel() -> None:
    [text] = lines_of(Effects(conditions=[found(subject="", rule="device-silent")]))
    assert text.startswith("condition,device=store-1,rule=device-silent,severity=warning ")


def load_fields(load: Load, newest: int, place: Place) -> dict[str, str]:
    text = load.line(3, newest - newest % (10 * SECOND_MS), newest, place)
    assert text.startswith("worker,partition=3 ")
    return dict(one.split("=") for one in text.split(" ")[1].split(","))


def test_what_was_read_and_what_waits_is_counted_from_line_to_line() -> None:
    load = Load()
    first = load_fields(load, T0, Place(begin=100, read=140, end=200, clock=T0 + 2 * SECOND_MS))
    assert (first["frames"], first["lag"], first["late_seconds"]) == ("40i", "60i", "2.0")
    second = load_fields(load, T0, Place(begin=100, read=190, end=200, clock=T0 - SECOND_MS))
    assert (second["frames"], second["lag"], second["late_seconds"]) == ("50i", "10i", "0.0")


def test_a_partition_that_was_anothers_meanwhile_is_counted_from_where_it_is_taken_up() -> None:
    load = Load()
    load_fields(load, T0, Place(100, 140, 140, T0))
    again = load_fields(load, T0, Place(900, 905, 905, T0))
    assert again["frames"] == "5i"


def test_while_kafka_does_not_answer_nothing_is_said_of_what_waits() -> None:
    assert "lag" not in load_fields(Load(), T0, Place(0, 1, None, T0))


def test_rejected_records_are_counted_by_their_partition_and_once() -> None:
    load = Load()
    why = Rejection("no frame", "coldchain.frames/3/7", iso(T0))
    load.refuse([Refused(None, b"", why, partition=3), Refused(None, b"", why, partition=4)])
    place = Place(0, 1, 1, T0)
    assert [load_fields(load, T0, place)["rejected"] for _ in "12"] == ["1i", "0i"]


def test_every_second_piece_says_the_band_that_its_profile_has() -> None:
    plan = PLANS.plan("iced-seafood", "product")
    slot = T0 - T0 % (10 * MINUTE_MS)
    sums = Sums(count=1, known_ms=1, beyond=[0] * (2 * len(plan.limits)))
    first, second = (
        piece("store-1", "main.product", at, plan, sums) or "" for at in (slot, slot + 300_000)
    )
    assert ",low=-1.5000,high=4.0000," in first
    assert "low=" not in second
    assert "high=" not in second
