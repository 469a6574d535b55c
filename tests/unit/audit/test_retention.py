"""What is kept how long: by the goods in use; seals and what people entered for ever."""

import re
from pathlib import Path

import msgspec
import pytest
from archive_made import KEY, numbered, seal_hourly
from parcel_day import FISH, PARCEL, START, everything, scan

from audit.entries import Entry
from audit.errors import AuditError
from audit.inspections import Pruned, decode_row, sentence
from audit.ledger import open_ledger
from audit.records import open_archive
from audit.retention import FOR_EVER, due, prune
from audit.seals import check_chain
from coldchain.custody import encode_event
from coldchain.times import DAY_MS, HOUR_MS
from runtime.profiles import profile_texts


def asking(days: int, name: str = FISH) -> Entry:
    """A profile that asks for so many days."""
    text = re.sub(r"(retention_days = \{ value = )\d+", rf"\g<1>{days}", profile_texts()[name])
    (made,) = numbered("profiles", [(name, START - 24 * HOUR_MS, text.encode())])
    return made


def archived(folder: Path, *profiles: Entry, more: tuple[Entry, ...] = ()) -> None:
    rest = [one for one in everything() if one.kind != "profiles"]
    seal_hourly(folder, [*profiles, *rest, *more])


def test_nothing_is_due_before_its_goods_retention_and_all_of_its_day_after_it(
    tmp_path: Path,
) -> None:
    archived(tmp_path, asking(100))
    with open_archive(tmp_path) as archive:
        assert due(archive, START + 99 * DAY_MS) == []
        found = due(archive, START + 101 * DAY_MS)
        assert {one.shard.kind for one in found} == {"frames", "custody"}
        assert {one.days for one in found} == {100}
        hours = [one.shard.hour for one in found]
        assert hours == sorted(hours)


def test_the_longest_of_the_goods_in_use_counts(tmp_path: Path) -> None:
    medicine = "medicine-2-8-gsp"
    event = msgspec.structs.replace(scan(6, "loaded", "store-1", "m1"), profile=medicine)
    (entry,) = numbered("custody", [("m1", event.moment, encode_event(event))])
    other = Entry("custody", "m1", entry.received, 1, 0, entry.value)
    archived(tmp_path, asking(100), asking(1_800, medicine), more=(other,))
    with open_archive(tmp_path) as archive:
        late = due(archive, START + 101 * DAY_MS)
        assert all(one.shard.hour < event.moment - HOUR_MS for one in late), "before it came"
        assert {one.days for one in due(archive, START + 1_801 * DAY_MS)} >= {1_800}


def test_goods_whose_profile_is_not_archived_are_kept_longest(tmp_path: Path) -> None:
    archived(tmp_path, asking(100, "berries"))
    with open_archive(tmp_path) as archive:
        assert due(archive, START + 3_000 * DAY_MS) == []


def test_what_is_removed_is_noted_and_the_chain_of_seals_still_holds(tmp_path: Path) -> None:
    archived(tmp_path, asking(100))
    now = START + 101 * DAY_MS
    with open_archive(tmp_path) as archive, open_ledger(tmp_path) as ledger:
        found = due(archive, now)
        row = prune(archive, ledger, now, "zhang", found)
        assert (row.shards, row.entries) == (len(found), sum(one.shard.size for one in found))
        assert due(archive, now) == []
        (noted,) = [decode_row(one.value) for one in ledger.of("archive")]
        assert isinstance(noted, Pruned)
        for language in ("zh-CN", "en"):
            assert "zhang" in sentence(ledger.of("archive")[0].value, language, str)
        check_chain(archive.catalog.seals(1, 99), [KEY.public])
        with pytest.raises(AuditError, match="removed after its retention"):
            archive.record(PARCEL)
    left = {path.parts[-3] for path in (tmp_path / "shards").rglob("*.parquet")}
    assert left <= FOR_EVER
