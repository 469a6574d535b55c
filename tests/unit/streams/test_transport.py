"""What the mended consumer commits: never past what is not acknowledged."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from faust.transport.drivers import aiokafka as driver
from faust.types import TP

from broker.settings import KafkaSettings
from series.settings import SeriesSettings
from streams import transport
from streams.app import _configured
from streams.settings import StreamSettings
from streams.transport import Consumer

HERE = TP("frames", 0)


def consumer(handed_on: Sequence[int]) -> Consumer:
    """A consumer that has handed these offsets on, without a broker."""
    made = Consumer.__new__(Consumer)
    made._handed_on = defaultdict(deque, {HERE: deque(handed_on)})
    made._acked = defaultdict(list)
    made._acked_index = defaultdict(set)
    made._again = {}
    made._committed_offset = defaultdict(lambda: None)
    return made


def acknowledge(one: Consumer, *offsets: int) -> int | None:
    one._acked[HERE] += offsets
    one._acked_index[HERE] |= set(offsets)
    return one._new_offset(HERE)


@pytest.mark.parametrize(
    ("acknowledged", "committed"),
    [((), None), ((10,), 11), ((11, 12), None), ((10, 12), 11), ((10, 11, 12, 13), 14)],
)
def test_the_first_that_is_not_acknowledged_is_the_limit(
    acknowledged: Sequence[int], committed: int | None
) -> None:
    assert acknowledge(consumer([10, 11, 12, 13]), *acknowledged) == committed


def test_what_waited_is_committed_with_those_behind_it_when_it_is_done() -> None:
    one = consumer([10, 11, 12])
    assert acknowledge(one, 11, 12) is None
    assert acknowledge(one, 10) == 13
    assert acknowledge(one) is None


def test_offsets_that_no_record_has_are_passed_and_the_record_after_them_is_not() -> None:
    one = consumer([10, 15, 16])
    assert acknowledge(one, 10) == 11
    assert acknowledge(one, 16) is None
    assert acknowledge(one, 15) == 17


def test_a_commit_that_failed_is_still_to_be_done(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[Mapping[TP, int]] = []

    async def commit(self: Any, offsets: Mapping[TP, int], _: bool) -> bool:
        tried.append(offsets)
        self._committed_offset.update(offsets)  # as Faust does, whatever came of it
        return len(tried) > 1

    monkeypatch.setattr(driver.Consumer, "_commit_offsets", commit)
    one = consumer([10, 11, 12])
    assert acknowledge(one, 10) == 11
    assert not asyncio.run(one._commit_offsets({HERE: 11}))
    assert one._should_commit(HERE, 11)
    assert acknowledge(one) == 11
    assert asyncio.run(one._commit_offsets({HERE: 11}))
    assert not one._should_commit(HERE, 11)
    assert acknowledge(one) is None


def test_a_commit_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """As aiokafka's, where the coordinator is lost while the consumer closes."""

    async def never(*_: Any) -> bool:
        await asyncio.Event().wait()
        return True

    monkeypatch.setattr(driver.AIOKafkaConsumerThread, "_commit", never)
    monkeypatch.setattr(transport, "COMMIT_WITHIN", 0.01)
    thread = transport._Thread.__new__(transport._Thread)
    assert asyncio.run(thread._commit({HERE: 11})) is False


def test_a_producers_request_does_not_wait_as_long_as_its_record_may() -> None:
    settings = StreamSettings(KafkaSettings(), SeriesSettings("http://127.0.0.1:1"))

    async def made() -> Any:
        made = _configured(settings, 4).transport.create_producer()._new_producer()
        await made.stop()
        return made

    one = asyncio.run(made())
    assert one._request_timeout_ms == 1000 * settings.series.give_up_after
    assert one.client._request_timeout_ms == 1000 * transport.PRODUCED_WITHIN
