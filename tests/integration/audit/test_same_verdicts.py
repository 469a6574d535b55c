"""What the archive says of a parcel is what a batch over everything that was sent says."""

import subprocess
import sys
from pathlib import Path

import pytest
from archive_made import entries_of_folder, seal_hourly

from audit.records import open_archive
from ingest.folder import judge_folder
from runtime.profiles import load_profiles

pytestmark = pytest.mark.integration


def test_an_emulated_mornings_parcels_have_the_same_records_from_the_archive(
    tmp_path: Path,
) -> None:
    city = tmp_path / "city"
    wanted = ("emulate", "--scenario", "demo-morning", "--to", str(city))
    program = "from runtime.cli import main; main()"
    subprocess.run([sys.executable, "-c", program, *wanted], check=True, capture_output=True)
    seal_hourly(tmp_path / "archive", entries_of_folder(city))
    batch = judge_folder(city, load_profiles()).parcels
    assert len(batch) > 100
    worst = [one for one in batch if one.verdict != "accept"]
    chosen = {one.parcel: one for one in [*batch[::6], *worst[:8]]}
    with open_archive(tmp_path / "archive") as archive:
        for parcel, expected in chosen.items():
            assert archive.record(parcel).dossier.record == expected
