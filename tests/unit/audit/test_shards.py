"""Shards: every subject is found whole, and proved, however the entries came."""

from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.entries import Entry, encode_leaf
from audit.errors import AuditError
from audit.merkle import leaf_hash, root_of_range
from audit.shards import Shard, find, read_shard, shard_name, write_shard

HOUR = 1_763_884_800_000


def entry(subject: str, offset: int) -> Entry:
    return Entry("frames", subject, HOUR + offset % 7, 0, offset, f"{subject}/{offset}".encode())


def written(folder: Path, entries: list[Entry]) -> Shard:
    return write_shard(folder, shard_name("frames", HOUR, 1), entries)[0]


def test_a_shard_gives_back_what_was_put_in_and_its_root_is_that_of_its_leaves(
    tmp_path: Path,
) -> None:
    entries = [entry(f"van-{i % 5}", i) for i in range(20)]
    shard = written(tmp_path, entries)
    back = read_shard(tmp_path, shard)
    assert sorted(back, key=lambda e: e.offset) == entries
    assert [one.order for one in back] == sorted(one.order for one in entries)
    assert shard.size == 20
    assert (tmp_path / "frames/2025-11-23/08-00000001.parquet").is_file()


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 60), st.integers(1, 40), st.randoms())
def test_all_of_a_subject_is_found_with_its_neighbours_and_proved(
    tmp_path_factory: pytest.TempPathFactory, subjects: int, each: int, random: Random
) -> None:
    entries = [entry(f"van-{i % subjects}", i) for i in range(subjects * each)]
    random.shuffle(entries)
    folder = tmp_path_factory.mktemp("shards")
    shard = written(folder, entries)
    for subject in (f"van-{subjects // 2}", "van-0", "nobody", "somebody else"):
        run = find(folder, shard, subject)
        own = [one for one in entries if one.subject == subject]
        assert sorted(run.entries, key=lambda e: e.order) == run.entries
        assert set(run.entries) == set(own)
        leaves = [leaf_hash(encode_leaf(leaf)) for leaf in run.leaves]
        assert root_of_range(shard.size, run.first, leaves, run.proof) == shard.root
        mine = [leaf for leaf in run.leaves if leaf in {one.leaf for one in own}]
        assert len(mine) == len(own)
        before, after = run.first == 0, run.first + len(run.leaves) == shard.size
        assert len(run.leaves) >= len(own) + (not before) + (not after)


def test_a_shard_of_thousands_is_read_only_about_its_subject(tmp_path: Path) -> None:
    entries = [entry(f"van-{i % 400:04}", i) for i in range(12_000)]
    shard = written(tmp_path, entries)
    assert len(shard.hashes) == 47
    run = find(tmp_path, shard, "van-0123")
    assert [e.offset for e in sorted(run.entries, key=lambda e: e.offset)] == list(
        range(123, 12_000, 400)
    )
    assert len(shard.blocks_with("van-0123")) <= 4


def test_a_shard_left_by_a_crash_is_replaced_and_a_lost_one_is_named(tmp_path: Path) -> None:
    written(tmp_path, [entry("van-1", 1)])
    shard = written(tmp_path, [entry("van-1", 1), entry("van-2", 2)])
    assert len(read_shard(tmp_path, shard)) == 2
    (tmp_path / shard.name).unlink()
    with pytest.raises(AuditError, match="is gone: removed after its retention"):
        find(tmp_path, shard, "van-1")
