"""Which readings to draw of more than there are pixels: no peak is lost, none is averaged away."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

#: Pixel columns of a plot.
PIXEL_COLUMNS = 1_600


def thinned(
    times: NDArray[np.int64], values: NDArray[Any], columns: int = PIXEL_COLUMNS
) -> NDArray[np.int64]:
    """The rows to draw of readings in order of time: per pixel column first, least, greatest, last.

    All rows where they are few. Rows come back in order.
    """
    if len(times) <= 4 * columns:
        return np.arange(len(times), dtype=np.int64)
    span = int(times[-1] - times[0]) + 1
    # Python's integers would be slow and 64 bits too short for ms times columns over centuries.
    column = ((times - times[0]) / span * columns).astype(np.int64)
    starts = np.flatnonzero(np.diff(column, prepend=-1))
    ends = np.append(starts[1:], len(times)) - 1
    by_value = np.lexsort((values, column))  # within each column from least to greatest
    return np.unique(np.concatenate([starts, ends, by_value[starts], by_value[ends]]))
