"""Evidence is unpacked a part at a time, and only as much of it as is ever made."""

import gzip
import tracemalloc

import msgspec
import pytest

from audit import checks
from audit.bundle import Line
from audit.checks import Fault, lines_of


def line(number: int) -> bytes:
    made = Line(
        seal=1, shard="s", kind="frames", subject="van-1", first=number,
        before=None, after=None, entries=[], proof=[],
    )  # fmt: skip
    return msgspec.json.encode(made)


def test_lines_come_whole_however_the_parts_fall(monkeypatch: pytest.MonkeyPatch) -> None:
    packed = gzip.compress(b"\n".join(line(number) for number in range(200)))
    for part in (1, 7, 64, 1 << 20):
        monkeypatch.setattr(checks, "PART_BYTES", part)
        assert [one.first for one in lines_of(packed)] == list(range(200))


def test_a_bomb_of_one_line_is_refused_with_little_memory() -> None:
    packed = gzip.compress(b"[" * 600_000_000, compresslevel=1)
    tracemalloc.start()
    try:
        with pytest.raises(Fault) as fault:
            list(lines_of(packed))
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert fault.value.statement.values["what"] == "larger than any that is made"
    assert most < 5 * checks.MOST_LINE_BYTES


def test_evidence_that_was_cut_short_is_no_evidence() -> None:
    packed = gzip.compress(line(0) + b"\n" + line(1))
    with pytest.raises(Fault) as fault:
        list(lines_of(packed[:-9]))
    assert fault.value.statement.code == "evidence"
