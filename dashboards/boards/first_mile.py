"""First mile: are goods cold in time, in harbours, fields and hubs."""

from functools import partial

from dashboards.influxql import STORES
from dashboards.panels import (
    cooling_counts,
    late_batches,
    pull_down,
    pull_downs,
    time_left,
    worst_first,
)
from dashboards.variables import choice, one
from series.schema import PULL_DOWN

from .board import Board

BOARD = Board(
    "first-mile",
    {
        1: cooling_counts.panel,
        2: pull_downs.panel,
        3: time_left.panel,
        4: pull_down.panel,
        5: pull_down.left,
        6: partial(worst_first.panel, key="worst-stores", where=STORES),
        7: late_batches.panel,
    },
    (partial(choice, "county"), partial(one, "device", measurement=PULL_DOWN.name)),
)
