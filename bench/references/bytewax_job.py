"""The bench's job in Bytewax: run by its own environment, by `references/environment.py`.

At least once: where it reads on is kept in its recovery store once a second, after the sink's
snapshot has waited for what was written. Memories are not in it, so that a crash would lose them:
its fastest way.
"""

from datetime import timedelta
from pathlib import Path

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSource, KafkaSourceMessage
from bytewax.dataflow import Dataflow
from bytewax.outputs import FixedPartitionedSink, StatefulSinkPartition
from bytewax.recovery import RecoveryConfig, init_db_dir
from bytewax.testing import cluster_main

from bench.references.work import TOGETHER, Order, Seen, Watch, Work
from broker.topics import FRAMES
from coldchain.enrolment import Plans
from runtime.profiles import load_profiles

Lines = list[str]


class Partition(StatefulSinkPartition[Lines, None]):  # type: ignore[misc]
    """The store: writes are under way until a snapshot asks for them."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def write_batch(self, values: list[Lines]) -> None:
        for lines in values:
            self._work.write(lines)

    def snapshot(self) -> None:
        self._work.confirm()


class Store(FixedPartitionedSink[Lines, None]):  # type: ignore[misc]
    def __init__(self, work: Work) -> None:
        self._work = work

    def list_parts(self) -> list[str]:
        return ["store"]

    def build_part(self, step_id: str, for_part: str, resume_state: None) -> Partition:
        return Partition(self._work)


def main() -> None:
    order, watch = Order.read(), Watch()
    work = Work(order.kafka, order.series, Plans(load_profiles()))

    def judged(batch: list[KafkaSourceMessage]) -> list[tuple[str, Lines]]:
        watch.first()
        return [
            ("store", work.judge([Seen(one.value, one.timestamp[1], one.offset) for one in batch]))
        ]

    source = KafkaSource(
        [order.kafka.servers], [order.kafka.topic(FRAMES)], tail=False, batch_size=TOGETHER
    )
    flow = Dataflow("bench")
    stream = op.input("frames", flow, source)
    op.output("store", op.flat_map_batch("judged", stream, judged), Store(work))
    recovery = Path(order.folder) / "recovery"
    recovery.mkdir()
    init_db_dir(recovery, 1)
    cluster_main(
        flow, [], 0, epoch_interval=timedelta(seconds=1), recovery_config=RecoveryConfig(recovery)
    )
    work.confirm()
    watch.told(work.taken)
    work.close()


if __name__ == "__main__":
    main()
