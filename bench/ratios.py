"""Ratios that hold on any machine, and whether one got worse: `python -m bench --check`.

Of each pair both sides run in turns in this one process, in CPU time, so that what else the
machine does hardly counts; a ratio is the median of the rounds' own. Less is better throughout.
"""

import gc
import json
import statistics
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from .scale import progress

RECORDED = Path(__file__).with_name("ratios.json")
#: How much worse than recorded a ratio may be.
MOST = 1.25
ROUNDS = 11


@dataclass(frozen=True)
class Sides:
    """What is done in a round by ours and by the other; the latter so many `times`, to take long
    enough. `share`: the part of ours' work that theirs does each time."""

    ours: Callable[[], object]
    theirs: Callable[[], object]
    times: int = 1
    share: float = 1.0


@dataclass(frozen=True)
class Pair:
    """Two ways to do one thing: in words, and how they are set up."""

    name: str
    what: str
    ready: Callable[[], AbstractContextManager[Sides]]


def measured(pair: Pair, rounds: int = ROUNDS) -> list[float]:
    """A ratio a round, ours to theirs; after one that only warms up."""
    with pair.ready() as sides:
        found = [_round(sides) for _ in range(rounds + 1)]
    return found[1:]


def _round(sides: Sides) -> float:
    # Theirs before and after ours: a machine that changes its speed changes both.
    before = _cpu(sides.theirs, sides.times)
    ours = _cpu(sides.ours)
    after = _cpu(sides.theirs, sides.times)
    return 2 * ours * sides.share / (before + after)


def _cpu(do: Callable[[], object], times: int = 1) -> float:
    """CPU seconds of doing it once, no garbage collected meanwhile."""
    gc.collect()
    gc.disable()
    try:
        began = time.process_time()
        for _ in range(times):
            do()
        return (time.process_time() - began) / times
    finally:
        gc.enable()


def worse(found: dict[str, float], recorded: dict[str, float]) -> list[str]:
    """What got worse, or is measured or recorded alone; a line each."""
    lines = [
        f"{name}: {ratio:.2f}, recorded is {recorded[name]:.2f}: {ratio / recorded[name]:.2f} times"
        f" as much, {MOST:g} is allowed"
        for name, ratio in found.items()
        if name in recorded and ratio > MOST * recorded[name]
    ]
    odd = sorted(found.keys() ^ recorded.keys())
    return lines + [f"{name}: measured or recorded alone; run --record" for name in odd]


def main(keep: bool) -> int:
    """Measure all pairs; set them against what is recorded, or with `keep` record them."""
    from .pairs import PAIRS

    found: dict[str, float] = {}
    for pair in PAIRS:
        progress(f"ratio {pair.name}")
        rounds = measured(pair)
        found[pair.name] = statistics.median(rounds)
        print(
            f"{pair.name:18} {found[pair.name]:7.2f} ({min(rounds):.2f} to {max(rounds):.2f}):"
            f" {pair.what}",
            flush=True,
        )
    if keep:
        kept = {name: round(ratio, 3) for name, ratio in found.items()}
        RECORDED.write_text(json.dumps(kept, indent=1) + "\n")
        return 0
    wrong = worse(found, json.loads(RECORDED.read_text()))
    print("\n".join(wrong) or "no ratio is more than a quarter worse than recorded")
    return 1 if wrong else 0
