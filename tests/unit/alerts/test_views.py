"""What `coldchain alerts list` says."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from alerts.database import DatabaseVersionError, open_database
from alerts.views import Alert, find_alerts, list_alerts, list_notes, list_silences, was_told
from coldchain.alert_commands import Note
from coldchain.times import DAY_MS, iso


def _listed(world: Any, folder: Path) -> Alert:
    file = folder / "alerts.sqlite"
    with closing(sqlite3.connect(file)) as copy:
        world.db.backup(copy)
    [alert] = list_alerts(file)
    return alert


def test_nobody_was_told_while_the_message_waits(
    make_world: Any, make_record: Any, tmp_path: Path
) -> None:
    world = make_world(group_wait=60.0)
    world.enrol()
    world.say(make_record())
    before = _listed(world, tmp_path)
    assert (before.told, before.waiting) == ([], ["wang"])
    world.go_to(2)
    after = _listed(world, tmp_path)
    assert (after.told, after.waiting) == (["wang"], [])


def _copied(world: Any, folder: Path) -> Path:
    file = folder / "alerts.sqlite"
    with closing(sqlite3.connect(file)) as copy:
        world.db.backup(copy)
    return file


def test_lists_are_of_what_goes_on_and_of_what_a_person_was_told(
    world: Any, make_record: Any, make_condition: Any, tmp_path: Path
) -> None:
    world.say(make_record("x1"))
    world.say(make_record("x2", device="ghost"))
    world.say(make_condition("device-silent"))
    world.go_to(1)
    world.say(make_record("x1", "closed", as_of=2))
    file = _copied(world, tmp_path)
    assert {one.id for one in list_alerts(file)} == {"x1", "x2", "c-device-silent"}
    assert {one.id for one in list_alerts(file, is_open=True)} == {"x2", "c-device-silent"}
    assert {one.id for one in list_alerts(file, told="duty")} == {"x2"}
    silent = next(one for one in list_alerts(file) if one.subject == "device-silent")
    assert (silent.peak, silent.minutes, silent.limit) == (None, None, "device-silent")
    assert (was_told(file, "x1", "wang"), was_told(file, "x1", "duty")) == (True, False)
    assert [one.id for one in find_alerts(file, "x")] == ["x1", "x2"]
    assert find_alerts(file, "") == []
    assert find_alerts(file, "%") == []


def test_silences_say_whose_why_until_when_and_what_they_hold_back(
    world: Any, make_record: Any, tmp_path: Path
) -> None:
    world.silence("van-1", 60)
    world.silence("van-2", 0, name="over")
    world.say(make_record("x1"))
    found = {one.id: one for one in list_silences(_copied(world, tmp_path), world.now)}
    assert (found["s"].by, found["s"].reason, found["s"].held_back) == ("duty", "repair", 1)
    assert (found["s"].is_over, found["over"].is_over) == (False, True)
    assert list_silences(_copied(world, tmp_path), world.now + 2 * DAY_MS) == []


def test_a_note_is_kept_once(world: Any, tmp_path: Path) -> None:
    for text in ("first", "again"):
        world.books.command(Note(id="n1", by="zhao", at=iso(world.now), text=text), world.now)
    [note] = list_notes(_copied(world, tmp_path), world.now - DAY_MS)
    assert (note.who, note.text) == ("zhao", "first")


def test_a_database_of_another_version_is_refused_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "old.sqlite"
    with closing(sqlite3.connect(file)) as db:
        db.execute("CREATE TABLE alerts (id TEXT)")
    for open_it in (open_database, list_alerts):
        with pytest.raises(DatabaseVersionError, match="move the file away"):
            open_it(file)
