"""Fleet now: which van, store or locker is warm, going warm or silent; worst first."""

from functools import partial

from dashboards.panels import (
    counts,
    fleet_map,
    open_excursions,
    silent_devices,
    through_time,
    worst_first,
    worst_margin,
)
from dashboards.variables import choice

from .board import Board

FLEET_NOW = Board(
    "fleet-now",
    {
        1: counts.panel,
        2: worst_first.panel,
        3: silent_devices.panel,
        4: open_excursions.panel,
        5: fleet_map.panel,
        6: worst_margin.panel,
        7: through_time.panel,
    },
    (partial(choice, "kind"), partial(choice, "county")),
)
