"""Warm goods that come into pre-cooling rooms and units: when, how much, how warm."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from coldchain.times import HOUR_MS, MINUTE_MS

from .chance import generator
from .fleet import Fleet
from .scenario import Scenario

#: Warm goods come into a pre-cooling room every so often, at so many °C: landed on some ice.
INTAKE_EVERY_MS = 3 * HOUR_MS
INTAKE_CELSIUS = (9.0, 15.0)
#: The share of the room's goods that they replace.
INTAKE_SHARE = 0.8


@dataclass(frozen=True)
class Loads:
    """Goods that come in: compartment, when (ms), the share they replace, how warm (°C)."""

    box: NDArray[np.int64]
    at: NDArray[np.int64]
    share: NDArray[np.float64]
    celsius: NDArray[np.float64]

    @classmethod
    def of(cls, rows: Iterable[tuple[int, int, float, float]]) -> "Loads":
        """From rows of (compartment, when, share, °C), in any order."""
        ranked = sorted(rows, key=lambda row: (row[1], row[0]))
        columns = list(zip(*ranked, strict=True)) or [(), (), (), ()]
        return cls(
            np.array(columns[0], dtype=np.int64),
            np.array(columns[1], dtype=np.int64),
            np.array(columns[2], dtype=np.float64),
            np.array(columns[3], dtype=np.float64),
        )

    def also(self, rows: Sequence[tuple[int, int, float, float]]) -> "Loads":
        """With further rows."""
        own = zip(
            self.box.tolist(), self.at.tolist(), self.share.tolist(), self.celsius.tolist(),
            strict=True,
        )  # fmt: skip
        return Loads.of([*own, *rows])


def draw_loads(scenario: Scenario, fleet: Fleet) -> Loads:
    """A load for each pre-cooling room every few hours, none in the first minutes; for each
    mobile unit whenever it stands at its harbour or market again.
    """
    start, end = scenario.start_ms, scenario.start_ms + scenario.duration_ms
    chance = generator(scenario.seed, "loads")
    rows: list[tuple[int, int, float, float]] = []
    for box in fleet.usage("intake").tolist():
        at = start + int(chance.uniform(5 * MINUTE_MS, INTAKE_EVERY_MS))
        while at < end:
            rows.append((box, at, INTAKE_SHARE, chance.uniform(*INTAKE_CELSIUS)))
            at += int(INTAKE_EVERY_MS * chance.uniform(0.8, 1.3))
    for index, route in fleet.routes.items():
        device = fleet.devices[index]
        if device.kind == "precooler":
            chance = generator(scenario.seed, device.name, "loads")
            rows += [
                (box, trip.leaves, INTAKE_SHARE, chance.uniform(*INTAKE_CELSIUS))
                for trip in route.trips
                if trip.leaves < end
                for box in device.boxes
            ]
    return Loads.of(rows)
