"""The ledger: rows stand for ever, and the events that follow are sent once."""

import sqlite3
from pathlib import Path

import pytest

from audit.ledger import FILE, Outgoing, open_ledger


def test_rows_keep_their_order_and_are_found_by_subject(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        ledger.append(10, [("a", b"1"), ("b", b"2")])
        ledger.append(20, [("a", b"3")], [Outgoing("e1", "van-1", b"{}")])
        ledger.append(30, [], [Outgoing("e1", "van-1", b"{}")])
    with open_ledger(tmp_path) as ledger:
        assert [(r.number, r.at, r.value) for r in ledger.of("a")] == [(1, 10, b"1"), (3, 20, b"3")]
        assert [r.number for r in ledger.after(2)] == [2, 3]
        assert [o.id for o in ledger.unsent()] == ["e1"]
        ledger.sent(["e1"])
        assert ledger.unsent() == []


def test_nothing_in_it_can_be_changed_or_deleted(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        ledger.append(10, [("a", b"1")])
    db = sqlite3.connect(tmp_path / FILE)
    for statement in ("UPDATE ledger SET value = x'00'", "DELETE FROM ledger"):
        with pytest.raises(sqlite3.IntegrityError, match="never"):
            db.execute(statement)
    db.close()


def test_a_failure_half_way_leaves_nothing(tmp_path: Path) -> None:
    with open_ledger(tmp_path) as ledger:
        broken: list[tuple[str, bytes]] = [("a", b"1"), ("b", None)]  # type: ignore[list-item]
        with pytest.raises(sqlite3.IntegrityError):
            ledger.append(10, broken)
        assert ledger.after(0) == []
