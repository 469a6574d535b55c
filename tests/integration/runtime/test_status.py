"""`coldchain status` on a real Kafka that several installations share."""

from dataclasses import replace

import pytest

from broker.settings import KafkaSettings
from runtime import health
from runtime.settings import load_settings

pytestmark = pytest.mark.integration


def test_topics_under_another_prefix_are_named_and_no_failure(kafka: KafkaSettings) -> None:
    absent = replace(load_settings(), kafka=replace(kafka, prefix="nobody."))
    found = health.kafka(absent)
    assert found.state == "note"
    assert repr(kafka.prefix) in found.said
    own = health.kafka(replace(absent, kafka=kafka))
    assert own.state == "well"
    assert repr(kafka.prefix) not in own.said
