"""Which of a sensor's own faults cast doubt on a span of its readings."""

from collections.abc import Sequence

import numpy as np

from coldchain.segment import Interval

from .columns import sensor_faults
from .findings import Finding


def doubts(
    times: Sequence[int], values: Sequence[int], span: Interval, max_gap: int
) -> tuple[str, ...]:
    """The fault rules (by id, sorted) whose finding overlaps `span` (ms), by the readings given.

    `times` (ms) rise, `values` are micro-degrees, `max_gap` (ms) is the profile's. A fault shows
    over hours: readings from before the span tell more.
    """
    found = sensor_faults(
        np.asarray(times, dtype=np.int64), np.asarray(values, dtype=np.int64), max_gap
    )
    return tuple(sorted({one.rule for one in found if _overlaps(one, span)}))


def _overlaps(one: Finding, span: Interval) -> bool:
    return one.since < span[1] and (one.until is None or one.until > span[0])
