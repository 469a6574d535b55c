"""Seals left with somebody else, and what they prove of a bundle's time."""

from pathlib import Path

import msgspec
import pytest
from archive_made import KEY, seal_hourly
from parcel_day import PARCEL, START, everything

from audit.bundle import Contents, make_bundle
from audit.catalog import open_to_write
from audit.deposit import deposit
from audit.dossier import dossier
from audit.judging import review
from audit.reader import gather
from audit.seals import decode_signed, sign_seal
from audit.verify import verify
from coldchain.times import DAY_MS

NEXT_DAY = START + DAY_MS


def test_each_days_last_seal_is_left_once_and_never_changed(tmp_path: Path) -> None:
    seal_hourly(tmp_path / "archive", everything())
    place = tmp_path / "authority"
    place.mkdir()
    with open_to_write(tmp_path / "archive") as catalog:
        assert deposit(catalog, [str(place)], START, tmp_path) == 1, (
            "the day is not over: the one before is"
        )
        assert deposit(catalog, [str(place)], NEXT_DAY, tmp_path) == 1
        assert deposit(catalog, [str(place)], NEXT_DAY, tmp_path) == 0
        last = catalog.last()
    kept = sorted(file.name for file in place.iterdir())
    assert kept == ["2026-11-22.seal.json", "2026-11-23.seal.json"]
    assert decode_signed((place / kept[1]).read_bytes()) == last


def test_a_place_that_takes_nothing_is_tried_again(tmp_path: Path) -> None:
    seal_hourly(tmp_path / "archive", everything())
    place = tmp_path / "not mounted yet"
    with open_to_write(tmp_path / "archive") as catalog:
        assert deposit(catalog, [str(place), "nothing-known://x"], NEXT_DAY, tmp_path) == 0
        place.mkdir()
        (place / "2026-11-23.seal.json").write_text("another")
        assert deposit(catalog, [str(place)], NEXT_DAY, tmp_path) == 1
    assert (place / "2026-11-23.seal.json").read_text() == "another"


@pytest.fixture
def packed(tmp_path: Path) -> bytes:
    seal_hourly(tmp_path, everything())
    with open_to_write(tmp_path) as catalog:
        found = gather(catalog, tmp_path, PARCEL)
    made = dossier(found.evidence, review(found.evidence), found.as_of)
    return make_bundle(Contents(found, made, {}), KEY, NEXT_DAY)


def test_a_deposited_seal_proves_the_time_of_what_is_under_it(
    packed: bytes, tmp_path: Path
) -> None:
    with open_to_write(tmp_path) as catalog:
        last = catalog.last()
    assert last is not None
    found = verify(packed, KEY.public, last)
    assert found.holds
    assert "deposit" in [one.code for one in found.proved]
    assert "time" not in [one.code for one in found.not_proved]


def test_another_seal_than_the_one_deposited_is_a_fault(packed: bytes, tmp_path: Path) -> None:
    with open_to_write(tmp_path) as catalog:
        last = catalog.last()
    assert last is not None
    other = sign_seal(msgspec.structs.replace(last.seal, previous="00" * 32), KEY)
    assert [one.code for one in verify(packed, KEY.public, other).faults] == ["deposit-differs"]
    later = sign_seal(msgspec.structs.replace(last.seal, number=99), KEY)
    assert [one.code for one in verify(packed, KEY.public, later).faults] == ["deposit-apart"]
