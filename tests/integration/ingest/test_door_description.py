"""schemathesis over the front door's own description, on a real Kafka."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from broker.settings import KafkaSettings
from broker.topics import CUSTODY, FRAMES, REJECTED
from ingest.topic import read_all

pytestmark = pytest.mark.integration

#: Sets right what a schema can't say, so that all that it calls valid has to be accepted.
HOOKS = Path(__file__).parents[2] / "support"


def test_schemathesis_finds_nothing(door: Any, kafka: KafkaSettings, tmp_path: Path) -> None:
    door.kill()
    door.settings |= {"rate": 1_000_000, "burst": 1_000_000}
    door.start()
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run", f"{door.url}/openapi.json",
        "--checks", "all",
        "--header", f"Authorization: Bearer {door.token('van-1')}",
        "--max-examples", "60", "--seed", "6", "--no-color", "--suppress-health-check", "all",
    ]  # fmt: skip
    hooks = {"SCHEMATHESIS_HOOKS": "door_schemathesis", "PYTHONPATH": f"{HOOKS}:{HOOKS.parents[1]}"}
    done = subprocess.run(
        command, capture_output=True, text=True, cwd=tmp_path, env=os.environ | hooks
    )
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
    (made,) = re.findall(r"(\d+) generated", done.stdout)
    assert int(made) > 200, done.stdout
    letters = list(read_all(kafka, REJECTED))
    assert len(letters) > 50  # it did try
    for record in [*read_all(kafka, FRAMES), *read_all(kafka, CUSTODY)]:
        assert json.loads(record.value)["device"] == record.key.decode() == "van-1"
