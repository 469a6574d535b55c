"""Stored and forwarded: in order, each once, whatever the line answers."""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sensor_emulator.targets import TargetError
from sensor_emulator.targets.forwarder import MOST_BYTES, MOST_RECORDS, Forwarder
from sensor_emulator.targets.http import understood
from sensor_emulator.targets.line import Answer, AwayError, Later, Smaller, Taken, What


@dataclass
class FakeLine:
    """Answers by a script, then takes all; `gate` holds every delivery back until it is set."""

    script: list[object] = field(default_factory=list)
    kept: dict[tuple[str, str], list[bytes]] = field(default_factory=lambda: defaultdict(list))
    batches: list[int] = field(default_factory=list)
    on_their_way: set[tuple[str, str]] = field(default_factory=set)
    gate: threading.Event = field(default_factory=threading.Event)
    closed: bool = False

    def lacks(self, devices: Sequence[str]) -> TargetError | None:
        return None

    async def open(self) -> None: ...

    async def deliver(self, what: What, device: str, batch: Sequence[bytes]) -> Answer:
        key = (what, device)
        assert key not in self.on_their_way, "two batches of one device at once"
        self.on_their_way.add(key)
        try:
            while not self.gate.is_set():
                await asyncio.sleep(0)
            self.batches.append(len(batch))
            step = self.script.pop(0) if self.script else Taken(len(batch))
            if isinstance(step, Exception):
                raise step
            if isinstance(step, Taken):
                step = Taken(min(step.accepted, len(batch)), 0, step.why)
                self.kept[key] += batch[: step.accepted]
            assert isinstance(step, Taken | Later | Smaller)
            return step
        finally:
            self.on_their_way.discard(key)

    async def close(self) -> None:
        self.closed = True


@contextmanager
def forwarding(
    line: FakeLine, most_waiting: int = 64_000_000, patience_s: float = 60.0
) -> Iterator[Forwarder]:
    forwarder = Forwarder(line, most_waiting=most_waiting, patience_s=patience_s)
    try:
        yield forwarder
    finally:
        line.gate.set()
        forwarder.close()
        assert line.closed


STEPS = st.one_of(
    st.builds(Taken, st.integers(1, 4)),
    st.just(Later(0.001)),
    st.just(Smaller()),
)
RECORDS = st.lists(
    st.tuples(st.sampled_from(["frames", "custody"]), st.sampled_from(["a", "b", "c"])),
    max_size=60,
)


@settings(max_examples=40, deadline=None)
@given(RECORDS, st.lists(STEPS, max_size=12))
def test_each_devices_records_arrive_once_and_in_order_whatever_is_answered(
    records: list[tuple[What, str]], script: list[object]
) -> None:
    line, wanted = FakeLine(script), defaultdict(list)
    line.gate.set()
    with forwarding(line) as forwarder:
        for number, (what, device) in enumerate(records):
            payload = str(number).encode()
            wanted[what, device].append(payload)
            forwarder.put(what, device, payload)
        forwarder.flush()
        assert forwarder.waiting == 0
        assert forwarder.tally.accepted == len(records)
    assert line.kept == wanted


def test_what_waits_goes_together_up_to_the_most_a_request_may_have() -> None:
    line = FakeLine()
    with forwarding(line) as forwarder:
        for _ in range(2 * MOST_RECORDS):
            forwarder.put("frames", "a", b"x")
        big = bytes(MOST_BYTES // 2 + 1)
        for _ in range(2):
            forwarder.put("frames", "b", big)
        line.gate.set()
        forwarder.flush()
    assert sum(line.batches) == 2 * MOST_RECORDS + 2
    assert max(line.batches) == MOST_RECORDS
    assert line.kept["frames", "b"] == [big, big]
    assert line.batches.count(1) >= 2, "two of more than half the most never go together"


def test_a_line_that_was_away_gets_again_what_it_may_have() -> None:
    line = FakeLine([AwayError("cut", may_be_there=True)])
    line.gate.set()
    with forwarding(line) as forwarder:
        forwarder.put("frames", "a", b"x")
        forwarder.flush()
        assert (forwarder.tally.accepted, forwarder.tally.repeated) == (1, 1)


def test_who_puts_waits_while_too_much_waits() -> None:
    line = FakeLine()
    with forwarding(line, most_waiting=10) as forwarder:
        forwarder.put("frames", "a", bytes(10))
        done = threading.Event()

        def further() -> None:
            forwarder.put("frames", "a", bytes(10))
            done.set()

        thread = threading.Thread(target=further)
        thread.start()
        assert not done.wait(0.05)
        line.gate.set()
        thread.join(30)
        assert done.is_set()
        forwarder.flush()


def test_where_nothing_gets_through_it_is_given_up_with_the_reason_and_the_count() -> None:
    line = FakeLine([AwayError("no route", may_be_there=False)] * 1000)
    line.gate.set()
    with forwarding(line, patience_s=0.01) as forwarder:
        forwarder.put("frames", "a", b"x")
        with pytest.raises(TargetError, match=r"no route.*1 frames and scans not delivered"):
            forwarder.flush()


@pytest.mark.parametrize("error", [TargetError("unknown token"), RuntimeError("a fault")])
def test_what_is_wrong_for_good_reaches_the_caller(error: Exception) -> None:
    line = FakeLine([error])
    line.gate.set()
    with forwarding(line) as forwarder:
        forwarder.put("frames", "a", b"x")
        with pytest.raises(TargetError, match=str(error)):
            forwarder.flush()
        with pytest.raises(TargetError, match=str(error)):
            forwarder.put("frames", "a", b"y")


@pytest.mark.parametrize(
    ("status", "told", "wait", "sent", "answer"),
    [
        (202, b'{"accepted":3,"ahead":0,"refused":[]}', None, 3, Taken(3)),
        (202, b'{"refused":[{"index":1,"reason":"cut"}]}', None, 3, Taken(2, 1, "cut")),
        (400, b'{"reason":"r","refused":[{"index":0,"reason":"r"}]}', None, 1, Taken(0, 1, "r")),
        (429, b"{}", "7", 5, Later(7.0)),
        (503, b"not json", None, 5, Later(5.0)),
        (502, b"", "Wed, 21 Oct 2026 07:28:00 GMT", 5, Later(5.0)),
        (413, b'{"reason":"r"}', None, 1, Taken(0, 1, "r")),
    ],
)
def test_the_front_doors_answers_are_understood(
    status: int, told: bytes, wait: str | None, sent: int, answer: Answer
) -> None:
    assert understood(status, told, wait, sent, "van-1") == answer


@pytest.mark.parametrize("status", [400, 403, 413])
def test_a_batch_refused_whole_is_tried_in_parts(status: int) -> None:
    assert isinstance(understood(status, b'{"reason":"r"}', None, 2, "van-1"), Smaller)


@pytest.mark.parametrize(("status", "said"), [(401, "token of van-1"), (404, "no front door")])
def test_what_will_never_be_taken_is_an_error(status: int, said: str) -> None:
    with pytest.raises(TargetError, match=said):
        understood(status, b"<html>", None, 1, "van-1")
