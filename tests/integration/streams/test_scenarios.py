"""The library's scenarios through a real worker: what it says is what really happened."""

from pathlib import Path

import msgspec
import pytest
from van_city import at_last, what_holds
from worker_bench import Bench

from broker.topics import EXCURSIONS, REJECTED
from coldchain.custody import decode_event
from coldchain.frames import decode_frame
from coldchain.holding import that_hold
from coldchain.registry_toml import loads
from coldchain.scoring import score
from coldchain.truth import TruthFile
from ingest.folder import judge_folder
from runtime.profiles import load_profiles
from sensor_emulator import FolderTarget, Truth, load_scenario, run
from sensor_emulator.plan import plan

pytestmark = pytest.mark.integration

PROFILES = load_profiles()
#: How long it may take on a machine that is busy otherwise, seconds.
PATIENCE = 600.0
#: Records sent at once.
TOGETHER = 5_000


def emulated(name: str, minutes: int | None, folder: Path) -> TruthFile:
    """Have a scenario's first minutes, or all of it, carried out into a folder; what happened."""
    scenario = load_scenario(name, PROFILES)
    if minutes is not None:
        scenario = msgspec.structs.replace(scenario, duration_minutes=minutes)
    truth, target = Truth(), FolderTarget(folder)
    ledger = run(scenario, target, profiles=PROFILES, speed="max", truth=truth)
    target.close()
    return truth.document(plan(scenario), PROFILES, ledger.counts, 0)


def send(bench: Bench, folder: Path) -> None:
    """Register the folder's devices, and send its frames as their gateways did, and its scans."""
    bench.register(*loads((folder / "registry.toml").read_text(), "registry.toml"))
    bench.scan(*map(decode_event, (folder / "custody.jsonl").read_bytes().splitlines()))
    records: list[tuple[str, bytes, int]] = []
    for raw in (folder / "frames.jsonl").read_bytes().splitlines():
        frame = decode_frame(raw)
        records.append((frame.device, raw, frame.sent))
    for start in range(0, len(records), TOGETHER):
        bench.send(*records[start : start + TOGETHER])


@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    ("name", "minutes", "least"),
    [("compressor-failure-on-the-ring-road", None, 4), ("quiet-day", 180, 0)],
)
def test_a_worker_says_what_really_happened_as_a_batch_over_the_same_frames_does(
    bench: Bench, tmp_path: Path, name: str, minutes: int | None, least: int
) -> None:
    folder = tmp_path / "city"
    true = emulated(name, minutes, folder)
    send(bench, folder)
    with bench.worker("--settle", "1", "--leg-patience", "1"):
        bench.wait_done(PATIENCE)
    said = bench.said(EXCURSIONS)
    scored = score(true, said)
    assert scored.is_perfect, (scored.missed, scored.false_alarms)
    assert scored.healthy.true == scored.healthy.found >= least
    batch = judge_folder(folder, PROFILES)
    assert what_holds(bench) == {one.id: at_last(one) for one in that_hold(batch.records)}
    assert bench.records(REJECTED) == []
