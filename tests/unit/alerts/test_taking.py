"""Whatever comes by Kafka is taken in or refused with a reason; the next is taken all the same."""

from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from alerts.database import transaction
from alerts.taking import Taking
from broker.topics import EXCURSIONS


@dataclass
class Came:
    value: bytes | None
    offset: int
    topic: str = EXCURSIONS.name
    partition: int = 0
    key: bytes | None = b"van-1"


def _take(world: Any, *values: bytes | None) -> list[tuple[int, str]]:
    """Each taken in; what was refused: offset and reason."""
    taking = Taking(world.db, world.books, lambda topic: topic.name)
    for offset, value in enumerate(values):
        with transaction(world.db):
            taking.take(Came(value, offset), world.now)
    rows = world.db.execute('SELECT "offset", reason FROM refused ORDER BY "offset"')
    return [(row["offset"], row["reason"]) for row in rows]


BAD: dict[str, dict[str, Any]] = {
    "an offset past 64 bits": {"as_of": 2**70},
    "an offset before the first": {"as_of": -1},
    "parcels past 64 bits": {"parcels_total": 2**70},
    "minutes past reckoning": {"minutes": 1e305},
    "unknown minutes past reckoning": {"unknown_minutes": 1e305},
    "minutes below nothing": {"minutes": -1e305},
    "a peak past any temperature": {"peak": 1e305},
    "a time past the calendar": {"start": "9999-12-31T23:59:59.999Z"},
    "no time at all": {"peak_at": "yesterday"},
}


@pytest.mark.parametrize("what", BAD)
def test_a_record_that_cant_be_reckoned_with_is_refused_and_the_next_is_told(
    world: Any, make_record: Any, what: str
) -> None:
    plain = msgspec.to_builtins(make_record("bad"))
    bad = msgspec.json.encode({**plain, **BAD[what]})
    [(offset, reason)] = _take(world, bad, msgspec.json.encode(make_record("good")))
    assert offset == 0
    assert reason
    world.go_to(1)
    assert [word[2] for word in world.words] == ["good"]


@pytest.mark.parametrize("value", [None, b"", b"\xff", b"[]", b"[" * 100_000, b'{"rule":7}'])
def test_what_is_no_record_is_refused(world: Any, value: bytes | None) -> None:
    assert [offset for offset, _ in _take(world, value)] == [0]


def test_a_fleet_rules_finding_is_taken_by_its_contract(world: Any, make_condition: Any) -> None:
    assert _take(world, msgspec.json.encode(make_condition("door-open", subject="main.door"))) == []
    [alert] = world.alerts()
    assert (alert["compartment"], alert["subject"]) == ("main", "door-open")


def test_a_condition_at_no_time_is_refused(world: Any, make_condition: Any) -> None:
    bad = make_condition("door-open", since="yesterday")
    assert len(_take(world, msgspec.json.encode(bad))) == 1


def test_rubbish_that_claims_a_rule_is_refused(world: Any) -> None:
    [(_, reason)] = _take(world, b'{"rule":"door-open-too-long"}')
    assert "id" in reason
