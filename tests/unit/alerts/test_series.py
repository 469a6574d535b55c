"""Alerts as the boards see them: written as they stand, again as they live."""

from typing import Any

from alert_world import START, World

from alerts.series import Chronicle
from coldchain.records import ExcursionRecord
from coldchain.times import DAY_MS, MINUTE_MS, iso
from series.schema import ALERT, OUTBOX


def excursion(device: str = "van-1", **changes: Any) -> ExcursionRecord:
    said: dict[str, Any] = {
        "id": f"{device}-warm",
        "state": "confirmed",
        "device": device,
        "compartment": "main",
        "channel": "main.air",
        "limit": "warm",
        "severity": "critical",
        "profile": "iced-seafood",
        "start": iso(START - 30 * MINUTE_MS),
        "confirmed": iso(START),
        "end": None,
        "minutes": 30.0,
        "unknown_minutes": 0.0,
        "degree_minutes": 40.0,
        "peak": 9.0,
        "peak_at": iso(START),
        "parcels": [],
        "parcels_total": 0,
        "supersedes": [],
        "as_of": 1,
    }
    return ExcursionRecord(**{**said, **changes})


def fields(line: str) -> dict[str, str]:
    return dict(one.split("=") for one in line.split(" ", 1)[1].rsplit(" ", 1)[0].split(","))


def point(line: str) -> tuple[str, str]:
    """A line's series and time."""
    return line.split(" ", 1)[0], line.rsplit(" ", 1)[1]


class Boards:
    """What the chronicle writes of a world, look by look."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._chronicle = Chronicle(world.db, world.now)

    def look(self, measurement: str, written: bool = True) -> list[str]:
        lines, done = self._chronicle.look(self._world.now)
        if written:
            done()
        return [line for line in lines if line.startswith(measurement)]


def told(world: World) -> None:
    world.enrol()
    world.say(excursion())
    world.round()


def test_an_alert_is_written_when_it_is_told_and_again_when_it_is_answered_and_over() -> None:
    world = World()
    boards = Boards(world)
    assert boards.look(ALERT.name) == []
    told(world)
    [fired] = boards.look(ALERT.name)
    assert fired.startswith("alert,compartment=main,device=van-1,subject=warm ")
    assert fired.endswith(f" {START}")
    said = fields(fired)
    assert set(said) <= set(ALERT.fields)
    assert (said["status"], said["severity"]) == ('"firing"', '"critical"')
    assert (said["open"], said["unanswered"], said["messages"]) == ("1i", "1i", "1i")
    assert (said["acknowledged"], said["over"]) == ("-1i", "-1i")
    world.go_to(5)
    world.acknowledge("van-1-warm")
    [answered] = boards.look(ALERT.name)
    assert point(answered) == point(fired)
    said = fields(answered)
    assert (said["open"], said["unanswered"], said["ack_minutes"]) == ("1i", "0i", "5.0")
    world.go_to(8)
    world.say(excursion(state="closed", end=iso(world.now), as_of=2))
    [over] = boards.look(ALERT.name)
    said = fields(over)
    assert (said["open"], said["unheeded"], said["open_minutes"]) == ("0i", "0i", "8.0")
    assert said["over"] == f"{world.now}i" == said["as_of"]


def test_what_is_over_and_was_answered_by_nobody_went_unheeded() -> None:
    world = World()
    boards = Boards(world)
    told(world)
    world.go_to(3)
    world.say(excursion(state="closed", end=iso(world.now), as_of=2))
    [over] = boards.look(ALERT.name)
    said = fields(over)
    assert (said["unheeded"], said["open"]) == ("1i", "0i")
    assert "ack_minutes" not in said


def test_what_could_not_be_written_is_written_the_next_time() -> None:
    world = World()
    boards = Boards(world)
    boards.look(ALERT.name)
    told(world)
    assert len(boards.look(ALERT.name, written=False)) == 1
    assert len(boards.look(ALERT.name)) == 1
    assert boards.look(ALERT.name) == []


def test_what_is_open_is_written_again_once_a_minute_and_the_same_while_nothing_happens() -> None:
    world = World()
    boards = Boards(world)
    told(world)
    first = boards.look(ALERT.name)
    world.now += MINUTE_MS
    assert boards.look(ALERT.name) == first


def test_a_service_that_starts_looks_back_at_a_month_and_not_at_all_that_ever_was() -> None:
    world = World()
    told(world)
    assert len(Boards(world).look(ALERT.name)) == 1
    world.say(excursion(state="closed", end=iso(world.now), as_of=2))
    world.now += 31 * DAY_MS
    assert Boards(world).look(ALERT.name) == []


def test_how_many_messages_wait_and_for_how_long_is_told() -> None:
    world = World()
    boards = Boards(world)
    world.answers = lambda _: "refused"
    told(world)
    world.now += 4 * MINUTE_MS
    [waiting] = boards.look(OUTBOX.name)
    said = fields(waiting)
    assert (said["waiting"], said["sent"]) == ("1i", "0i")
    assert float(said["overdue_minutes"]) > 3.5
    assert boards.look(OUTBOX.name) == []
    world.answers = lambda _: "delivered"
    world.round()
    world.now += MINUTE_MS
    said = fields(boards.look(OUTBOX.name)[0])
    assert (said["waiting"], said["sent"], said["overdue_minutes"]) == ("0i", "1i", "0.0")
