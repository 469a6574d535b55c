"""What a worker counts, for Prometheus. No device's name is ever a label."""

from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

#: Of a checkpoint, from its batch cut to its frames acknowledged; of a frame, from its receipt.
_CHECKPOINT = (0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 60)
_LATENESS = (0.25, 0.5, 1, 2, 5, 15, 60, 300, 3600, 86_400)


class Meters:
    """The counters of one worker."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        own: dict[str, Any] = {"registry": self.registry, "namespace": "coldchain_stream"}
        self.frames = Counter("frames", "Frames judged", **own)
        self.samples = Counter("samples", "Samples in them", **own)
        self.refused = Counter("refused", "Records sent to the dead letters", **own)
        self.rejudged = Counter("rejudged", "Devices judged again", **own)
        self.records = Counter("records", "Excursions and conditions told", ["kind"], **own)
        self.checkpoint = Histogram(
            "checkpoint_seconds", "From a batch cut to it done", buckets=_CHECKPOINT, **own
        )
        self.lateness = Histogram(
            "lateness_seconds", "From a frame's receipt to it judged", buckets=_LATENESS, **own
        )
        self.lag = Gauge("lag", "Records not committed yet", ["partition"], **own)
        self.stalled = Gauge("stalled_seconds", "Since commits stand still while some wait", **own)
        self.waiting = Gauge("late_devices", "Devices with late readings to judge again", **own)
        self._devices = Gauge("devices", "Devices by how they stand", ["state"], **own)
        self._open = Gauge("open_excursions", "Excursions that have not ended", **own)
        self._by_partition: dict[int, tuple[dict[str, int], int]] = {}

    def stand(self, partition: int, states: dict[str, int], open_: int) -> None:
        """How a partition's devices stand: by state, and their open excursions."""
        self._by_partition[partition] = states, open_
        self._show()

    def said(self, excursions: int, conditions: int) -> None:
        """So many records were told."""
        self.records.labels("excursion").inc(excursions)
        self.records.labels("condition").inc(conditions)

    def drop(self) -> None:
        """Partitions are given out anew."""
        self._by_partition.clear()
        self._show()
        self.lag.clear()

    def _show(self) -> None:
        self._devices.clear()
        for states, _ in self._by_partition.values():
            for state, count in states.items():
                self._devices.labels(state).inc(count)
        self._open.set(sum(open_ for _, open_ in self._by_partition.values()))
