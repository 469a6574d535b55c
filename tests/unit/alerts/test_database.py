"""The file: its owner's alone, waited for where another program holds it, brought up to date."""

import os
import sqlite3
import stat
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from alerts.database import (
    VERSION,
    DatabaseBusyError,
    DatabaseVersionError,
    open_database,
    open_to_read,
    transaction,
)
from alerts.views import list_alerts
from runtime.cli import main


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("alerts.database.PATIENCE", 0.05)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database that is there."""
    made = tmp_path / "alerts.sqlite"
    open_database(made).close()
    return made


@pytest.fixture
def held(path: Path) -> Iterator[Path]:
    """One that another program keeps from everybody."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        other.execute("INSERT INTO notes VALUES ('n', 0, 'x', 'x')")
        yield path


def test_a_transaction_waits_for_another_program_says_so_once_and_goes_on(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def waits() -> int:
        return sum("waiting for it" in one for one in caplog.messages)

    def write(db: sqlite3.Connection) -> None:
        with transaction(db):
            db.execute("INSERT INTO notes VALUES ('ours', 0, 'x', 'x')")

    with (
        closing(sqlite3.connect(path, timeout=0.05, check_same_thread=False)) as ours,
        closing(sqlite3.connect(path, isolation_level=None)) as other,
        ThreadPoolExecutor(1) as pool,
    ):
        ours.isolation_level = None
        other.execute("BEGIN IMMEDIATE")
        writing = pool.submit(write, ours)
        deadline = time.monotonic() + 30
        while not waits():
            assert time.monotonic() < deadline
        other.execute("COMMIT")
        writing.result(30)
        assert ours.execute("SELECT id FROM notes").fetchall() == [("ours",)]
    assert waits() == 1
    assert "going on" in caplog.messages[-1]


def test_who_is_told_to_end_waits_no_longer(path: Path) -> None:
    with (
        closing(open_database(path)) as ours,
        closing(sqlite3.connect(path, isolation_level=None)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        with (
            pytest.raises(DatabaseBusyError, match="another program"),
            transaction(ours, lambda: True),
        ):
            ours.execute("DELETE FROM notes")


def test_what_is_held_or_is_no_database_is_one_line_at_the_command(
    held: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "text.sqlite"
    text.write_text("not a database, though it is long enough to be taken for one" * 20)
    for file, said in ((held, "is held by another program"), (text, "is no alerts' database")):
        with pytest.raises(SystemExit) as ended:
            main(["alerts", "list", "--database", str(file)])
        assert ended.value.code == 2
        [line] = capsys.readouterr().err.splitlines()
        assert said in line
        assert str(file) in line
    with pytest.raises(DatabaseBusyError):
        open_database(held)


def test_only_its_owner_can_read_it_whatever_the_umask(tmp_path: Path) -> None:
    path = tmp_path / "alerts.sqlite"
    before = os.umask(0)
    try:
        with closing(open_database(path)) as db:
            db.execute("INSERT INTO notes VALUES ('n', 0, 'x', 'x')")
            modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(
        ("alerts.sqlite", "alerts.sqlite-wal", "alerts.sqlite-shm"), 0o600
    )


def test_a_file_that_others_could_read_is_taken_from_them(path: Path) -> None:
    path.chmod(0o644)
    open_database(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_only_lacks_tables_gets_them_and_until_then_is_not_read(path: Path) -> None:
    with closing(sqlite3.connect(path)) as older:
        older.execute("DROP TABLE aboard")
        older.execute("PRAGMA user_version = 2")
    with pytest.raises(DatabaseVersionError, match="alerts run"):
        list_alerts(path)
    open_database(path).close()
    with closing(open_to_read(path)) as db:
        assert db.execute("PRAGMA user_version").fetchone()[0] == VERSION
        assert db.execute("SELECT count(*) FROM aboard").fetchone()[0] == 0
