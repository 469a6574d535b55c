"""The rows that a program of the bench measures by itself already: boards, emulator, a file,
a parcel's record, the front door."""

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.scale import Scale
from bench.table import Measured, Row, Target
from broker.settings import KafkaSettings
from runtime.servers.native import native_servers

ROOT = Path(__file__).parents[2]


def boards(scale: Scale) -> Row:
    lockers, minutes = scale.of(10_000, 100), scale.of(60, 10)
    said = json.loads(
        _program("boards.py", f"--lockers={lockers}", f"--minutes={minutes}", "--json")
    )
    (whole,) = [
        row for row in said["rows"] if row["board"] == "fleet-now" and row["what"] == "whole"
    ]
    slowest = max(said["rows"], key=lambda row: float(row["median_ms"]))
    return Row(
        "boards",
        "the fleet's board, all its questions as a browser asks them",
        f"{said['compartments']:,} compartments, {said['lines']:,} lines",
        "ms",
        Measured("boards", tuple(whole["all_ms"])),
        targets=(Target(1_000.0, at_least=False),),
        notes=(
            f"the slowest of all boards: {slowest['board']}, {slowest['what']},"
            f" {slowest['median_ms']:g} ms",
        ),
    )


def emulator(scale: Scale) -> Row:
    from bench.emulator import LOCKERS, VANS, made
    from bench.references.plain import plain_frames

    vans = VANS if not scale.quick else VANS.replace("count = 5000", "count = 500")
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(scale.rounds):
        readings, _, _, seconds = made(vans, 5)
        ours.append(readings / seconds)
        count = scale.of(10_000, 1_000)
        began = time.process_time()
        plain_frames(count, 4, 15)
        theirs.append(count * 4 * 15 / (time.process_time() - began))
    lockers = LOCKERS if not scale.quick else LOCKERS.replace("count = 10000", "count = 200")
    _, _, _, ceiling = made(lockers, 2)
    channels = scale.of(1_000_000, 20_000)
    return Row(
        "emulator",
        "readings made and encoded in a second of one core's time",
        "4 channels x 15 samples a frame",
        "readings/s",
        Measured("emulator", tuple(ours), "thermal models, faults, truth beside them"),
        (Measured("plain loop", tuple(theirs), "a value drawn, rounded and written as JSON"),),
        (Target(1_000_000),),
        notes=(
            f"{channels:,} compartments at a reading each 30 s: {ceiling / 120:.2f} of a core in"
            " real time (to reach: below 1)",
        ),
    )


def evaluate(scale: Scale) -> Row:
    from bench import evaluate as program

    readings = scale.of(10_000_000, 300_000)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "logger.csv"
        # A process begins with its parent's peak memory as its own: it is written by another.
        code = "import sys, pathlib; from bench.evaluate import write_logger;"
        code += "write_logger(pathlib.Path(sys.argv[1]), int(sys.argv[2]))"
        command = [sys.executable, "-c", code, str(path), str(readings)]
        subprocess.run(command, cwd=ROOT, check=True)
        size = path.stat().st_size / 1e6
        rounds = [
            (program.measured(program.EVALUATE, path), program.measured(program.PANDAS, path))
            for _ in range(scale.rounds)
        ]
    ours, theirs = zip(*rounds, strict=True)
    peak = max(memory for _, memory in ours) / 1e6
    return Row(
        "evaluate",
        "`coldchain evaluate` on a logger's file, start-up included",
        f"{readings:,} readings, {size:,.0f} MB",
        "s",
        Measured("evaluate", tuple(one[0] for one in ours), "every line read or named, judged"),
        (Measured("pandas", tuple(one[0] for one in theirs), "reads the file, no more"),),
        (Target(3.0, at_least=False, beside="pandas"),),
        notes=(f"peak memory {peak:,.0f} MB",),
    )


def record(scale: Scale) -> Row:
    from bench import record as program

    parcels, devices = scale.of(1_000_000, 20_000), scale.of(300, 30)
    with tempfile.TemporaryDirectory() as folder:
        with contextlib.redirect_stdout(sys.stderr):  # its progress
            program.build(Path(folder), parcels, devices)
        found = dict(program.measure(Path(folder), parcels, scale.of(9, 3)))
    name = "`coldchain audit record --as pdf`, the whole command"
    return Row(
        "record",
        f"one parcel's record with plots: {name}",
        f"an archive of {parcels:,} parcels",
        "s",
        Measured("audit", (found[name][0],), "judged again from sealed raw frames"),
        targets=(Target(2.0, at_least=False),),
        notes=tuple(f"{what}: {gone:.2f} s" for what, (gone, _) in found.items() if what != name),
    )


def door(scale: Scale) -> Row:
    from bench import front_door as program

    given = argparse.Namespace(
        seconds=scale.of(6, 2), connections=scale.of(128, 16), per_request=[1], rounds=scale.rounds
    )
    with native_servers() as servers:
        found = program.measure(given, KafkaSettings(servers.kafka_servers, "bench."))[1]
    return Row(
        "door",
        "frames by HTTP, one a request, confirmed by Kafka",
        f"4 channels x 15 samples, {len(program.frame('van-0001', 1, 1)):,} bytes a frame",
        "frames/s",
        Measured("front door", tuple(found.door), "202 once Kafka has it on all replicas"),
        (Measured("bare ASGI app", tuple(found.bare), "reads the request, keeps nothing"),),
        (Target(5_000),),
    )


def _program(name: str, *arguments: str) -> str:
    """What a program of the bench prints; its progress goes through."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "bench" / name), *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return done.stdout
