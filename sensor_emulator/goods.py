"""How warm each parcel is: it follows what surrounds it, the slower the thicker its box.

    dP/dt = (T_around - P) / tau

T_around is the air of the compartment it is in, or the day outside where it is in somebody's
hands. A parcel is small beside what is about it: it warms no compartment. Exact over a step, as
the thermal model is, and on the grid's time.
"""

from collections.abc import Sequence

import numpy as np

from .chance import generator
from .parcel import Parcel
from .thermal import Flags, Floats

#: The time constant of a foam box with its goods, s [U], and its spread (one sigma).
TAU_S, TAU_SPREAD = 5_400.0, 0.2
#: A pre-cooling room blows its air through open crates: so many times as fast [U].
BRISK = 2.5
IN_HAND = -1


class Goods:
    """All parcels of a run as it goes: °C, NaN before and after their way.

    `brisk`: the compartments that are pre-cooling rooms.
    """

    def __init__(self, parcels: Sequence[Parcel], brisk: Flags, seconds: float, seed: int) -> None:
        self.celsius: Floats = np.full(len(parcels), np.nan)
        self._around = np.full(len(parcels), IN_HAND, dtype=np.int64)
        spread = generator(seed, "parcels' boxes").standard_normal(len(parcels))
        self._rate = seconds / (TAU_S * np.exp(TAU_SPREAD * spread))
        self._brisk = brisk
        self._moves = sorted(_moves(parcels))
        self._next = 0
        self._came = [parcel.celsius for parcel in parcels]
        tied = [(n, one.tag, one.tied) for n, one in enumerate(parcels) if one.tag is not None]
        self._tied = np.array([number for number, _, _ in tied], dtype=np.int64)
        self._tags = np.array([tag for _, tag, _ in tied], dtype=np.int64)
        self._tied_at = np.array([at for _, _, at in tied], dtype=np.int64)

    def step(self, until: int, air: Floats, cargo: Floats, outside: float) -> None:
        """Carry all of them over the step that ends at `until` (ms)."""
        if not len(self.celsius):
            return
        while self._next < len(self._moves) and self._moves[self._next][0] < until:
            _, number, _, box = self._moves[self._next]
            self._next += 1
            if box is None:
                self.celsius[number] = np.nan
                continue
            self._around[number] = box
            if np.isnan(self.celsius[number]):
                came = self._came[number]
                self.celsius[number] = cargo[box] if came is None else came
        around = np.where(self._around == IN_HAND, outside, air[self._around])
        is_brisk = (self._around != IN_HAND) & self._brisk[self._around]
        rate = self._rate * np.where(is_brisk, BRISK, 1.0)
        self.celsius -= (around - self.celsius) * np.expm1(-rate)

    def show_tags(self, until: int, air: Floats, cargo: Floats, outside: float) -> None:
        """What tags are in at `until` (ms): about their parcel, and the parcel; in place."""
        if not len(self._tags):
            return
        riding = ~np.isnan(self.celsius[self._tied]) & (self._tied_at < until)
        numbers, tags = self._tied[riding], self._tags[riding]
        around = self._around[numbers]
        air[tags] = np.where(around == IN_HAND, outside, air[around])
        cargo[tags] = self.celsius[numbers]


def _moves(parcels: Sequence[Parcel]) -> list[tuple[int, int, int, int | None]]:
    """(when, parcel, order at one time, into which compartment; None: its way ends)."""
    found: list[tuple[int, int, int, int | None]] = []
    for number, parcel in enumerate(parcels):
        for stay in parcel.stays:
            found.append((stay.start, number, 1, stay.box))
            if stay.end is not None:
                found.append((stay.end, number, 0, IN_HAND))
        if parcel.gone is not None:
            found.append((parcel.gone, number, 2, None))
    return found
