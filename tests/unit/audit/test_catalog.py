"""The catalogue on a full disk: all of a seal or nothing, and a line that says so."""

import sqlite3
from pathlib import Path

import pytest
from archive_made import KEY

from audit.catalog import Catalog, open_to_read, open_to_write
from audit.entries import Entry
from audit.errors import AuditError
from audit.sealing import Batch, seal

AT = 1_763_884_800_000


def batch(number: int) -> Batch:
    frames = [Entry("frames", f"van-{i}", AT, 0, number * 9 + i, b"x") for i in range(9)]
    scans = [Entry("custody", f"{number}-{i}", AT, 0, i, b"x") for i in range(2_000 * number)]
    return Batch(frames + scans, {("frames", 0): number * 9 + 9})


def test_what_finds_no_room_leaves_the_archive_as_it_was_and_is_sealed_later(
    tmp_path: Path,
) -> None:
    with open_to_write(tmp_path) as catalog:
        seal(catalog, tmp_path, KEY, batch(0), AT)
    with open_to_write(tmp_path):
        db = sqlite3.connect(tmp_path / "archive.sqlite", isolation_level=None)
        (pages,) = db.execute("PRAGMA page_count").fetchone()
        db.execute(f"PRAGMA max_page_count = {pages + 3}")
        full = Catalog(db)
        with pytest.raises(AuditError, match="can't be written: database or disk is full"):
            seal(full, tmp_path, KEY, batch(1), AT)
        assert full.offsets() == {("frames", 0): 9}
        assert full.totals() == {"frames": 9}
        db.execute("PRAGMA max_page_count = 1000000")
        assert seal(full, tmp_path, KEY, batch(1), AT).seal.number == 2
        db.close()
    with open_to_read(tmp_path) as catalog:
        assert catalog.offsets() == {("frames", 0): 18}
        assert catalog.totals() == {"frames": 18, "custody": 2_000}
