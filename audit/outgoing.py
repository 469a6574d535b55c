"""Custody events that the desk's steps bring about, on their way to Kafka: none lost, each by an
id of its own, so that one sent twice is still one."""

from broker.clients import producer
from broker.settings import KafkaSettings
from broker.topics import CUSTODY

from .ledger import Ledger


def send(kafka: KafkaSettings, ledger: Ledger) -> int:
    """Send what waits in the ledger; how many. Raises KafkaError; what was not sent waits on."""
    waiting = ledger.unsent()
    if not waiting:
        return 0
    out = producer(kafka)
    try:
        futures = [
            out.send(kafka.topic(CUSTODY), key=one.key.encode(), value=one.value) for one in waiting
        ]
        out.flush()
        for future in futures:
            future.get(timeout=0)
    finally:
        out.close()
    ledger.sent([one.id for one in waiting])
    return len(waiting)
