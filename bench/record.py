"""One parcel's record with plots, out of an archive of a million: `coldchain audit record`.

    .venv/bin/python bench/record.py [--parcels 1000000] [--devices 300] [--keep DIR]

Makes an archive of ten days: every parcel is scanned into a store, a van, and delivered; the
devices of the last three days send a frame a minute. Then parcels taken here and there are read,
judged and written, in this process and by the command; medians. `--keep` leaves the archive for
another run. Filling a million takes about two minutes of CPU, 420 MB of disk.
"""

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec

from audit.catalog import open_to_write
from audit.entries import Entry
from audit.records import open_archive
from audit.sealing import Batch, seal
from audit.signing import make_key, read_key
from coldchain.custody import CustodyEvent, encode_event
from coldchain.frames import Channel, Frame, encode_frame
from coldchain.registry import CompartmentEntry, Registration
from coldchain.registry import Entry as Registered
from coldchain.times import DAY_MS, HOUR_MS, MINUTE_MS, from_iso, iso
from runtime.profiles import profile_texts

TARGET_S = 2.0
START = from_iso("2026-11-10T00:00:00Z")
DAYS = 10
#: Frames are made of the last days: a record looks no further back than its own.
FRAMES_FROM = (DAYS - 3) * 24
PROFILE = "iced-seafood"
ZONE = ZoneInfo("Asia/Shanghai")


def scans(hour: int, count: int, devices: int) -> Iterator[CustodyEvent]:
    """The scans of the parcels that set out in an hour: store, van, door."""
    start = START + hour * HOUR_MS
    for n in range(count):
        number = hour * count + n
        parcel = f"1061414{number:011}"
        store, van = f"store-{number % (devices // 10):04}", f"van-{number % devices:04}"
        at = start + n * 3_000_000 // count
        steps = (
            ("loaded", store, at),
            ("unloaded", store, at + 20 * MINUTE_MS),
            ("loaded", van, at + 22 * MINUTE_MS),
            ("delivered", van, at + 140 * MINUTE_MS),
        )
        for act, device, moment in steps:
            yield CustodyEvent(
                id=f"{number:x}-{act[0]}-{device}",
                parcel=parcel,
                act=act,  # type: ignore[arg-type]
                at=iso(moment),
                device=device,
                profile=PROFILE if act == "loaded" else "",
                giver="keeper-1",
                receiver="driver-7",
            )


def names(devices: int) -> list[str]:
    stores = [f"store-{i:04}" for i in range(devices // 10)]
    return stores + [f"van-{i:04}" for i in range(devices)]


def frames(hour: int, devices: int) -> Iterator[Entry]:
    """A frame a minute of every device: two channels of two samples, doors now and then."""
    offset = 0
    for minute in range(60):
        sent = START + hour * HOUR_MS + minute * MINUTE_MS
        for number, device in enumerate(names(devices)):
            warm = 5.0 if number % 17 == 0 and minute < 40 else 2.0
            values = [warm + (minute * 7 + number) % 10 / 20 for _ in range(2)]
            channels = [
                Channel(name=f"main.{what}", start=sent - 60_000, step=30_000, values=[*values])
                for what in ("air", "product")
            ]
            one = Frame(
                v=1, device=device, boot=1, seq=hour * 60 + minute, sent=sent, channels=channels
            )
            yield Entry("frames", device, sent + 1_000, 0, offset, encode_frame(one))
            offset += 1


def registrations(devices: int) -> Iterator[Entry]:
    for offset, device in enumerate(names(devices)):
        entry = Registered(
            since=iso(START - DAY_MS),
            kind="van",
            asset=device,
            compartments={"main": CompartmentEntry(profile=PROFILE)},
        )
        value = msgspec.json.encode(Registration(device=device, history=[entry]))
        yield Entry("registry", device, START - HOUR_MS, 0, offset, value)


def build(folder: Path, parcels: int, devices: int) -> None:
    """The archive, sealed hour by hour."""
    signer = make_key(folder / "key.pem")
    hours = DAYS * 24
    each = parcels // hours
    began = time.monotonic()
    profile = Entry("profiles", PROFILE, START - HOUR_MS, 0, 0, profile_texts()[PROFILE].encode())
    waiting: dict[int, list[Entry]] = {}
    with open_to_write(folder) as catalog:
        before = Batch([profile, *registrations(devices)])
        seal(catalog, folder, signer, before, START - MINUTE_MS)
        for hour in range(hours + 4):
            if hour < hours:
                for offset, event in enumerate(scans(hour, each, devices)):
                    at = event.moment
                    value = encode_event(event)
                    entry = Entry("custody", event.parcel, at, 0, hour * 10**6 + offset, value)
                    waiting.setdefault((at - START) // HOUR_MS, []).append(entry)
            entries = waiting.pop(hour, [])
            if hour >= FRAMES_FROM:
                entries += frames(hour, devices)
            if entries:
                seal(catalog, folder, signer, Batch(entries), START + (hour + 1) * HOUR_MS)
            if hour % 24 == 23:
                print(f"  day {hour // 24 + 1} of {DAYS} sealed, {time.monotonic() - began:.0f} s")
    keys = folder / "keys"
    keys.mkdir()
    public = read_key(folder / "key.pem").public
    (keys / f"{public.fingerprint}.pem").write_text(public.pem())


def cpu() -> float:
    """Seconds of CPU used so far, by this process and the commands it ran."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def timed(work: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Medians: seconds gone by, seconds of CPU."""
    spent: list[tuple[float, float]] = []
    for _ in range(rounds):
        began = time.perf_counter(), cpu()
        work()
        spent.append((time.perf_counter() - began[0], cpu() - began[1]))
    gone, used = zip(*spent, strict=True)
    return statistics.median(gone), statistics.median(used)


def some_parcels(parcels: int, count: int) -> list[str]:
    """Parcels of the days of which there are frames, far apart."""
    each = parcels // (DAYS * 24)
    hours = [FRAMES_FROM + 8 + i * 53 // count for i in range(count)]
    return [f"1061414{hour * each + (i * 997) % each:011}" for i, hour in enumerate(hours)]


def measure(folder: Path, parcels: int, rounds: int) -> list[tuple[str, tuple[float, float]]]:
    chosen = some_parcels(parcels, rounds)
    signer = read_key(folder / "key.pem")
    with open_archive(folder, folder / "fonts") as archive:
        one = archive.record(chosen[0])
        if len(one.dossier.record.stretches) != 2 or not one.reviewed.channels[1]:
            raise SystemExit(f"{chosen[0]}: not the record that was to be measured")
        turn = iter(chosen * 10)
        found = [
            ("once: the font cut down, and a PDF", timed(lambda: one.pdf("zh-CN", ZONE), 1)),
            ("record judged", timed(lambda: archive.record(next(turn)), rounds)),
            (
                "record as HTML with plots",
                timed(lambda: archive.record(next(turn)).html("zh-CN", ZONE), rounds),
            ),
            (
                "record as PDF with plots",
                timed(lambda: archive.record(next(turn)).pdf("zh-CN", ZONE), rounds),
            ),
            (
                "record as PDF, English",
                timed(lambda: archive.record(next(turn)).pdf("en", ZONE), rounds),
            ),
            (
                "bundle, both languages",
                timed(
                    lambda: archive.bundle(
                        archive.record(next(turn), prove=True), signer, ZONE, START
                    ),
                    rounds,
                ),
            ),
        ]
    environment = {
        **os.environ,
        "COLDCHAIN_AUDIT_FOLDER": str(folder),
        "COLDCHAIN_AUDIT_KEY": str(folder / "key.pem"),
        "COLDCHAIN_CACHE": str(folder),
    }

    def command(form: str) -> None:
        wanted = ("audit", "record", next(turn), "--as", form, "--out", str(folder / "out"))
        program = "from runtime.cli import main; main()"
        subprocess.run(
            [sys.executable, "-c", program, *wanted], check=True, env=environment,
            stdout=subprocess.DEVNULL,
        )  # fmt: skip

    for form in ("html", "pdf"):
        name = f"`coldchain audit record --as {form}`, the whole command"
        found.append((name, timed(partial(command, form), rounds)))
    return found


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--parcels", type=int, default=1_000_000)
    options.add_argument("--devices", type=int, default=300)
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("--keep", type=Path)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.keep or Path(temporary)
        if not (folder / "archive.sqlite").is_file():
            print(f"making an archive of {chosen.parcels:,} parcels")
            build(folder, chosen.parcels, chosen.devices)
        size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
        load = os.getloadavg()[0]
        print(f"archive: {chosen.parcels:,} parcels, {size / 1e6:,.0f} MB; load {load:.1f}")
        for name, (gone, used) in measure(folder, chosen.parcels, chosen.rounds):
            said = (
                ""
                if gone < TARGET_S or name.startswith("once")
                else f"   over the {TARGET_S:g} s to reach"
            )
            print(f"{name:55} {gone:6.2f} s  CPU {used:5.2f} s{said}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory {peak:,.0f} MB")


if __name__ == "__main__":
    main()
