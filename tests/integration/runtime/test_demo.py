"""The demo as a newcomer runs it, with InfluxDB taken away in the middle."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]


def test_the_demo_loses_nothing_when_influxdb_is_away_for_20_seconds(tmp_path: Path) -> None:
    command = [str(Path(sys.executable).with_name("coldchain")), "demo", "--outage", "20"]
    done = subprocess.run(
        [*command, "--out", "out"],
        cwd=tmp_path,
        env=dict(os.environ),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "InfluxDB is stopped for 20 s" in done.stderr
    assert "InfluxDB is back" in done.stderr
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert summary["readings_sent"] == summary["readings_stored"] > 200_000
    assert summary["rejected"] == 0
    assert [fault["found"] for fault in summary["faults"]] == [True, True, True]
    assert summary["problems"] == []
    told = {(one["device"], one["compartment"]) for one in summary["faults"]}
    assert {(one["device"], one["compartment"]) for one in summary["excursions"]} == told
    for device, _ in told:
        assert any(device in one["title"] for one in summary["messages"]), device
