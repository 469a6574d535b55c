"""A logger's own file through Kafka and the worker: judged as `coldchain evaluate` judges it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from worker_bench import ROOT, Bench

from broker.topics import EXCURSIONS, REJECTED
from runtime.profiles import load_profiles

pytestmark = pytest.mark.integration

FILES = ROOT.parent / "shared" / "data" / "foodsafety"
COLDCHAIN = str(Path(sys.executable).with_name("coldchain"))


def coldchain(bench: Bench, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [COLDCHAIN, *arguments],
        env={**os.environ, **bench.environment},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("item", [3, 7, 8])
def test_a_real_loggers_file_is_judged_alike_by_the_stream_and_by_evaluate(
    bench: Bench, item: int
) -> None:
    file = FILES / f"item{item}.csv"
    if not file.exists():
        pytest.skip(f"the real loggers' files are not beside this checkout: {file.name}")
    sent = coldchain(
        bench,
        *("ingest", "replay", str(file), "--device", "tag-1", "--register"),
        *("--profile", "iced-seafood", "--json"),
    )
    assert sent.returncode == 0, sent.stderr
    with bench.worker():
        bench.wait_committed()

    [judged] = json.loads(
        coldchain(bench, "evaluate", str(file), "--profile", "iced-seafood", "--json").stdout
    )
    # Cumulative limits belong to a parcel, or to the file: a compartment does not answer for them.
    its_own = {
        limit.id
        for limit in load_profiles()["iced-seafood"].limits
        if limit.judges("product") and limit.mode == "consecutive"
    }
    keys = ("limit", "start", "confirmed", "end", "peak", "minutes", "degree_minutes")
    told = [
        tuple(getattr(one, key) for key in keys) for one in bench.excursions(EXCURSIONS).values()
    ]
    expected = [
        tuple(one[key] for key in keys) for one in judged["excursions"] if one["limit"] in its_own
    ]
    assert sorted(map(repr, told)) == sorted(map(repr, expected))
    assert expected
    assert bench.readings_stored() == judged["readings"]
    assert bench.records(REJECTED) == []
