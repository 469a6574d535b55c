"""Lists of alerts as a person reads them at a terminal of 80 columns."""

from pathlib import Path
from typing import Any

import pytest
from alert_world import World, record
from rich.cells import cell_len

from runtime.alerts_lists import list_


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Alerts, messages, a silence: of long names, in both languages."""
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.delenv("COLDCHAIN_CONFIG", raising=False)
    path = tmp_path / "alerts.sqlite"
    world = World(database=path)
    world.enrol()
    long = "一个名字很长很长的车厢-" + "x" * 30
    world.say(record("a1b2c3d4e5f60718", compartment=long))
    world.go_to(1)
    world.acknowledge("a1b2c3d4e5f60718", by="wang")
    world.answers = lambda _: "unclear"
    world.say(record("ffff000011112222", severity="warning", device="van-9"))
    world.go_to(3)
    world.silence("van-9", 30)
    world.db.close()
    return path


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"messages": True},
        {"silences": True},
        {"history_of": "a1b2"},
        {"refused": True},
    ],
    ids=str,
)
def test_every_list_fits_eighty_columns(
    database: Path, capsys: pytest.CaptureFixture[str], chosen: dict[str, Any]
) -> None:
    list_(database=database, **chosen)
    lines = capsys.readouterr().out.splitlines()
    assert lines
    assert max(map(cell_len, lines)) <= 80, lines


def test_the_list_of_alerts_says_which_how_bad_where_since_when_and_who_has_it(
    database: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    list_(database=database)
    first, *others = capsys.readouterr().out.splitlines()
    assert first == "a1b2c3d4  critical  acknowledged  9.2 °C  since 11-23 14:00"
    text = " ".join(" ".join(others).split())
    assert "wang has it: unloading" in text
    assert "the van-1 一个名字" in text
    list_(database=database, messages=True)
    text = capsys.readouterr().out
    assert "may be twice" in text
    assert "2 tries" in text
    assert "[Warning] van-9 main 9.2 °C" in text
