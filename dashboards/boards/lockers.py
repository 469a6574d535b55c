"""Lockers: thousands of compartments at a glance, then one locker's, one row each."""

from functools import partial

from dashboards.columns import device
from dashboards.influxql import LOCKERS, OF_LOCKERS
from dashboards.panels import (
    counts,
    locker_compartments,
    locker_counties,
    margin_heatmap,
    standing,
    worst_first,
)
from dashboards.variables import choice, one

from .board import Board

_here = partial(device, slug="lockers")

BOARD = Board(
    "lockers",
    {
        1: partial(counts.panel, key="locker-counts", where=LOCKERS, more=("compartments",)),
        2: margin_heatmap.panel,
        3: partial(worst_first.panel, key="worst-lockers", where=LOCKERS, named=_here, width=24),
        4: locker_counties.panel,
        5: standing.panel,
        6: locker_compartments.panel,
    },
    (partial(choice, "county"), partial(one, "device", where=OF_LOCKERS)),
)
