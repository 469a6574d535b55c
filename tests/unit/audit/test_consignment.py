"""Many parcels in one record: a shipment's, a van's; one bundle of theirs, checked."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from archive_made import KEY, numbered, seal_hourly
from parcel_day import PARCEL, START, everything, scan, warm_on_the_way

from audit.consignment import Consignment, consign, files_of, pack_consignment
from audit.container import pack, unpack
from audit.errors import AuditError
from audit.journal import journal
from audit.pages.consignment import consignment_document
from audit.pages.html import write_html
from audit.records import Archive, as_pdf, open_archive
from audit.signing import Signer
from audit.verify import verify
from audit.verify_set import VerifiedSet, as_one, is_set, verify_set
from coldchain.custody import encode_event
from coldchain.records import ExcursionRecord
from coldchain.times import HOUR_MS, MINUTE_MS, from_iso, iso

ZONE = ZoneInfo("Asia/Shanghai")
COLD = "106141415115000602"
SPAN = (START + 60 * MINUTE_MS, START + 160 * MINUTE_MS)


def excursion() -> ExcursionRecord:
    return ExcursionRecord(
        id="e1", state="closed", device="van-1", compartment="main", channel="main.product",
        limit="warm", severity="critical", profile="iced-seafood",
        start=iso(START + 80 * MINUTE_MS), confirmed=iso(START + 110 * MINUTE_MS),
        end=iso(START + 140 * MINUTE_MS), minutes=60.0, unknown_minutes=0.0, degree_minutes=300.0,
        peak=9.02, peak_at=iso(START + 90 * MINUTE_MS), as_of=1,
    )  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("archive")
    events = [scan(5, "loaded", "store-1", COLD), scan(58, "delivered", "store-1", COLD)]
    custody = numbered("custody", [(COLD, one.moment, encode_event(one)) for one in events])
    at = START + 141 * MINUTE_MS
    said = numbered("excursions", [("van-1", at, msgspec.json.encode(excursion()))])
    seal_hourly(made, [*everything(warm_on_the_way), *custody, *said])
    (made / "keys").mkdir()
    (made / "keys" / f"{KEY.public.fingerprint}.pem").write_text(KEY.public.pem())
    return made


def packed(archive: Archive) -> bytes:
    one = consign(archive, "0652", [PARCEL, COLD, "nobody's"])
    bundles = [
        (file.dossier.record.parcel, archive.bundle(file, KEY, ZONE, START))
        for file in files_of(archive, one.said, prove=True)
    ]
    return pack_consignment(one.said, bundles, {}, KEY, START)


@pytest.fixture(scope="module")
def good(folder: Path, monkeymodule: pytest.MonkeyPatch) -> bytes:
    # Without PDFs: what is tried here is the container, over and over.
    def none(*_: object) -> bytes:
        raise AuditError("no font")

    monkeymodule.setattr("audit.records.as_pdf", none)
    with open_archive(folder) as archive:
        made = packed(archive)
    monkeymodule.undo()
    return made


@pytest.fixture(scope="module")
def monkeymodule() -> pytest.MonkeyPatch:
    return pytest.MonkeyPatch()


def codes(found: VerifiedSet) -> list[str]:
    inner = [one.code for each in found.parcels.values() for one in each.faults]
    return [*(one.code for one in found.faults), *inner]


def test_a_shipment_has_each_parcels_verdict_gravest_first_and_names_what_is_missing(
    folder: Path,
) -> None:
    with open_archive(folder) as archive:
        one = consign(archive, "0652", [COLD, PARCEL, COLD, "nobody's"])
        assert [each.parcel for each in one.said.items] == [PARCEL, COLD]
        assert one.said.counts() == {"reject": 1, "review": 0, "accept": 1}
        assert one.said.verdict == "reject"
        assert one.said.missing == ["nobody's"]
        assert one.said.items[0].way == ["store-1/main", "van-1/main"]
        for language in ("zh-CN", "en"):
            page = write_html(consignment_document(one, language, ZONE)).decode()
            for said in (PARCEL, COLD, "nobody&#x27;s", "van-1 / main"):
                assert said in page or said.replace("&#x27;", "&#39;") in page, said
        with pytest.raises(AuditError, match="nothing is sealed of any"):
            consign(archive, "none", ["nobody's"])


def test_a_vans_record_has_its_readings_its_excursions_and_who_was_aboard(folder: Path) -> None:
    with open_archive(folder) as archive:
        own = journal(archive, "van-1", *SPAN)
        assert list(own.channels) == ["main.product"]
        readings = own.channels["main.product"]
        assert len(readings.times) == 100
        assert (readings.times[0], readings.times[-1]) == (SPAN[0], SPAN[1] - MINUTE_MS)
        assert [one.id for one in own.excursions] == ["e1"]
        assert own.profile("main") is not None
        one = consign(archive, "van-1", [PARCEL], "van-1", SPAN)
        document = consignment_document(one, "en", ZONE, own)
        page = write_html(document).decode()
        assert page.count("<svg") == 1
        assert "2026-11-23 17:20" in page, "the excursion's start"
        assert as_pdf(document, START, ZONE, None, None).startswith(b"%PDF")
        for device, start, end in (("van-9", *SPAN), ("van-1", SPAN[1], SPAN[0])):
            with pytest.raises(AuditError):
                journal(archive, device, start, end)
        later = from_iso("2027-01-01T00:00:00Z")
        with pytest.raises(AuditError, match="nothing is sealed"):
            journal(archive, "van-1", later, later + HOUR_MS)


def test_a_parcel_left_out_and_signed_by_another_key_is_found(good: bytes) -> None:
    """Each parcel's own bundle holds: it is who signs for them all that is another."""
    other = Signer.fresh()
    members = unpack(good)
    said = msgspec.json.decode(members["consignment.json"], type=Consignment)
    fewer = msgspec.structs.replace(
        said, items=[each for each in said.items if each.parcel == COLD], missing=[]
    )
    forged = pack_consignment(fewer, [(COLD, members[f"{COLD}.bundle"])], {}, other, START)
    for trusted in (KEY.public, None):
        found = verify_set(forged, trusted)
        assert codes(found) == ["other-key"]
        assert not found.holds
    nobody = pack_consignment(msgspec.structs.replace(fewer, items=[]), [], {}, other, START)
    assert codes(verify_set(nobody)) == ["other-key"]


def test_a_set_is_one_by_its_members_and_is_told_in_one_list(good: bytes) -> None:
    inner = unpack(good)[f"{COLD}.bundle"]
    assert not is_set(pack({"note": b"see consignment.json", **unpack(inner)}))
    assert is_set(good[:-5]), "cut short, it still is one"
    told = as_one(verify_set(good, KEY.public))
    assert told.holds
    assert told.parcel == "0652"
    assert [one.code for one in told.proved] == ["signature", "summary"]
    assert "origin" in [one.code for one in told.not_proved]
    assert "other-key" in [
        one.code for one in as_one(verify_set(good, Signer.fresh().public)).faults
    ]


def test_its_bundle_holds_and_each_parcels_verifies_by_itself_as_well(good: bytes) -> None:
    assert is_set(good)
    found = verify_set(good, KEY.public)
    assert codes(found) == []
    assert found.holds
    assert list(found.parcels) == [PARCEL, COLD]
    inner = unpack(good)[f"{PARCEL}.bundle"]
    assert not is_set(inner)
    assert verify(inner, KEY.public).holds
    assert codes(verify_set(good, Signer.fresh().public)) == ["other-key", "other-key"]


def test_a_changed_byte_anywhere_is_found(good: bytes) -> None:
    """Every 97th byte: each inner bundle is tried byte by byte in a test of its own."""
    changed = bytearray(good)
    for at in range(0, len(good), 97):
        changed[at] ^= 1 << at % 8
        assert codes(verify_set(bytes(changed))), f"byte {at} was changed, and nobody noticed"
        changed[at] = good[at]


def resigned(content: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    members = unpack(content)
    change(members)
    manifest = json.loads(members["manifest.json"])
    manifest["members"] = [
        {"name": name, "size": len(each), "sha256": sha256(each).hexdigest()}
        for name, each in members.items()
        if not name.startswith("manifest.")
    ]
    manifest["parcels"] = [n.removesuffix(".bundle") for n in members if n.endswith(".bundle")]
    members["manifest.json"] = json.dumps(manifest).encode()
    members["manifest.sig"] = KEY.sign(members["manifest.json"]).hex().encode()
    return pack(members)


def test_whoever_holds_the_key_cannot_whitewash_drop_or_exchange_a_parcel(good: bytes) -> None:
    def whitewash(members: dict[str, bytes]) -> None:
        text = members["consignment.json"]
        members["consignment.json"] = text.replace(
            b'"verdict": "reject"', b'"verdict": "accept"', 1
        )

    def drop(members: dict[str, bytes]) -> None:
        del members[f"{PARCEL}.bundle"]

    def exchange(members: dict[str, bytes]) -> None:
        members[f"{PARCEL}.bundle"] = members[f"{COLD}.bundle"]

    assert codes(verify_set(resigned(good, whitewash))) == ["summary-differs"]
    assert codes(verify_set(resigned(good, drop))) == ["summary-differs"]
    assert codes(verify_set(resigned(good, exchange))) == ["changed"]
