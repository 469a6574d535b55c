"""Malformed, truncated, oversized, wrongly typed, hostile: never a 500, nothing lost, no growth.

100,000 spoilt ones are made, in PORTIONS so that each has a time limit of its own; the recorded
ones are always tried.
"""

import asyncio
import gc
import json
import os
import random
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from door import FRAME, SCAN, Answer, Asked, door_in
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broker.topics import FRAMES, REJECTED
from ingest.door.openapi import document
from ingest.door.records import Record

CORPUS = Path(__file__).with_name("hostile") / "corpus.json"
INPUTS, PORTIONS = 100_000, 5
#: What is forgotten together, and on how many inputs memory is measured.
TOGETHER, MEASURED = 500, 3_000
STATUSES = {int(code) for code in document()["paths"]["/v1/frames"]["post"]["responses"]}
PATHS = {"/v1/frames": FRAME, "/v1/custody": SCAN}
KINDS = ("application/json", "application/x-ndjson")


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Asked]:
    with door_in(tmp_path, rate=1e9, burst=10**9, max_body_bytes=200_000) as made:
        yield made


def nothing_lost(door: Asked, body: bytes, answer: Answer) -> None:
    kept = door.kept()
    door.forget()
    as_described(kept, body, answer)


def as_described(kept: list[tuple[str, bytes]], body: bytes, answer: Answer) -> None:
    """Answered as described; and what was read is kept: taken, or in the dead letters."""
    assert answer.status in STATUSES, (answer.status, body[:200])
    if answer.status == 202:
        told = answer.json
        good = [value for topic, value in kept if topic != REJECTED.name]
        assert (len(good), len(kept)) == (told["accepted"], len(good) + len(told["refused"]))
        assert all(value in body for _, value in kept)
    elif answer.status in (400, 403):
        assert kept
        assert {topic for topic, _ in kept} == {REJECTED.name}
        assert all(value in body for _, value in kept)
    else:
        assert kept == []


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("path", PATHS)
def test_the_recorded_ones(door: Asked, path: str, kind: str) -> None:
    for _, text in json.loads(CORPUS.read_text(encoding="utf-8")):
        body = text.encode()
        nothing_lost(door, body, door.ask(path, body, kind=kind))


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=20,
)


@given(
    body=st.binary(max_size=300)
    | json_values.map(lambda value: json.dumps(value).encode())
    | st.tuples(st.sampled_from(sorted(json.loads(FRAME))), json_values).map(
        lambda one: json.dumps({**json.loads(FRAME), one[0]: one[1]}).encode()
    )
    | st.tuples(st.sampled_from(sorted(json.loads(SCAN))), json_values).map(
        lambda one: json.dumps({**json.loads(SCAN), one[0]: one[1]}).encode()
    ),
    kind=st.sampled_from(KINDS),
    path=st.sampled_from(sorted(PATHS)),
)
@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_wrongly_typed_ones(door: Asked, body: bytes, kind: str, path: str) -> None:
    nothing_lost(door, body, door.ask(path, body, kind=kind))


def cut(chance: random.Random, body: bytes) -> bytes:
    return body[: chance.randrange(len(body))]


def flip(chance: random.Random, body: bytes) -> bytes:
    made = bytearray(body)
    for _ in range(chance.randint(1, 8)):
        made[chance.randrange(len(made))] = chance.randrange(256)
    return bytes(made)


def splice(chance: random.Random, body: bytes) -> bytes:
    at, until = sorted(chance.randrange(len(body)) for _ in range(2))
    return body[:until] + body[at:]


def exchange(chance: random.Random, body: bytes) -> bytes:
    old = chance.choice([b"1", b"3.2", b'"van-1"', b"[", b"]", b":", b"null", b"main.air", b'"'])
    new = [b"-1", b"1e400", b"[[[[", b'"van-2"', b'"\\ud800"', b"NaN", b"9" * 400, b"\xff\xfe", b""]
    return body.replace(old, chance.choice(new), chance.randint(1, 3))


def crowd(chance: random.Random, body: bytes) -> bytes:
    parts = [
        chance.choice((body, cut(chance, body), b"{}", b"")) for _ in range(chance.randint(2, 9))
    ]
    return b"[" + b",".join(parts) + b"]" if chance.random() < 0.5 else b"\n".join(parts)


def nest(chance: random.Random, body: bytes) -> bytes:
    deep = chance.choice((b"[", b'{"a":', b"[{")) * chance.choice((10, 1_000, 60_000))
    return deep + body


def swell(chance: random.Random, body: bytes) -> bytes:
    size = chance.choice((1_000, 100_000, 250_000))
    return body.replace(b"main", b"m" * size, 1) if chance.random() < 0.5 else body + b" " * size


HARMS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    cut,
    flip,
    splice,
    exchange,
    crowd,
) * 4 + (nest, swell)


class Spoiler:
    """Sends what is spoilt, and checks what was kept of each as it goes into the spool."""

    def __init__(self, door: Asked, seed: int) -> None:
        self.statuses: dict[int, int] = {}
        self._door, self._chance = door, random.Random(seed)
        self._kept: list[tuple[str, bytes]] = []
        # Each commit synced to disk is tried elsewhere; here it is most of the time.
        door.spool._db.execute("PRAGMA synchronous = OFF")
        self._append, door.spool.append = door.spool.append, self._note  # type: ignore[method-assign]

    def _note(self, records: Iterable[Record]) -> None:
        some = list(records)
        self._append(some)
        self._kept += [(one.topic, one.value) for one in some]

    async def send(self, count: int) -> None:
        """So many; what is in the spool is looked at, and forgotten, some at a time."""
        chance, sent = self._chance, 0
        while sent < count:
            expected: list[tuple[str, bytes]] = []
            for _ in range(min(TOGETHER, count - sent)):
                path = chance.choice(sorted(PATHS))
                body, kind = chance.choice(HARMS)(chance, PATHS[path]), chance.choice(KINDS)
                parts = [body[i : i + 65_536] for i in range(0, len(body), 65_536)] or [b""]
                answer = await self._door.asked(path, parts, kind=kind)
                as_described(self._kept, body, answer)
                expected += self._kept
                self._kept.clear()
                self.statuses[answer.status] = self.statuses.get(answer.status, 0) + 1
                sent += 1
            assert self._door.kept() == expected
            self._door.forget()


@pytest.mark.parametrize("portion", range(PORTIONS))
def test_a_hundred_thousand_spoilt_ones_give_no_500_and_lose_nothing(
    door: Asked, portion: int
) -> None:
    spoiler = Spoiler(door, 20261124 + portion)
    asyncio.run(spoiler.send(INPUTS // PORTIONS // 2))
    before = _resident()
    asyncio.run(spoiler.send(INPUTS // PORTIONS // 2))
    assert _resident() - before < 8_000_000
    assert {202, 400, 403, 413} <= spoiler.statuses.keys()  # the harm was of every sort
    assert sum(spoiler.statuses.values()) == INPUTS // PORTIONS
    assert door.ask().status == 202
    assert door.kept() == [(FRAMES.name, FRAME)]


@pytest.mark.parametrize("leak", [0, 100])
def test_memory_stays_as_it_was_and_a_leak_would_be_seen(door: Asked, leak: int) -> None:
    """`leak`: bytes that are lost on purpose at each input; less than that is allowed."""
    spoiler = Spoiler(door, 7)
    lost: list[bytes] = []
    first: list[int] = []

    async def measured() -> int:
        await spoiler.send(MEASURED)  # to get warm: caches, buffers, the first of each error
        before = _traced()
        for number in range(MEASURED // TOGETHER):
            await spoiler.send(TOGETHER)
            lost.extend(bytes([number]) * leak for _ in range(TOGETHER))
            first.append(_traced())
        return _traced() - before

    tracemalloc.start()
    try:
        grown = asyncio.run(measured())
    finally:
        tracemalloc.stop()
    assert (grown > 100 * MEASURED) == (leak > 0), (grown, first)


def _traced() -> int:
    """Bytes that Python has now."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def _resident() -> int:
    """Bytes that the process has in memory now, SQLite's own among them."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
