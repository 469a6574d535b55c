"""schemathesis over the front door's own description, on a real Kafka."""

import json
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

#: What a schema cannot say, so that what it allows may still be refused (400): as many values as
#: times, no channel twice, a date that is one, and that it is not to come.
LEFT_OUT = "positive_data_acceptance"


def test_schemathesis_finds_nothing(door: Any, kafka: KafkaSettings, tmp_path: Path) -> None:
    door.kill()
    door.settings |= {"rate": 1_000_000, "burst": 1_000_000}
    door.start()
    command = [
        str(Path(sys.executable).with_name("schemathesis")), "run", f"{door.url}/openapi.json",
        "--checks", "all", "--exclude-checks", LEFT_OUT,
        "--header", f"Authorization: Bearer {door.token('van-1')}",
        "--max-examples", "60", "--seed", "6", "--no-color", "--suppress-health-check", "all",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 0, done.stdout[-6_000:] + done.stderr[-2_000:]
    (made,) = re.findall(r"(\d+) generated", done.stdout)
    assert int(made) > 200, done.stdout
    letters = list(read_all(kafka, REJECTED))
    assert len(letters) > 50  # it did try
    for record in [*read_all(kafka, FRAMES), *read_all(kafka, CUSTODY)]:
        assert json.loads(record.value)["device"] == record.key.decode() == "van-1"
