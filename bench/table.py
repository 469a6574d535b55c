"""One row of the bench: what was measured, what stood beside it, and what is to be reached.

Shapes: a row has one figure of ours and any number of references, each measured in the same run,
in turns; a ratio is the median of the rounds' own ratios, ours to theirs.
"""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

#: Where a ratio's rounds differ in number: the medians are set against each other.
Rounds = tuple[float, ...]


@dataclass(frozen=True)
class Measured:
    """Rounds of one thing, in the row's unit. `promises`: what it guarantees, what it does not."""

    name: str
    rounds: Rounds
    promises: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.rounds)


@dataclass(frozen=True)
class Target:
    """What is to be reached: of ours, or where `beside` names a reference, of ours to its."""

    bound: float
    at_least: bool = True
    beside: str = ""


@dataclass(frozen=True)
class Row:
    """`size`: of a record, or of what is read. `left_out`: references that were not to be had."""

    name: str
    what: str
    size: str
    unit: str
    ours: Measured
    references: tuple[Measured, ...] = ()
    targets: tuple[Target, ...] = ()
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def ratio(self, reference: str) -> float | None:
        """Ours to a reference's; None where it was left out."""
        for one in self.references:
            if one.name == reference:
                return ratio(self.ours.rounds, one.rounds)
        return None

    def reached(self, target: Target) -> bool | None:
        """None where its reference was left out."""
        found = self.ratio(target.beside) if target.beside else self.ours.median
        if found is None:
            return None
        return found >= target.bound if target.at_least else found <= target.bound


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the rounds' ratios; of the medians, where the rounds are not pairs."""
    if len(ours) != len(theirs):
        return statistics.median(ours) / statistics.median(theirs)
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def number(value: float) -> str:
    """As a person reads it."""
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:.3g}"


def spread(one: Measured, unit: str) -> str:
    least, most = min(one.rounds), max(one.rounds)
    between = f" ({number(least)} to {number(most)})" if len(one.rounds) > 1 else ""
    return f"{number(one.median)}{between} {unit}"


def wanted(row: Row, target: Target) -> str:
    """What is to be reached, and whether it was."""
    answer = {True: "yes", False: "no", None: "not known, it was left out"}[row.reached(target)]
    side = "at least" if target.at_least else "at most"
    if target.beside:
        return f"{side} {number(target.bound)} of {target.beside}: {answer}"
    return f"{side} {number(target.bound)} {row.unit}: {answer}"


def text(rows: Iterable[Row]) -> str:
    """The table for a terminal."""
    return "\n".join(line for row in rows for line in _block(row))


def _block(row: Row) -> list[str]:
    lines = [f"{row.name}: {row.what}; {row.size}"]
    for one in (row.ours, *row.references):
        found = "" if one is row.ours else f"; ours is {number(row.ratio(one.name) or 0)} of it"
        promises = f"; {one.promises}" if one.promises else ""
        lines.append(f"    {one.name:14} {spread(one, row.unit)}{found}{promises}")
    lines += [f"    to reach       {wanted(row, one)}" for one in row.targets]
    lines += [f"    left out       {one}" for one in row.left_out]
    lines += [f"    note           {one}" for one in row.notes]
    return lines


def markdown(rows: Iterable[Row]) -> str:
    """The table for docs/performance.md: a line a reference."""
    lines = [
        "| row | what, of what size | ours | beside it | ours to it | to reach |",
        "|---|---|---|---|---|---|",
    ]
    for row in rows:
        beside = [f"{one.name}: {spread(one, row.unit)}" for one in row.references]
        ratios = [number(row.ratio(one.name) or 0) for one in row.references]
        beside += [f"left out: {one}" for one in row.left_out]
        cells = [
            f"`{row.name}`",
            "<br>".join((row.what, row.size, *row.notes)),
            spread(row.ours, row.unit),
            "<br>".join(beside) or "nothing comparable",
            "<br>".join(ratios),
            "<br>".join(wanted(row, one) for one in row.targets),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def promises(rows: Iterable[Row]) -> str:
    """What each thing measured guarantees, as a list; each said once."""
    said = dict.fromkeys(
        f"- `{row.name}`, {one.name}: {one.promises}"
        for row in rows
        for one in (row.ours, *row.references)
        if one.promises
    )
    return "\n".join(said)
