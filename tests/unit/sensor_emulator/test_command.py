"""`coldchain emulate`: what it says, and how it refuses."""

import json
import signal
from pathlib import Path

import pytest

from coldchain.registry_toml import loads
from runtime.cli import main


def status(*arguments: str) -> int:
    """The exit status of the command."""
    with pytest.raises(SystemExit) as ended:
        main(["emulate", *arguments])
    return int(ended.value.code or 0)


def test_a_folder_gets_everything_and_the_ledger_is_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    truth = tmp_path / "beside" / "truth.json"
    assert status("--to", str(tmp_path), "--duration", "5min", "--json", "--truth", str(truth)) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["complete"] is True
    assert said["start"] == "2026-07-17T22:00:00.000Z"
    assert len((tmp_path / "frames.jsonl").read_bytes().splitlines()) == said["frames"]
    document = json.loads(truth.read_text())
    assert set(document) == {"excursions", "nearly", "faults", "frames"}
    assert document["frames"] == {"made": said["made"], "dropped": 0, "duplicated": 0}


def test_its_devices_are_a_registry_file_by_themselves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "devices.toml"
    assert status("--scenario", "quiet-day", "--registry", str(file)) == 0
    found = loads(file.read_text(), str(file))
    assert f"{len(found)} devices" in capsys.readouterr().out
    assert {"van-0001", "locker-0001"} <= {one.device for one in found}


def test_a_file_of_ones_own_is_a_scenario_too(tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    own.write_text(
        'start = 2026-01-10T06:00:00+08:00\nduration_minutes = 2\ntitle = { en = "Mine" }\n'
        "[fleet.van]\ncount = 1\nprofiles = { frozen = 1 }\n"
    )
    assert status("--scenario", str(own), "--to", str(tmp_path / "out")) == 0
    assert b"van-0001" in (tmp_path / "out" / "frames.jsonl").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--scenario", "nowhere"), "demo-morning"),
        (("--duration", "6 fortnights"), "40min"),
        (("--duration", "-2h"), "40min"),
        (("--duration", "inf"), "40min"),
        (("--seed", "-1"), "--seed -1"),
        (("--speed", "fast"), "or max"),
        (("--speed", "nan"), "or max"),
        (("--speed", "1e-12"), "--speed: a number from 0.001"),
        (("--duration", "10s"), "--duration: shorter than a frame"),
        (("--duration", "399d", "--truth", "truth.json"), "--truth: "),
        (("--to", "ftp://127.0.0.1"), "http(s)://host:port"),
        (("--to", "http://127.0.0.1:x"), "http(s)://host:port"),
        (("--to", "http://127.0.0.1:1"), "coldchain ingest serve"),
        (("--to", "mqtt://127.0.0.1:1"), "can't be reached"),
        (("--tokens", "nowhere.json"), "http:// and mqtt://"),
        (("--registry", "."), "give a file"),
        (("--truth", "."), "give a file"),
        (("--profiles", "nowhere"), "not a folder"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(
    arguments: tuple[str, ...], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    to = () if "--to" in arguments else ("--to", str(tmp_path))
    assert status(*arguments, *to) == 2
    error = capsys.readouterr().err
    assert said in error
    assert error.count("\n") == 1


def test_the_library_and_the_faults_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert status("--list") == 0
    out = capsys.readouterr().out
    assert "quiet-day" in out
    assert "sensor-drifting" in out


def test_ctrl_c_while_a_huge_plan_is_drawn_ends_it_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is sent yet that could end in order: the signal meets Python's own handler."""
    handlers: list[object] = []

    def interrupted(*_: object) -> None:
        handlers.append(signal.getsignal(signal.SIGINT))
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("planning went on")

    monkeypatch.setattr("sensor_emulator.plan.plan", interrupted)
    assert status("--to", str(tmp_path), "--duration", "5min") == 130
    assert handlers == [signal.default_int_handler]


def test_a_run_cut_short_may_end_before_its_faults(tmp_path: Path) -> None:
    truth = tmp_path / "truth.json"
    assert status("--to", str(tmp_path), "--duration", "5min", "--truth", str(truth)) == 0
    assert json.loads(truth.read_text())["faults"] == []


@pytest.mark.parametrize("before", [None, b"an older one"])
def test_ctrl_c_while_truth_is_judged_leaves_the_file_as_it_was(
    before: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth = tmp_path / "truth.json"
    if before is not None:
        truth.write_bytes(before)

    def interrupted(*_: object) -> None:
        signal.raise_signal(signal.SIGINT)
        raise AssertionError("judging went on")

    monkeypatch.setattr("sensor_emulator.truth.true_excursions", interrupted)
    arguments = ("--to", str(tmp_path / "city"), "--duration", "5min", "--truth", str(truth))
    assert status(*arguments) == 130
    assert (truth.read_bytes() if truth.exists() else None) == before
    assert not list(tmp_path.glob("*.part"))
