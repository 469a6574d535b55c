"""Dead letters of a real front door: listed, mended, sent once more, and that remembered."""

import json
import time
from pathlib import Path
from typing import Any

import pytest

from broker.settings import KafkaSettings
from broker.topics import CUSTODY, FRAMES, REJECTED
from coldchain.frames import Channel, Frame, encode_frame
from ingest.topic import read_all
from runtime.cli import main

pytestmark = pytest.mark.integration


def frame(device: str, seq: int = 0) -> bytes:
    now = time.time_ns() // 1_000_000
    channel = Channel(name="main.air", start=now - 60_000, step=30_000, values=[3.2, None])
    return encode_frame(Frame(v=1, device=device, boot=1, seq=seq, sent=now, channels=[channel]))


@pytest.fixture
def rejected(
    kafka: KafkaSettings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Any:
    """`coldchain ingest rejected …`: exit status, what it printed, what it said besides."""
    monkeypatch.setenv("COLDCHAIN_KAFKA_SERVERS", kafka.servers)
    monkeypatch.setenv("COLDCHAIN_KAFKA_PREFIX", kafka.prefix)

    def call(*arguments: object) -> tuple[int, Any, str]:
        with pytest.raises(SystemExit) as ended:
            main(["ingest", "rejected", *map(str, arguments)])
        out, err = capsys.readouterr()
        parsed = json.loads(out) if out.startswith(("{", "[")) else out
        return int(ended.value.code or 0), parsed, err

    return call


def values(kafka: KafkaSettings, topic: Any) -> list[bytes]:
    return [record.value for record in read_all(kafka, topic)]


def test_sent_once_more_it_is_remembered_and_goes_again_only_when_asked(
    door: Any, kafka: KafkaSettings, rejected: Any
) -> None:
    own, other = frame("van-1"), frame("van-2")
    body = b"[" + own + b"," + other + b"]"
    assert door.ask("/v1/frames", body, door.token("van-1"))[0] == 403
    (refused,) = read_all(kafka, REJECTED)

    status, told, _ = rejected("--replay", "--json")
    assert (status, told["replayed"], told["left"]) == (0, 1, 1)
    (sent,) = read_all(kafka, FRAMES)
    assert (sent.key, sent.value, sent.timestamp) == (b"van-1", own, refused.timestamp)
    _, listed, _ = rejected("--json")
    assert [(one["reason"], one["value"].encode()) for one in listed] == [
        ("van-1 can't speak for van-2", other)
    ]
    assert rejected("--replay", "--json")[1]["replayed"] == 0
    assert values(kafka, FRAMES) == [own]

    assert rejected("--replay", "--foreign", "--json")[1]["replayed"] == 1
    keys = {record.value: record.key for record in read_all(kafka, FRAMES)}
    assert keys == {own: b"van-1", other: b"van-2"}
    assert rejected("--json")[1] == []
    assert "Nothing is rejected and open" in rejected()[1]
    assert len(rejected("--again", "--json")[1]) == 2
    assert rejected("--replay", "--again", "--foreign", "--json")[1]["replayed"] == 3


def test_what_is_wrong_in_itself_is_mended_in_a_file(
    door: Any, kafka: KafkaSettings, rejected: Any, tmp_path: Path
) -> None:
    token = door.token("van-1")
    bad_scan = (
        b'{"v":1,"id":"s1","parcel":"p1","act":"load","at":"2026-11-01T08:00:00Z","device":"van-1"}'
    )
    bad_frame = frame("van-1").replace(b"main.air", b"main.warmth")
    assert door.ask("/v1/custody", bad_scan, token)[0] == 400
    assert door.ask("/v1/frames", bad_frame, token)[0] == 400
    file = tmp_path / "letters.jsonl"
    status, told, err = rejected("--out", file)
    assert (status, told.startswith("2 letters in ")) == (0, True), err
    assert rejected("--out", file)[0] == 2, "what is there is not replaced"

    status, _, err = rejected("--mended", file)
    assert (status, err.count("\n")) == (2, 1), "nothing was mended yet"
    assert "line 1" in err
    assert values(kafka, FRAMES) == values(kafka, CUSTODY) == []

    text = file.read_text().replace('\\"load\\"', '\\"loaded\\"').replace("main.warmth", "main.air")
    file.write_text(text)
    assert rejected("--mended", file, "--json")[1]["replayed"] == 2
    assert values(kafka, CUSTODY) == [bad_scan.replace(b'"load"', b'"loaded"')]
    assert values(kafka, FRAMES) == [bad_frame.replace(b"main.warmth", b"main.air")]
    assert rejected("--json")[1] == []
    assert rejected("--mended", file, "--json")[1]["replayed"] == 0, "twice sends once"
    assert len(values(kafka, FRAMES)) == 1


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('{"id":"9-9","value":"{}"}', "there is no dead letter '9-9'"),
        ('{"id":"0-0"}', "no 'value'"),
        ("garbage", "line 1"),
        ("[]", "line 1"),
    ],
)
def test_a_line_that_mends_nothing_is_named(
    kafka: KafkaSettings, rejected: Any, tmp_path: Path, line: str, said: str
) -> None:
    file = tmp_path / "letters.jsonl"
    file.write_text(line + "\n")
    status, _, err = rejected("--mended", file)
    assert (status, err.count("\n")) == (2, 1)
    assert said in err
