"""What our clients make of a broker that answers in part."""

from typing import Any, cast

import pytest
from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from broker.clients import ends_of

HERE, THERE = TopicPartition("frames", 0), TopicPartition("frames", 1)


class Partly:
    """Stumbles over a partition that the broker said nothing of, as kafka-python does."""

    def end_offsets(self, partitions: list[TopicPartition], timeout_ms: int) -> Any:
        known = {HERE: 5}
        return {one: known[one] for one in partitions}


def test_ends_of_which_one_is_missing_are_a_broker_that_does_not_answer() -> None:
    client = cast(KafkaConsumer, Partly())
    assert ends_of(client, [HERE], 10) == {HERE: 5}
    assert ends_of(client, [], 10) == {}
    with pytest.raises(KafkaError, match="partition=1"):
        ends_of(client, [HERE, THERE], 10)
