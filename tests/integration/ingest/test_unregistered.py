"""A device that nobody registered: its frames are kept, and judged once it is."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
from worker_bench import Bench

from broker.settings import KafkaSettings
from broker.topics import EXCURSIONS, FRAMES, REJECTED
from coldchain.frames import Channel, Frame, encode_frame
from ingest.dead_letters import dead_letters
from ingest.topic import read_all
from runtime.cli import main
from series.settings import SeriesSettings

pytestmark = pytest.mark.integration

MINUTE = 60_000
REGISTRY = """[[devices]]
device = "van-9"
[[devices.history]]
since = 2026-01-01T00:00:00Z
kind = "van"
asset = "VAN-9"
compartments.main.profile = "iced-seafood"
"""


def warm_hour(device: str) -> list[bytes]:
    """An hour up to now at 9 degrees, a frame every ten minutes."""
    now = time.time_ns() // 1_000_000
    frames: list[bytes] = []
    for seq in range(6):
        start = now - (60 - 10 * seq) * MINUTE
        channel = Channel(name="main.product", start=start, step=MINUTE, values=[9.0] * 10)
        sent = start + 10 * MINUTE
        one = Frame(v=1, device=device, boot=1, seq=seq, sent=sent, channels=[channel])
        frames.append(encode_frame(one))
    return frames


def test_frames_of_an_unknown_device_are_kept_and_judged_once_it_is_registered(
    door: Any,
    kafka: KafkaSettings,
    series_settings: SeriesSettings,
    tmp_path: Path,
    until: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLDCHAIN_KAFKA_SERVERS", kafka.servers)
    monkeypatch.setenv("COLDCHAIN_KAFKA_PREFIX", kafka.prefix)

    def ingest(*arguments: str) -> Any:
        with pytest.raises(SystemExit) as ended:
            main(["ingest", *arguments, "--json"])
        out, err = capsys.readouterr()
        assert ended.value.code == 0, err
        return json.loads(out)

    bench = Bench(kafka, series_settings, tmp_path)
    sent = warm_hour("van-9")
    with bench.worker():
        body = b"[" + b",".join(sent) + b"]"
        assert door.ask("/v1/frames", body, door.token("van-9"))[0] == 202
        until(lambda: len(list(read_all(kafka, REJECTED))) == len(sent))
        letters = ingest("rejected", "--device", "van-9")
        assert {one["reason"] for one in letters} == {"device van-9 is not registered"}
        assert bench.readings_stored() == 0

        file = tmp_path / "registry.toml"
        file.write_text(REGISTRY)
        assert ingest("registry", str(file))["registered"] == ["van-9"]
        replayed = ingest("rejected", "--reason", "not registered", "--replay")
        assert replayed == {"replayed": len(sent), "left": 0, "why": {}}

        def is_confirmed() -> bool:
            return any(one.confirmed for one in bench.excursions(EXCURSIONS).values())

        until(is_confirmed)
        bench.wait_committed()
    assert bench.readings_stored() == 60
    assert len(dead_letters(kafka)) == len(sent)  # none came back
    first, again = list(read_all(kafka, FRAMES))[:6], list(read_all(kafka, FRAMES))[6:]
    assert [(one.value, one.timestamp) for one in again] == [
        (one.value, one.timestamp) for one in first
    ]
