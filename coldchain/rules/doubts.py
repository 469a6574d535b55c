"""Which of a sensor's own faults cast doubt on a span of its readings."""

from collections.abc import Sequence

from coldchain.segment import Interval

from .findings import Finding
from .table import RULES, rules_for


def doubts(times: Sequence[int], values: Sequence[int], span: Interval) -> tuple[str, ...]:
    """The fault rules (by id, sorted) whose finding overlaps `span` (ms), by the readings given.

    `times` (ms) rise, `values` are micro-degrees. A fault shows over hours: readings from before
    the span tell more.
    """
    found: set[str] = set()
    for rule in rules_for("temperature"):
        if not RULES[rule.id].is_fault:
            continue
        state = rule.fresh()
        findings = [rule.observe(state, at, value) for at, value in zip(times, values, strict=True)]
        findings.append(rule.standing(state, times[-1]) if times else None)
        if any(one is not None and _overlaps(one, span) for one in findings):
            found.add(rule.id)
    return tuple(sorted(found))


def _overlaps(one: Finding, span: Interval) -> bool:
    return one.since < span[1] and (one.until is None or one.until > span[0])
