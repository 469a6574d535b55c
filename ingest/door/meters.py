"""What the front door counts, for Prometheus. No device's name is ever a label."""

from functools import cache
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

_SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Meters:
    """The counters of one front door."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        own: dict[str, Any] = {"registry": self._registry, "namespace": "coldchain_ingest"}
        requests = Counter("requests", "POSTs answered", ["path", "status"], **own)
        items = Counter("items", "Frames and scans", ["path", "outcome"], **own)
        # Looking a labelled counter up takes longer than to count.
        self._requests, self._items = cache(requests.labels), cache(items.labels)
        self.bytes = Counter("body_bytes", "Bytes of bodies read", **own)
        self._seconds = Histogram(
            "answer_seconds", "From a request's head to its answer", buckets=_SECONDS, **own
        )
        self.direct = Gauge("kafka_direct", "1: straight to Kafka; 0: spooling", **own)
        self.spool_records = Gauge("spool_records", "Records waiting on disk", **own)
        self.spool_bytes = Gauge("spool_bytes", "Bytes waiting on disk", **own)
        self.spool_max_bytes = Gauge("spool_max_bytes", "Bytes it may take", **own)
        self.set_aside = Gauge("set_aside_records", "Records Kafka will never take", **own)

    def answered(self, path: str, status: int, seconds: float) -> None:
        """A POST was answered."""
        self._requests(path, status).inc()
        self._seconds.observe(seconds)

    def items(self, path: str, outcome: str, count: int) -> None:
        """So many frames or scans: accepted, refused, ahead."""
        if count:
            self._items(path, outcome).inc(count)

    def text(self) -> bytes:
        return generate_latest(self._registry)
