"""A disk that is full: what Kafka has is forgotten, what comes is refused, and it heals."""

import contextlib
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.door.records import Record
from ingest.door.reserve import Reserve
from ingest.door.spool import Spool, SpoolFullError

pytestmark = pytest.mark.integration


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = shutil.which("mount") or "/bin/mount"
    command = [mount, "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("no small disk can be mounted here: it takes root's rights")
    yield place
    subprocess.run([shutil.which("umount") or "/bin/umount", str(place)], check=True)


def fill(disk: Path) -> Path:
    """Another program's file, as large as the disk lets it be."""
    filler = disk / "another's"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(4096)):
            pass
    assert shutil.disk_usage(disk).free == 0
    return filler


def append_until_refused(spool: Spool) -> int:
    """How many were taken before."""
    for number in range(10_000):
        try:
            spool.append([frame(number)])
        except SpoolFullError:
            return number
    raise AssertionError("the disk never gets full")


def frame(number: int) -> Record:
    return Record("frames", b"van-1", b"x" * 2_000, number)


def test_on_a_full_disk_what_kafka_has_is_forgotten_and_it_heals(disk: Path) -> None:
    path = disk / "spool.sqlite"
    spool = Spool(path, 1_000_000_000)
    kept = append_until_refused(spool)
    assert spool.held == kept > 100
    assert spool.is_broken
    filler = fill(disk)

    spool.close()
    Reserve(path.with_suffix(".reserve")).make_room()
    spool = Spool(path, 1_000_000_000)
    assert spool.held == kept
    while rows := spool.oldest(50, 8_000_000):
        spool.remove(number for number, _ in rows)
    filler.unlink()
    spool.append([frame(1)])
    assert spool.held == 1
    spool.close()


def test_a_disk_that_another_filled_takes_nothing_until_it_has_room_for_forgetting(
    disk: Path,
) -> None:
    spool = Spool(disk / "spool.sqlite", 1_000_000_000)
    spool.append([frame(number) for number in range(300)])
    filler = fill(disk)
    spool.remove([number for number, _ in spool.oldest(300, 8_000_000)][:299])
    assert spool.held == 1
    append_until_refused(spool)
    filler.unlink()
    spool.append([frame(1)])
    assert not spool.is_broken
    spool.close()
