"""Ratios in CI: what fails, and that each pair does the same on both sides."""

import json
from itertools import islice

import pytest

from bench.pairs import PAIRS, PureWorker, portions, roster_of
from bench.ratios import MOST, RECORDED, Pair, measured, worse
from bench.references import telegraf
from bench.references.work import Judge
from coldchain.frames import decode_frame


def test_a_ratio_that_is_a_quarter_worse_is_told_and_one_that_is_better_is_not() -> None:
    recorded = {"door": 2.0, "judging": 10.0}
    assert worse({"door": 2.0 * MOST, "judging": 1.0}, recorded) == []
    (line,) = worse({"door": 2.52, "judging": 10.0}, recorded)
    assert line.startswith("door: 2.52, recorded is 2.00")


def test_a_pair_that_is_measured_or_recorded_alone_is_told() -> None:
    assert len(worse({"new": 1.0}, {"gone": 1.0})) == 2


def test_every_pair_is_recorded() -> None:
    assert json.loads(RECORDED.read_text()).keys() == {pair.name for pair in PAIRS}


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_every_pair_runs(pair: Pair) -> None:
    (ratio,) = measured(pair, 1)
    assert ratio > 0


def test_the_bare_loop_and_a_worker_make_the_same_lines_of_the_same_frames() -> None:
    devices, rounds = 60, list(islice(portions("van"), 3))
    roster = roster_of("van", devices)
    known = {name: roster.find(name) for name in (f"van-{n:05}" for n in range(devices))}
    bare = Judge({name: one for name, one in known.items() if one is not None})
    worker = PureWorker(roster)
    for some in rounds:
        assert sorted(bare.judge(some)) == sorted(worker.do(some)[0])


def test_telegraf_is_given_the_lines_of_readings_that_a_worker_writes() -> None:
    (some,) = islice(portions("van"), 1)
    lines, _ = PureWorker(roster_of("van", 60)).do(some)
    written = {line for line in lines if line.startswith("reading,")}
    given = [telegraf.lines_of(decode_frame(one.value)).decode().split("\n") for one in some]
    assert {line for one in given for line in one} == written
