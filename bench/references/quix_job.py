"""The bench's job in Quix Streams: run by its own environment, by `references/environment.py`.

At least once: offsets are committed once a second after the sink has confirmed what it was given.
Memories are not in its state store, so that a crash would lose them: its fastest way.
"""

import logging
from typing import Any

from quixstreams import Application
from quixstreams.sinks import BaseSink

from bench.references.work import TOGETHER, Order, Seen, Watch, Work
from broker.topics import FRAMES
from coldchain.enrolment import Plans
from runtime.profiles import load_profiles


class Judged(BaseSink):  # type: ignore[misc]
    """Takes what Quix Streams carries, judges it some at a time, writes overlapped."""

    def __init__(self, work: Work, watch: Watch, records: int, app: Application) -> None:
        super().__init__()
        self._work, self._watch, self._left, self._app = work, watch, records, app
        self._waiting: list[Seen] = []

    def add(
        self,
        value: Any,
        key: Any,
        timestamp: int,
        headers: Any,
        topic: str,
        partition: int,
        offset: int,
    ) -> None:
        self._watch.first()
        self._waiting.append(Seen(value, timestamp, offset))
        if len(self._waiting) >= TOGETHER:
            self._judge()
        self._left -= 1
        if self._left == 0:
            self._app.stop()

    def flush(self) -> None:
        self._judge()
        self._work.confirm()

    def _judge(self) -> None:
        records, self._waiting = self._waiting, []
        self._work.do(records)


def main() -> None:
    order, watch = Order.read(), Watch()
    logging.getLogger("quixstreams").setLevel(logging.ERROR)
    work = Work(order.kafka, order.series, Plans(load_profiles()))
    app = Application(
        order.kafka.servers,
        consumer_group=order.name,
        auto_offset_reset="earliest",
        commit_interval=1.0,
        state_dir=order.folder,
        auto_create_topics=False,
        loglevel="ERROR",
    )
    topic = app.topic(order.kafka.topic(FRAMES), value_deserializer="bytes")
    app.dataframe(topic).sink(Judged(work, watch, order.records, app))
    app.run()
    watch.told(work.taken)
    work.close()


if __name__ == "__main__":
    main()
