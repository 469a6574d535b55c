"""What our clients make of a broker that answers in part."""

from typing import Any

import pytest
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from broker.clients import Consumer

HERE, THERE = TopicPartition("frames", 0), TopicPartition("frames", 1)


def partly(_: KafkaConsumer, partitions: list[TopicPartition], timeout_ms: int) -> Any:
    """Stumbles over a partition that the broker said nothing of, as kafka-python does."""
    known = {HERE: 5}
    return {one: known[one] for one in partitions}


@pytest.mark.parametrize("asked", ["end_offsets", "beginning_offsets"])
def test_ends_of_which_one_is_missing_are_a_broker_that_does_not_answer(
    monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    monkeypatch.setattr(KafkaConsumer, asked, partly)
    monkeypatch.setattr(KafkaConsumer, "__init__", lambda _: None)
    monkeypatch.setattr(KafkaConsumer, "__del__", lambda _: None, raising=False)
    ask = getattr(Consumer(), asked)
    assert ask([HERE], 10) == {HERE: 5}
    assert ask([], 10) == {}
    with pytest.raises(KafkaError, match="partition=1"):
        ask([HERE, THERE], 10)


def test_what_is_learned_meanwhile_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    known = {HERE: 5}

    def learning(_: KafkaConsumer, partitions: list[TopicPartition], timeout_ms: int) -> Any:
        try:
            return {one: known[one] for one in partitions}
        finally:
            known[THERE] = 7

    monkeypatch.setattr(KafkaConsumer, "end_offsets", learning)
    monkeypatch.setattr(KafkaConsumer, "__init__", lambda _: None)
    monkeypatch.setattr(KafkaConsumer, "__del__", lambda _: None, raising=False)
    assert Consumer().end_offsets([HERE, THERE], 10_000) == {HERE: 5, THERE: 7}
