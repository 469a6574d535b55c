"""The hand scanner: it records what is done to a parcel, on time, late, or never."""

import numpy as np

from coldchain.custody import Act
from coldchain.times import MINUTE_MS, SECOND_MS

from .parcel import Parcel, Scan, Where, Words
from .scenario import ParcelSpec

#: How long after its scan a custody event is received, ms: at once, or once the scanner is back.
SOON_MS, LATE_MS = (300, 4 * SECOND_MS), (20 * MINUTE_MS, 120 * MINUTE_MS)


class Scanner:
    """Scans parcels until the run's `end`. `who` is the courier that does."""

    def __init__(
        self, spec: ParcelSpec, chance: np.random.Generator, end: int, who: str = ""
    ) -> None:
        self._spec, self._chance, self._end, self.who = spec, chance, end, who

    @property
    def courier(self) -> Words:
        return Words(receiver=self.who)

    def scan(
        self,
        parcel: Parcel,
        act: Act,
        at: int,
        box: int,
        words: Words | None = None,
        measured: Where | None = None,
        always: bool = False,
    ) -> None:
        """Record it. A parcel's first loading is never missing, nor what is done `always`."""
        if at >= self._end:
            return
        fate, soon = self._chance.random(), int(self._chance.integers(*SOON_MS))
        late = int(self._chance.integers(*LATE_MS))
        may_miss = act in ("loaded", "unloaded") and bool(parcel.scans) and not always
        received: int | None = at + soon
        is_late = False
        if fate < self._spec.missing and may_miss:
            received = None
        elif fate > 1.0 - self._spec.late and not always:
            # Within the run: one that begins now would else end ahead of the clock.
            received, is_late = max(at + soon, min(at + late, self._end)), True
        parcel.scans.append(Scan(act, at, box, words or Words(), measured, received, is_late))
