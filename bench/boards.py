"""How fast the boards answer over a store of a whole city: 1,000,000 compartments in lockers.

    .venv/bin/python bench/boards.py [--lockers 10000] [--minutes 360] [--rounds 5] [--judge]

A real InfluxDB is filled by the schema: each locker has 100 compartments, each of them a series of
its own with readings; beside them are vans and stores. What streams writes of them for the boards
(`fleet` and `worker`, each partition once in 30 s) fills the time range that is asked for, the
boards' own 6 hours; of `asset` and `ranked`, of which the newest is asked, it fills the last hour
(of the locker whose board is asked, all). Then every panel's question is asked in turn, and each
board as a browser asks it, six questions at a time. Judged are medians: the fleet's board whole,
and every question of every board.
"""

import argparse
import json
import os
import random
import statistics
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any

from coldchain.exposure import SLOT_MS
from dashboards.boards import BOARDS, Board
from dashboards.check import check_boards, filled, first_values
from runtime.servers.native import native_servers
from series.lines import FieldValue, full_line, head
from series.reader import Reader
from series.schema import (
    ALERT,
    ASSET,
    CONDITION,
    EXCURSION,
    FLEET,
    IN_SLOTS,
    MARGIN_BANDS,
    OUTBOX,
    PIECE,
    PULL_DOWN,
    RANKED,
    RANKS,
    READING,
    WORKER,
)
from series.settings import SeriesSettings
from series.setup import ensure_bucket
from series.writer import Writer

BOARD_MS, PANEL_MS = 1_000.0, 300.0
#: How many questions a browser has under way with one server.
AT_A_TIME = 6
COMPARTMENTS = 100
COUNTIES = ("市南", "市北", "李沧", "崂山", "黄岛", "城阳", "即墨", "胶州", "平度", "莱西")
STATES = ("ok", "warm", "warning", "critical", "silent")
PARTITIONS = 12
MINUTE = 60_000
#: How much of time is filled with what only the newest is asked of.
NEWEST = 60 * MINUTE
END = 1_795_500_000_000
Tags = dict[str, str]


def fleet_of(lockers: int) -> list[Tags]:
    """The devices, by their tags of `asset`."""
    counts = {"locker": lockers, "van": lockers // 5, "precooler": lockers // 100 + 1}
    names = [(kind, number) for kind, count in counts.items() for number in range(count)]
    return [
        {"county": COUNTIES[n % 10], "device": f"{kind}-{n:05}", "kind": kind} for kind, n in names
    ]


def lines(devices: list[Tags], minutes: int, chance: random.Random) -> Iterator[str]:
    """All that the store holds."""
    start = END - minutes * MINUTE
    for device in devices:
        if device["kind"] == "locker":
            yield from compartments(device["device"], chance)
        begin = start if device is devices[0] else max(start, END - NEWEST)
        yield from standing(device, begin, chance)
    for at in range(start, END + 1, 30_000):
        yield from partitions(at)
    for device in devices[-PARTITIONS:]:
        yield from cooling(device, start)
    for device in devices[:: max(1, len(devices) // 200)]:
        yield from trouble(device["device"], start, chance)
    # The locker and the store that a board begins with have their whole history.
    for device in (devices[0], devices[-1]):
        yield from history(device["device"], start)


def compartments(device: str, chance: random.Random) -> Iterator[str]:
    at = END - chance.randrange(30_000)
    for number in range(COMPARTMENTS):
        yield _made(
            READING.name,
            {"compartment": f"c{number:03}", "device": device},
            {"air": chance.gauss(3.0, 0.5), "door": 0.0},
            at,
        )


def standing(tags: Tags, start: int, chance: random.Random) -> Iterator[str]:
    severity = chance.choices(range(5), (950, 20, 10, 5, 15))[0]
    margin = 2.0 - severity - chance.random()
    if tags["device"] == "locker-00000":  # the worst: what a board about one begins with
        severity, margin = 3, -9.0
    fields: dict[str, FieldValue] = {
        "asset": tags["device"],
        "state": STATES[severity],
        "severity": severity,
        "worst_channel": "c001.air",
        "open": int(0 < severity < 4),
        "confirmed": int(severity == 3),
        "latitude": 36.0 + chance.random(),
        "longitude": 120.0 + chance.random(),
    }
    # One line's text, with what changes filled in: there are millions.
    text = _made(ASSET.name, tags, fields, 0)[:-2]
    first = start + chance.randrange(30_000)
    for at in range(first, END - (severity == 4) * 10 * MINUTE, 30_000):
        wave = margin + (at // 30_000 % 10) / 20
        yield f"{text},margin={wave!r},worst={4.0 - wave!r},last_at={at}i {at}"


def partitions(at: int) -> Iterator[str]:
    for partition in range(PARTITIONS):
        for county in COUNTIES:
            for kind in ("locker", "van", "precooler"):
                counts = dict(zip(STATES, (76, 2, 1, 1, 3), strict=True))
                fields: dict[str, FieldValue] = {
                    "devices": 83,
                    **counts,
                    "worst_margin": -1.5,
                    "worst_device": "locker-00000",
                    "last_at": at,
                    "compartments": 83 * COMPARTMENTS,
                    **dict.fromkeys(MARGIN_BANDS, 1_000),
                }
                if not at % SLOT_MS:
                    fields |= {copy: fields[name] for name, copy in IN_SLOTS.items()}
                tags = {"county": county, "kind": kind, "partition": str(partition)}
                yield _made(FLEET.name, tags, fields, at)
                if at > END - NEWEST:
                    yield from ranks(tags, at)
        load: dict[str, FieldValue] = {
            "frames": 270,
            "rejected": 0,
            "lag": 30,
            "late_seconds": 1.0,
            "last_at": at,
        }
        yield _made(WORKER.name, {"partition": str(partition)}, load, at)
    outbox: dict[str, FieldValue] = {"waiting": 1, "overdue_minutes": 0.0, "given_up": 0}
    yield _made(OUTBOX.name, {}, outbox, at)


def ranks(tags: Tags, at: int) -> Iterator[str]:
    """Both lists of a group, all ranks taken: it is a bad day."""
    number = COUNTIES.index(tags["county"]) + 10 * int(tags["partition"])
    for name in ("worst", "silent"):
        yield _made(RANKED.name, {**tags, "list": name}, {"severity": -1}, at)
    for rank in range(1, RANKS + 1):
        for name, severity in (("worst", 3 - rank // 8), ("silent", 4)):
            fields: dict[str, FieldValue] = {
                "device": f"{tags['kind']}-{number + 120 * rank:05}",
                "severity": severity,
                "last_at": at - severity // 4 * 10 * MINUTE - rank,
                "latitude": 36.0 + number / 120,
                "longitude": 120.0 + rank / RANKS,
            }
            if name == "worst":
                fields |= {"margin": rank / 7 - 5, "worst": 9.0, "worst_channel": "c001.air"}
            yield _made(RANKED.name, {**tags, "list": name}, fields, at - rank)


def cooling(tags: Tags, start: int) -> Iterator[str]:
    for at in range(start, END, 30_000):
        fields: dict[str, FieldValue] = {
            "profile": "iced-seafood",
            "celsius": 9.0,
            "target": 4.0,
            "above": 5.0,
            "cooling": 1,
            "late": 0,
            "since": start,
            "deadline": start + 120 * MINUTE,
            "left_minutes": (start - at) / MINUTE + 120,
            "last_at": at,
        }
        yield _made(PULL_DOWN.name, {**tags, "channel": "main.product"}, fields, at)


def trouble(device: str, start: int, chance: random.Random) -> Iterator[str]:
    """An excursion, an alert and a rule's finding."""
    at = start + chance.randrange(END - start)
    channel = {"channel": "c001.air", "device": device}
    excursion: dict[str, FieldValue] = {
        "state": "confirmed",
        "profile": "iced-seafood",
        "end": -1,
        "minutes": 31.0,
        "unknown_minutes": 0.0,
        "peak": 9.0,
    }
    yield _made(EXCURSION.name, {**channel, "limit": "warm", "severity": "critical"}, excursion, at)
    alert: dict[str, FieldValue] = {
        "id": f"{device}-{at}",
        "asset": device,
        "status": "firing",
        "severity": "critical",
        "critical": 1,
        "warning": 0,
        "raised": at,
        "open": 1,
        "unanswered": 1,
        "unheeded": 0,
        "ack_minutes": 3.0,
        "open_minutes": 30.0,
        "messages": 2,
        "escalations": 0,
        "flaps": 0,
        "as_of": at,
    }
    where = {"compartment": "c001", "device": device, "subject": "above"}
    yield _made(ALERT.name, where, alert, at)
    found: dict[str, FieldValue] = {"state": "raised", "until": -1, "due": at}
    yield _made(CONDITION.name, {**channel, "rule": "door-open", "severity": "warning"}, found, at)


def history(device: str, start: int) -> Iterator[str]:
    for number in range(COMPARTMENTS):
        name = f"c{number:03}"
        for at in range(start, END, 30_000):
            tags = {"compartment": name, "device": device}
            yield _made(READING.name, tags, {"air": 3.0 + at % 7 / 7, "door": 0.0}, at)
        for at in range(start - start % 300_000, END, 300_000):
            fields: dict[str, FieldValue] = {"min": 2.0, "max": 4.5, "low": -1.5, "high": 4.0}
            yield _made(PIECE.name, {"channel": f"{name}.air", "device": device}, fields, at)


def _made(measurement: str, tags: Tags, fields: dict[str, FieldValue], at: int) -> str:
    return full_line(head(measurement, tags), fields, at)


def fill(series: SeriesSettings, devices: list[Tags], minutes: int) -> int:
    """Write the whole city; how many lines."""
    writer = Writer(series)
    every = lines(devices, minutes, random.Random(1))
    written, began, waiting = 0, time.monotonic(), []
    while batch := list(islice(every, 20_000)):
        waiting.append(writer.send(batch))
        written += len(batch)
        if len(waiting) > 4:
            bad = waiting.pop(0).result()
            if bad:
                raise SystemExit(f"InfluxDB refuses {bad[0].line}: {bad[0].reason}")
        if written % 500_000 == 0:
            print(f"  {written:,} lines, {time.monotonic() - began:.0f} s", file=sys.stderr)
    for one in waiting:
        one.result()
    writer.close()
    return written


def board_ms(series: SeriesSettings, board: Board, start_ms: int) -> float:
    """The time until all of a board's questions are answered, as a browser asks them."""
    reader = Reader(series)
    chosen = first_values(reader, board, start_ms, END)
    reader.close()
    asks = [filled(one, chosen, start_ms, END) for one in board.asked("en")]
    readers = [Reader(series) for _ in range(AT_A_TIME)]
    free = list(readers)

    def ask(query: str) -> None:
        mine = free.pop()
        mine.query(query)
        free.append(mine)

    with ThreadPoolExecutor(AT_A_TIME) as pool:
        list(pool.map(ask, ["SHOW DATABASES"] * AT_A_TIME))  # connections are made before
        began = time.perf_counter()
        list(pool.map(ask, asks))
        taken = time.perf_counter() - began
    for one in readers:
        one.close()
    return taken * 1_000


def measure(series: SeriesSettings, minutes: int, rounds: int) -> list[dict[str, Any]]:
    """Medians of each question and each board, ms."""
    start = END - minutes * MINUTE
    panels: dict[tuple[str, str, str], list[float]] = {}
    boards: dict[str, list[float]] = {}
    for _ in range(rounds):
        for check in check_boards(series, BOARDS, start, END, slow_ms=float("inf")):
            if check.problem is not None:
                raise SystemExit(f"{check.board} / {check.panel}: {check.problem}")
            panels.setdefault((check.board, check.panel, check.query), []).append(
                check.milliseconds
            )
        for board in BOARDS:
            boards.setdefault(board.slug, []).append(board_ms(series, board, start))
    return [
        *_rows(((slug, "whole"), times) for slug, times in boards.items()),
        *_rows(((slug, panel), times) for (slug, panel, _), times in panels.items()),
    ]


def _rows(measured: Iterable[tuple[tuple[str, str], list[float]]]) -> Iterator[dict[str, Any]]:
    for (board, what), times in measured:
        yield {
            "board": board,
            "what": what,
            "median_ms": round(statistics.median(times), 1),
            "all_ms": [round(one, 1) for one in times],
        }


def missed(rows: Iterable[dict[str, Any]]) -> list[str]:
    """What took longer than it may."""
    return [
        f"{row['board']} / {row['what']}: {row['median_ms']:g} ms, {most:g} allowed"
        for row in rows
        if (most := BOARD_MS if row["what"] == "whole" else PANEL_MS) < row["median_ms"]
        and (row["what"] != "whole" or row["board"] == "fleet-now")
    ]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--lockers", type=int, default=10_000)
    parser.add_argument("--minutes", type=int, default=360, help="how much of time is filled")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--judge", action="store_true", help="exit 1 where something is missed")
    given = parser.parse_args()
    devices = fleet_of(given.lockers)
    with native_servers() as servers:
        series = SeriesSettings(url=servers.influxdb_url, bucket="boards", give_up_after=120.0)
        ensure_bucket(series)
        began = time.monotonic()
        written = fill(series, devices, given.minutes)
        filled_s = time.monotonic() - began
        rows = measure(series, given.minutes, given.rounds)
    wrong = missed(rows)
    said = {
        "devices": len(devices),
        "compartments": given.lockers * COMPARTMENTS,
        "lines": written,
        "fill_seconds": round(filled_s),
        "load": [round(one, 1) for one in os.getloadavg()],
        "rows": rows,
        "missed": wrong,
    }
    if given.json:
        print(json.dumps(said, ensure_ascii=False, indent=2))
    else:
        print(
            f"{said['compartments']:,} compartments, {len(devices):,} devices, {written:,} lines "
            f"in {filled_s:.0f} s; load {said['load']}"
        )
        for row in rows:
            print(f"  {row['median_ms']:8.1f} ms  {row['board']} / {row['what']}")
        print("missed: " + ("; ".join(wrong) or "nothing"))
    return 1 if wrong and given.judge else 0


if __name__ == "__main__":
    sys.exit(main())
