"""A rule followed over readings, and two neighbours over their pieces."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from coldchain.exposure import Sums
from coldchain.segment import Interval

from .findings import Finding, Rule
from .rise import FastRise


def feed(
    rule: Rule[Any],
    state: Any,
    times: Sequence[int],
    values: Sequence[float],
    pauses: Sequence[Interval] = (),
) -> Iterator[Finding]:
    """Give a rule its next readings (ms; micro-units); the findings that they end.

    `pauses`: sorted and apart; only a rise minds them.
    """
    if isinstance(rule, FastRise) and pauses:
        for at, value in zip(times, values, strict=True):
            is_paused = any(since <= at < until for since, until in pauses)
            ended = rule.observe(state, at, value, is_paused)
            if ended is not None:
                yield ended
        return
    for at, value in zip(times, values, strict=True):
        ended = rule.observe(state, at, value)
        if ended is not None:
            yield ended


def cut(rule: Rule[Any], state: Any, at: int) -> Finding | None:
    """What stands at `at` (ms), ended there: the rule is followed no further."""
    standing = rule.standing(state, at)
    return None if standing is None else msgspec.structs.replace(standing, until=at)


def mean_of(sums: Sums) -> int | None:
    """A piece's mean, micro-degrees; None where no time is known."""
    return sums.integral * 1000 // sums.known_ms if sums.known_ms else None
