"""Which appointment a parcel is in, and its part there."""

from pathlib import Path

from audit.appointments import appointments, parts
from audit.desk import Desk
from audit.ledger import open_ledger

NOW = 1_795_413_600_000


def test_parcels_are_found_in_appointments_under_way_with_their_part(tmp_path: Path) -> None:
    lot = [f"p{number:02}" for number in range(20)]
    with open_ledger(tmp_path) as ledger:
        desk = Desk(ledger, tmp_path, lambda: NOW)
        later = desk.book("lot-2", "2026-11-25T09:00:00Z", "qian", aql=2.5)
        one = desk.book("lot-1", "2026-11-24T09:00:00Z", "qian", aql=2.5)
        assert [each.id for each in appointments(ledger)] == [one.id, later.id]
        assert parts(appointments(ledger)) == {}

        desk.freeze(one.id, "qian", lot)
        assert {part for _, part in parts(appointments(ledger)).values()} == {"in-lot"}

        drawn = desk.open(one.id, "qian", {"elsewhere": "it is wet"}).drawn
        two = ["qian", "sun"]
        desk.enter(one.id, drawn[0], "qian", two, True)
        desk.enter(one.id, drawn[1], "qian", two, False)
        found = {name: part for name, (_, part) in parts(appointments(ledger)).items()}
        rest = [each for each in lot if each not in drawn]
        assert found == {
            **dict.fromkeys(rest, "in-lot"),
            **dict.fromkeys(drawn, "drawn"),
            drawn[0]: "conforming",
            drawn[1]: "nonconforming",
            "elsewhere": "picked",
        }

        for parcel in drawn[2:]:
            desk.enter(one.id, parcel, "qian", two, True)
        desk.decide(one.id, "qian")
        assert parts(appointments(ledger)) == {}
        assert [each.id for each in appointments(ledger)] == [later.id, one.id]
