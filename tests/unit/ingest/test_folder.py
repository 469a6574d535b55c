"""A folder of frames judged in one batch: any order, any repeats, the same records."""

import json
import random
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coldchain.frames import Channel, Frame, encode_frame
from coldchain.registry import CompartmentEntry, Entry, Registration
from coldchain.registry_toml import dumps
from coldchain.times import iso
from ingest.folder import FolderError, judge_folder
from runtime.cli import main
from runtime.profiles import load_profiles

PROFILES = load_profiles()
START = 1_795_413_600_000
REGISTRY = [
    Registration(
        device=device,
        history=[
            Entry(
                since="2026-01-01T00:00:00.000Z",
                kind="van",
                asset=device,
                compartments={"main": CompartmentEntry(profile="iced-seafood")},
            )
        ],
    )
    for device in ("van-1", "van-2")
]


def frame(device: str, seq: int, values: list[float | None]) -> bytes:
    channel = Channel(name="main.product", start=START + seq * 600_000, step=60_000, values=values)
    return encode_frame(Frame(v=1, device=device, boot=1, seq=seq, sent=START, channels=[channel]))


#: An hour each: van-1 gets warm for 40 minutes, van-2 never.
FRAMES = [frame("van-1", seq, [7.0 if 1 <= seq < 5 else 2.0] * 10) for seq in range(6)]
FRAMES += [frame("van-2", seq, [2.0, None] * 5) for seq in range(6)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("city")
    (made / "registry.toml").write_text(dumps(REGISTRY))
    write(made, FRAMES)
    return made


def write(folder: Path, lines: list[bytes]) -> None:
    (folder / "frames.jsonl").write_bytes(b"".join(line + b"\n" for line in lines))


def test_scans_say_who_is_aboard_and_what_each_went_through(tmp_path: Path) -> None:
    def scan(parcel: str, minute: int, act: str, profile: str = "") -> bytes:
        return json.dumps(
            {
                "v": 1,
                "id": f"{parcel}-{act}",
                "parcel": parcel,
                "act": act,
                "at": iso(START + minute * 60_000),
                "device": "van-1",
                "profile": profile,
            }
        ).encode()

    (tmp_path / "registry.toml").write_text(dumps(REGISTRY))
    write(tmp_path, FRAMES)
    scans = [
        scan("fish", 5, "loaded", "iced-seafood"),
        scan("fish", 55, "delivered"),
        scan("milk", 5, "loaded", "chilled-meat-and-dairy"),
        scan("milk", 55, "delivered"),
        scan("moon", 5, "loaded", "moon-dust"),
    ]
    (tmp_path / "custody.jsonl").write_bytes(b"\n".join([*scans, b"{"]))
    found = judge_folder(tmp_path, PROFILES)
    assert {one.parcel: one.verdict for one in found.parcels} == {
        "fish": "reject",
        "milk": "accept",
    }
    assert {tuple(one.parcels) for one in found.records} == {("fish", "milk")}
    assert [(one.line, one.reason[:13]) for one in found.rejected] == [
        (5, "custody.jsonl"),
        (6, "custody.jsonl"),
    ]


@given(st.randoms(use_true_random=False), st.lists(st.sampled_from(FRAMES), max_size=5))
@settings(deadline=None)
def test_order_and_repeats_change_nothing(
    folder: Path, chance: random.Random, repeats: list[bytes]
) -> None:
    write(folder, FRAMES)
    expected = judge_folder(folder, PROFILES)
    lines = FRAMES + repeats
    chance.shuffle(lines)
    write(folder, lines)
    found = judge_folder(folder, PROFILES)
    assert found.records == expected.records
    assert found.conditions == expected.conditions
    confirmed = [(r.device, r.limit) for r in found.records if r.confirmed is not None]
    assert confirmed == [("van-1", "warm"), ("van-1", "warming")]


def test_a_frame_refused_is_told_and_stops_nothing(folder: Path) -> None:
    odd = [
        b"no frame",
        frame("van-9", 0, [9.0] * 10),
        encode_frame(
            msgspec.structs.replace(
                msgspec.json.decode(FRAMES[0], type=Frame),
                channels=[Channel(name="main.product", at=[0], values=[9.0])],
            )
        ),
    ]
    write(folder, FRAMES)
    expected = judge_folder(folder, PROFILES).records
    write(folder, [odd[0], *FRAMES, b"", *odd[1:]])
    found = judge_folder(folder, PROFILES)
    assert found.records == expected
    assert (found.frames, [line.line for line in found.rejected]) == (12, [1, 15, 16])
    assert found.rejected[1].reason == "device van-9 is not registered"
    assert "only from 2026-01-01" in found.rejected[2].reason


def test_a_channel_last_seen_beyond_is_presumed_so_though_one_gateways_clock_is_wrong(
    tmp_path: Path,
) -> None:
    """van-1's probe dies warm and van-2's goes on; van-3's clock is a month ahead."""
    third = msgspec.structs.replace(REGISTRY[0], device="van-3")
    (tmp_path / "registry.toml").write_text(dumps([*REGISTRY, third]))

    def sent(device: str, seq: int, values: list[float | None], late: int = 0) -> bytes:
        made = msgspec.json.decode(frame(device, seq, values), type=Frame)
        at = START + (seq + 1) * 600_000 + late
        return encode_frame(msgspec.structs.replace(made, sent=at))

    warm: list[float | None] = [*[2.0] * 8, 7.0, 7.0]
    dead: list[float | None] = [None] * 10
    month = 30 * 86_400_000
    lines = [sent("van-1", 0, warm), sent("van-3", 0, warm, month), sent("van-2", 0, warm)]
    write(tmp_path, lines)
    soon = judge_folder(tmp_path, PROFILES).records
    assert {one.state for one in soon if one.device != "van-3"} == {"opened"}
    lines += [sent("van-1", seq, dead) for seq in range(1, 6)]
    lines += [sent("van-2", seq, [2.0] * 10) for seq in range(1, 6)]
    write(tmp_path, lines)
    records = judge_folder(tmp_path, PROFILES).records
    told = {(one.device, one.limit): one.state for one in records}
    assert told["van-1", "warm"] == "presumed"
    assert told["van-2", "warm"] == "closed"
    assert {one.unknown_minutes for one in records} == {0}


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("registry.toml", None, "registry.toml: can't be read"),
        ("registry.toml", b"\xff", "not UTF-8"),
        ("registry.toml", b"devices = 3", r"no \[\[devices\]\]"),
        ("frames.jsonl", None, "frames.jsonl: can't be read"),
    ],
)
def test_a_folder_of_no_use_is_refused_in_one_line(
    tmp_path: Path, name: str, content: bytes | None, said: str
) -> None:
    (tmp_path / "registry.toml").write_text(dumps(REGISTRY))
    write(tmp_path, FRAMES)
    if content is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(FolderError, match=said):
        judge_folder(tmp_path, PROFILES)


def test_the_command_prints_the_records_and_nothing_else(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(folder, [b"no frame", *FRAMES])
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", str(folder), "--json"])
    out, err = capsys.readouterr()
    assert not ended.value.code
    said = json.loads(out)
    assert set(said) == {"excursions", "conditions", "rules", "parcels"}
    assert "door-open" in said["rules"]
    assert "device-silent" not in said["rules"], "a folder does not say when a frame was received"
    assert "line 1:" in err
    assert "frames judged: 12, refused: 1; excursions: 2, of them confirmed: 2; parcels: 0." in err


def test_what_is_for_a_file_is_refused_with_a_folder(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["evaluate", str(folder), "--tz", "UTC"])
    assert ended.value.code == 2
    assert "--tz is for a logger's file" in capsys.readouterr().err
