"""Bundles: made from an archive, checked from their bytes alone."""

import gzip
import json
import struct
import zlib
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest
from archive_made import KEY, numbered, seal_hourly
from hypothesis import given, settings
from hypothesis import strategies as st
from parcel_day import PARCEL, START, everything, warm_on_the_way

from audit.bundle import Contents, make_bundle
from audit.catalog import open_to_read
from audit.container import ContainerError, pack, unpack
from audit.dossier import dossier
from audit.errors import AuditError
from audit.inspections import Disposition, encode_row
from audit.judging import review
from audit.people import signed
from audit.reader import gather
from audit.signing import Signer
from audit.verify import Verified, verify
from coldchain.times import HOUR_MS, iso


def bundle(folder: Path, signer: Signer = KEY, parcel: str = PARCEL) -> bytes:
    with open_to_read(folder) as catalog:
        found = gather(catalog, folder, parcel)
    made = dossier(found.evidence, review(found.evidence), found.as_of)
    pages = {"record.en.html": b"<p>a page</p>"}
    return make_bundle(Contents(found, made, pages), signer, START + 48 * HOUR_MS)


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("archive")
    seal_hourly(folder, everything())
    return bundle(folder)


def codes(found: Verified) -> list[str]:
    return [one.code for one in found.faults]


def resigned(packed: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    """A bundle whose members were changed by somebody who holds the key."""
    members = unpack(packed)
    change(members)
    manifest = json.loads(members["manifest.json"])
    manifest["members"] = [
        {"name": name, "size": len(content), "sha256": sha256(content).hexdigest()}
        for name, content in members.items()
        if not name.startswith("manifest.")
    ]
    members["manifest.json"] = json.dumps(manifest).encode()
    members["manifest.sig"] = KEY.sign(members["manifest.json"]).hex().encode()
    return pack(members)


def with_lines(packed: bytes, change: Callable[[list[dict]], list[dict]]) -> bytes:  # type: ignore[type-arg]
    def edit(members: dict[str, bytes]) -> None:
        lines = gzip.decompress(members["evidence.jsonl.gz"]).splitlines()
        changed = change([json.loads(line) for line in lines])
        text = b"".join(json.dumps(line).encode() + b"\n" for line in changed)
        members["evidence.jsonl.gz"] = gzip.compress(text, mtime=0)

    return resigned(packed, edit)


def test_a_good_bundle_proves_its_verdict_and_says_what_it_does_not_prove(good: bytes) -> None:
    found = verify(good, KEY.public)
    assert codes(found) == []
    assert [one.code for one in found.proved] == [
        "signature", "chain", "trusted", "inclusion", "complete", "record"
    ]  # fmt: skip
    assert {"origin", "time", "later"} <= {one.code for one in found.not_proved}
    assert found.dossier is not None
    assert found.dossier.record.verdict == "accept"
    assert [one.device for one in found.dossier.record.stretches] == ["store-1", "van-1"]
    for statement in (*found.proved, *found.not_proved):
        assert statement.text("en") != statement.text("zh-CN")


def test_without_a_key_it_holds_but_whose_it_is_is_said_to_be_unproved(good: bytes) -> None:
    found = verify(good)
    assert found.holds
    assert "whose-key" in [one.code for one in found.not_proved]


def test_another_key_than_the_one_given_is_a_fault(good: bytes) -> None:
    assert codes(verify(good, Signer.fresh().public)) == ["other-key"]


def test_a_warm_parcel_is_rejected_by_whoever_checks(tmp_path: Path) -> None:
    seal_hourly(tmp_path, everything(warm_on_the_way))
    found = verify(bundle(tmp_path), KEY.public)
    assert codes(found) == []
    assert found.dossier is not None
    assert found.dossier.record.verdict == "reject"
    assert {one.device for one in found.dossier.excursions if one.confirmed} == {"van-1"}


def test_every_single_byte_changed_is_found(good: bytes) -> None:
    """Exhaustive: each byte of a small bundle, one bit of it."""
    changed = bytearray(good)
    for at in range(len(good)):
        changed[at] ^= 1 << at % 8
        assert codes(verify(bytes(changed))), f"byte {at} was changed, and nobody noticed"
        changed[at] = good[at]


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_any_byte_changed_to_anything_is_found_and_named(good: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(good) - 1))
    value = data.draw(st.integers(0, 255).filter(lambda one: one != good[at]))
    (fault,) = verify(good[:at] + bytes([value]) + good[at + 1 :], KEY.public).faults
    assert fault.text()


@pytest.mark.parametrize("cut", [1, 100, 5_000])
def test_a_bundle_cut_short_or_added_to_is_refused(good: bytes, cut: int) -> None:
    assert codes(verify(good[:-cut])) == ["container"]
    assert codes(verify(good + b"\0" * cut)) == ["container"]
    assert codes(verify(b"")) == ["container"]


def test_a_changed_frame_is_found_even_when_the_holder_of_the_key_signs_again(
    good: bytes,
) -> None:
    def change(lines: list[dict]) -> list[dict]:  # type: ignore[type-arg]
        one = next(line for line in lines if line["kind"] == "frames" and line["entries"])
        text = one["entries"][0]["text"]
        one["entries"][0]["text"] = text.replace('"seq":', '"seq": ')
        return lines

    assert codes(verify(with_lines(good, change))) == ["proof"]


def test_frames_taken_out_or_put_in_another_order_are_found(good: bytes) -> None:
    def without(lines: list[dict]) -> list[dict]:  # type: ignore[type-arg]
        one = next(line for line in lines if len(line["entries"]) > 2)
        del one["entries"][1]
        return lines

    def turned(lines: list[dict]) -> list[dict]:  # type: ignore[type-arg]
        one = next(line for line in lines if len(line["entries"]) > 2)
        one["entries"][0], one["entries"][1] = one["entries"][1], one["entries"][0]
        return lines

    def without_shard(lines: list[dict]) -> list[dict]:  # type: ignore[type-arg]
        where = next(
            i for i, line in enumerate(lines) if line["kind"] == "frames" and line["entries"]
        )
        return lines[:where] + lines[where + 1 :]

    assert codes(verify(with_lines(good, without))) == ["proof"]
    assert codes(verify(with_lines(good, turned))) == ["proof"]
    assert codes(verify(with_lines(good, without_shard))) == ["left-out"]


def test_a_verdict_that_the_frames_do_not_bear_out_is_found(good: bytes) -> None:
    def whitewash(members: dict[str, bytes]) -> None:
        members["record.json"] = members["record.json"].replace(b'"accept"', b'"reject"')

    found = verify(resigned(good, whitewash))
    assert codes(found) == ["record-differs"]
    assert "reject" in found.faults[0].text()


def test_a_seal_left_out_and_a_narrower_scope_are_found(good: bytes) -> None:
    def fewer(members: dict[str, bytes]) -> None:
        lines = members["seals.jsonl"].splitlines(keepends=True)
        members["seals.jsonl"] = b"".join(lines[:1] + lines[2:])

    assert codes(verify(resigned(good, fewer))) == ["seal"]

    def narrow(members: dict[str, bytes]) -> None:
        manifest = json.loads(members["manifest.json"])
        manifest["devices"]["van-1"] = manifest["last"]
        members["manifest.json"] = json.dumps(manifest).encode()

    assert codes(verify(resigned(good, narrow))) == ["too-late"]


def test_frames_that_never_came_are_named_by_their_own_counting(tmp_path: Path) -> None:
    entries = [e for e in everything() if not (e.subject == "van-1" and b'"seq":9,' in e.value)]
    seal_hourly(tmp_path, entries)
    found = verify(bundle(tmp_path), KEY.public)
    assert found.holds
    (missing,) = [one for one in found.not_proved if one.code == "missing-frames"]
    assert missing.values == {"device": "van-1", "boot": 3, "frames": "9"}


def test_a_parcel_that_nobody_scanned_is_said_to_be_unknown(tmp_path: Path) -> None:
    seal_hourly(tmp_path, everything())
    with open_to_read(tmp_path) as catalog, pytest.raises(AuditError, match="nothing is sealed"):
        gather(catalog, tmp_path, "nobody's")


def test_dispositions_are_held_against_their_signatures(tmp_path: Path) -> None:
    row = Disposition(
        id="d-1", at=iso(START), by="zhang", parcel=PARCEL, decision="hold", role="qm", reason="w"
    )
    true, strange = signed(row, KEY), signed(row, Signer.fresh())
    false = msgspec.structs.replace(true, decision="release")
    for one, code in ((true, "disposition"), (strange, "disposition-key")):
        folder = tmp_path / code
        rows = numbered("inspections", [(PARCEL, START, encode_row(one))])
        seal_hourly(folder, [*everything(), *rows])
        found = verify(bundle(folder), KEY.public)
        assert found.holds
        assert code in [s.code for s in (*found.proved, *found.not_proved)]
    own = signed(row, Signer.fresh(), KEY)
    seal_hourly(
        tmp_path / "own",
        [*everything(), *numbered("inspections", [(PARCEL, START, encode_row(own))])],
    )
    found = verify(bundle(tmp_path / "own"), KEY.public)
    assert "disposition-own" in [s.code for s in found.proved]
    assert "disposition-whose" not in [s.code for s in found.not_proved]
    seal_hourly(
        tmp_path / "false",
        [*everything(), *numbered("inspections", [(PARCEL, START, encode_row(false))])],
    )
    assert codes(verify(bundle(tmp_path / "false"))) == ["disposition-false"]


def test_members_that_lie_in_one_another_are_refused_before_they_are_read() -> None:
    """Each holds all that follow: two megabytes that read as a thousand."""
    content, members = b"\0" * 1_000_000, []
    for number in range(1_000):
        name, crc = b"%06d" % number, zlib.crc32(content)
        sizes = (33, crc, len(content), len(content), len(name))
        head = struct.pack("<4s5H3I2H", b"PK\3\4", 20, 0, 0, 0, *sizes, 0) + name
        content = head + content
        members.append((name, sizes, len(content)))
    table = b"".join(
        struct.pack("<4s4B4HL2L5H2L", b"PK\1\2", 20, 3, 20, 0, 0, 0, 0, *sizes, 0, 0, 0, 0, 0,
                    len(content) - after) + name
        for name, sizes, after in reversed(members)
    )  # fmt: skip
    count = len(members)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, len(table), len(content), 0)
    with pytest.raises(ContainerError, match="larger than the file"):
        unpack(content + table + end)


@pytest.mark.parametrize(
    ("field", "value"), [("last", 2**70), ("last", 0), ("first", 2**63), ("first", -1)]
)
def test_a_scope_that_no_archive_has_is_a_fault_and_no_crash(
    good: bytes, field: str, value: int
) -> None:
    def edit(members: dict[str, bytes]) -> None:
        manifest = json.loads(members["manifest.json"])
        manifest[field] = value
        members["manifest.json"] = json.dumps(manifest).encode()

    assert codes(verify(resigned(good, edit))) == ["seal"]


@pytest.mark.parametrize("name", ["seals.jsonl", "evidence.jsonl.gz", "record.json"])
def test_a_member_that_is_neither_there_nor_listed_is_named(good: bytes, name: str) -> None:
    def edit(members: dict[str, bytes]) -> None:
        del members[name]

    found = verify(resigned(good, edit))
    assert [(one.code, one.values) for one in found.faults] == [("gone", {"member": name})]


def test_a_seal_of_no_moment_is_a_fault(good: bytes) -> None:
    def edit(members: dict[str, bytes]) -> None:
        members["seals.jsonl"] = members["seals.jsonl"].replace(b'"at":"2026-11', b'"at":"2026-99')

    assert codes(verify(resigned(good, edit))) == ["seal"]
