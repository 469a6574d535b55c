"""What `coldchain alerts list` says."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from alerts.views import Alert, list_alerts


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
