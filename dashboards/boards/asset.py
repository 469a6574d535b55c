"""Asset: every compartment and probe of one device; where the fleet's tables lead."""

from functools import partial

from dashboards.panels import (
    conditions,
    excursions,
    margins,
    open_alerts,
    standing,
    switches,
    temperatures,
)
from dashboards.panels.excursions import marks
from dashboards.variables import choice, one
from series.schema import READING

from .board import Board

ASSET = Board(
    "asset",
    {
        1: standing.panel,
        2: temperatures.panel,
        8: temperatures.long_range,
        3: margins.panel,
        4: switches.panel,
        5: excursions.panel,
        6: conditions.of_one,
        7: open_alerts.of_one,
    },
    (
        partial(one, "device"),
        partial(choice, "compartment", where=standing.DEVICE, measurement=READING.name),
    ),
    annotations=(marks,),
    leads_to_console=True,
)
