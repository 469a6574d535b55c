"""Who signed a disposition: its person's own key, vouched for by the archive's."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from audit.errors import AuditError
from audit.inspections import Disposition, decode_row, encode_row
from audit.people import checked, person_key, signed
from audit.signing import Signer

ARCHIVE, ZHANG, OTHER = Signer.fresh(), Signer.fresh(), Signer.fresh()
KEYS = {ARCHIVE.public.fingerprint: ARCHIVE.public}
BARE = Disposition(
    id="d-1", at="2026-11-23T08:00:00.000Z", by="zhang", parcel="p1", decision="hold",
    role="qm", reason="out of limits",
)  # fmt: skip


def test_a_disposition_is_its_persons_where_the_archive_vouches_for_the_key() -> None:
    row = decode_row(encode_row(signed(BARE, ZHANG, ARCHIVE)))
    assert isinstance(row, Disposition)
    assert checked(row, KEYS) == "own"
    assert checked(row, {}) == "unknown"
    assert checked(signed(BARE, ARCHIVE), KEYS) == "archive"
    assert checked(signed(BARE, OTHER), KEYS) == "unknown"


@pytest.mark.parametrize(
    "change",
    [
        {"decision": "release"},
        {"by": "li"},
        {"reason": "because"},
        {"public": OTHER.public.raw.hex()},
        {"public": "rubbish"},
        {"public": ""},
        {"key": ARCHIVE.public.fingerprint},
        {"vouched": "00" * 64},
        {"vouched": "rubbish"},
        {"signature": "00" * 64},
        {"signature": ""},
    ],
)
def test_whatever_is_changed_of_it_afterwards_is_false(change: dict[str, Any]) -> None:
    row = msgspec.structs.replace(signed(BARE, ZHANG, ARCHIVE), **change)
    assert checked(row, KEYS) in ("false", "unknown")
    if "public" not in change or change["public"]:
        assert checked(row, KEYS) == "false"


def test_a_key_that_was_vouched_for_as_anothers_does_not_do() -> None:
    theirs = signed(BARE, OTHER, ARCHIVE)
    stolen = msgspec.structs.replace(signed(BARE, OTHER, ZHANG), vouched=theirs.vouched)
    assert checked(stolen, KEYS) != "own"
    as_li = signed(msgspec.structs.replace(BARE, by="li"), ZHANG, ARCHIVE)
    moved = signed(BARE, ZHANG, ARCHIVE)
    moved = msgspec.structs.replace(moved, vouched=as_li.vouched)
    assert checked(moved, KEYS) == "false"


def test_a_row_from_before_people_had_keys_checks_as_it_did() -> None:
    fields = msgspec.to_builtins(msgspec.structs.replace(BARE, key=ARCHIVE.public.fingerprint))
    old = {k: v for k, v in fields.items() if k not in ("public", "vouched_by", "vouched")}
    old["signature"] = ARCHIVE.sign(msgspec.json.encode(old)).hex()
    row = decode_row(msgspec.json.encode(old))
    assert isinstance(row, Disposition)
    assert checked(row, KEYS) == "archive"


def test_a_persons_key_is_made_once_and_only_for_a_name_that_is_one(tmp_path: Path) -> None:
    first, again = person_key(tmp_path, "zhang-qm"), person_key(tmp_path, "zhang-qm")
    assert first.public == again.public
    assert (tmp_path / "zhang-qm.pem").stat().st_mode & 0o077 == 0
    for name in ("../zhang", "", ".hidden", "a/b", "x" * 200):
        with pytest.raises(AuditError, match="no name for a key"):
            person_key(tmp_path, name)
