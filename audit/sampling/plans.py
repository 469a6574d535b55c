"""Which plan: lot size and inspection level to a code letter, with the AQL to n, Ac and Re.

GB/T 2828.1-2012 / ISO 2859-1:1999, tables 1, 2-A, 2-B, 2-C [S]. In each master table one row of
numbers runs down every diagonal; what is left of it points down, what is right of it points up.
The tables are written here as that row; tests hold them against published cells.
"""

from bisect import bisect_left
from dataclasses import dataclass
from math import ceil, log
from typing import Literal

Severity = Literal["normal", "tightened", "reduced"]
Level = Literal["S-1", "S-2", "S-3", "S-4", "I", "II", "III"]

#: Percent nonconforming. (Above 10 the standard's AQLs count nonconformities, not items.)
AQLS = (0.01, 0.015, 0.025, 0.04, 0.065, 0.1, 0.15, 0.25, 0.4, 0.65, 1.0, 1.5, 2.5, 4.0, 6.5, 10.0)

#: S is only reached by the tightened table's arrow at AQL 0.025.
LETTERS = "ABCDEFGHJKLMNPQRS"
_SIZES = (2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800, 1250, 2000, 3150)
_REDUCED = (2, 2, 2, 3, 5, 8, 13, 20, 32, 50, 80, 125, 200, 315, 500, 800)
_BOUNDS = (8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10_000, 35_000, 150_000, 500_000)
_CODES: dict[Level, str] = {
    "S-1": "AAAABBBBCCCCDDD",
    "S-2": "AAABBBCCCDDDEEE",
    "S-3": "AABBCCDDEEFFGGH",
    "S-4": "AABCCDEEFGGHJJK",
    "I": "AABCCDEFGHJKLMN",
    "II": "ABCDEFGHJKLMNPQ",
    "III": "BCDEFGHJKLMNPQR",
}

_UP, _DOWN = -1, -2


@dataclass(frozen=True, slots=True)
class _Table:
    """A master table: `row` of acceptance numbers and arrows, which begins with 0 at the AQL
    number `first` for letter A and one AQL lower with every letter."""

    row: tuple[int, ...]
    first: int
    sizes: tuple[int, ...]

    def cell(self, letter: int, aql: int) -> int:
        """The acceptance number or arrow of a letter and an AQL, by their numbers."""
        at = aql - (self.first - letter)
        if at < 0:
            return _DOWN
        return self.row[at] if at < len(self.row) else _UP


_TABLES: dict[Severity, _Table] = {
    "normal": _Table((0, _UP, _DOWN, 1, 2, 3, 5, 7, 10, 14, 21), 14, _SIZES[:16]),
    "tightened": _Table((0, _DOWN, _DOWN, 1, 2, 3, 5, 8, 12, 18), 15, _SIZES),
    "reduced": _Table((0, _UP, _DOWN, _DOWN, 1, 2, 3, 5, 6, 8, 10), 14, _REDUCED),
}


class PlanError(ValueError):
    """No such plan; the message says what there is."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Draw `size`; accept the lot at `accept` nonconforming or fewer, else reject it.

    `letter` is that of the plan used, after arrows; empty for a zero-acceptance plan. `is_all`:
    the sample would be the lot or more, so that all of it is inspected.
    """

    size: int
    accept: int
    letter: str = ""
    is_all: bool = False

    @property
    def reject(self) -> int:
        return self.accept + 1

    def accepts(self, nonconforming: int) -> bool:
        return nonconforming <= self.accept


def code_letter(lot: int, level: Level) -> str:
    """The code letter of a lot by its size (2 or more). Raises PlanError."""
    if lot < 2:
        raise PlanError(f"a lot of {lot}: sampling begins at 2")
    return _CODES[level][bisect_left(_BOUNDS, lot)]


def single_plan(lot: int, level: Level, aql: float, severity: Severity = "normal") -> Plan:
    """The single sampling plan of a lot. Raises PlanError."""
    if aql not in AQLS:
        named = ", ".join(f"{one:g}" for one in AQLS)
        raise PlanError(f"AQL {aql:g} is none of the preferred ones: {named}")
    table = _TABLES[severity]
    letter = _resolved(table, LETTERS.index(code_letter(lot, level)), AQLS.index(aql))
    accept = table.cell(letter, AQLS.index(aql))
    return _within(lot, Plan(table.sizes[letter], accept, LETTERS[letter]))


def tighter_aql(aql: float) -> float | None:
    """The AQL one step tighter; None at the tightest."""
    at = AQLS.index(aql)
    return AQLS[at - 1] if at else None


def zero_plan(lot: int, confidence: float, nonconforming: float) -> Plan:
    """A plan that accepts on none: with `confidence` a lot with this share of nonconforming
    items, or more, is found out. n = ceil(ln(1 - confidence) / ln(1 - share)). Raises PlanError.
    """
    if not (0 < confidence < 1 and 0 < nonconforming < 1):
        raise PlanError("confidence and share have to lie between 0 and 1, as 0.95 and 0.05")
    return _within(lot, Plan(ceil(log(1 - confidence) / log(1 - nonconforming)), 0))


def acceptance(plan: Plan, share: float) -> float:
    """The probability that a lot with this share of nonconforming items is accepted (binomial)."""
    term = (1 - share) ** plan.size
    total = term
    for k in range(1, plan.accept + 1):
        term *= (plan.size - k + 1) / k * share / (1 - share)
        total += term
    return total


def _resolved(table: _Table, letter: int, aql: int) -> int:
    """The letter whose plan is used: the first along the arrow, else the first the other way."""
    cell = table.cell(letter, aql)
    if cell >= 0:
        return letter
    above = range(letter - 1, -1, -1)
    below = range(letter + 1, len(table.sizes))
    ways = (above, below) if cell == _UP else (below, above)
    return next(one for way in ways for one in way if table.cell(one, aql) >= 0)


def _within(lot: int, plan: Plan) -> Plan:
    return Plan(lot, plan.accept, plan.letter, True) if plan.size >= lot else plan
