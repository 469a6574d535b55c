"""Sensor faults over arrays: finding for finding what the rules say a reading at a time."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coldchain.celsius import MICRO
from coldchain.rules import columns
from coldchain.rules.columns import noisy, sensor_faults, stuck
from coldchain.rules.faults import SensorNoisy, SensorStuck
from coldchain.rules.findings import Finding, Rule
from coldchain.times import HOUR_MS, MINUTE_MS

START = 1_795_413_600_000
MAX_GAP = 10 * MINUTE_MS
Readings = tuple[list[int], list[int]]

#: Stretches: how many readings, how far apart (ms), and the values they go through.
stretches = st.lists(
    st.tuples(
        st.integers(1, 12),
        st.sampled_from([30_000, MINUTE_MS, 2 * MINUTE_MS, MAX_GAP, MAX_GAP + 1, 3 * HOUR_MS]),
        st.lists(st.sampled_from([2, 2, 3, 6, -9]), min_size=1, max_size=3),
    ),
    max_size=14,
)


@st.composite
def histories(draw: st.DrawFn) -> Readings:
    times, values, at = [], [], START + draw(st.integers(0, HOUR_MS))
    for often, step, levels in draw(stretches):
        for n in range(often):
            times.append(at)
            values.append(levels[n % len(levels)] * MICRO)
            at += step
    return times, values


def told(rule: Rule[Any], history: Readings) -> list[Finding]:
    """What the rule says, reading by reading, and at the last."""
    state = rule.fresh()
    found = [rule.observe(state, at, value) for at, value in zip(*history, strict=True)]
    found.append(rule.standing(state, history[0][-1]) if history[0] else None)
    return [one for one in found if one is not None]


def arrays(history: Readings) -> tuple[Any, Any]:
    return np.array(history[0], dtype=np.int64), np.array(history[1], dtype=np.int32)


@given(histories(), st.sampled_from([1, 5, 16]))
def test_a_stuck_sensor_is_the_same_by_columns(history: Readings, chunk: int) -> None:
    rule = SensorStuck(patience=20 * MINUTE_MS, count=4, max_gap=MAX_GAP)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "CHUNK", chunk)
        assert list(stuck(rule, *arrays(history))) == told(rule, history)


@given(histories(), st.sampled_from([1, 5, 16]))
def test_a_noisy_sensor_is_the_same_by_columns(history: Readings, chunk: int) -> None:
    rule = SensorNoisy(window=4 * MINUTE_MS, count=3)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(columns, "CHUNK", chunk)
        assert list(noisy(rule, *arrays(history))) == told(rule, history)


def test_known_time_alone_makes_a_sensor_stuck() -> None:
    """Forty readings a minute apart, once before and once after a night unheard."""
    minute = [START + n * MINUTE_MS for n in range(40)]
    night = [*minute, *(at + 12 * HOUR_MS for at in minute)]
    assert sensor_faults(*arrays((night, [3 * MICRO] * 80)), MAX_GAP) == []
    day = [START + n * MINUTE_MS for n in range(361)]
    (found,) = sensor_faults(*arrays((day, [3 * MICRO] * 361)), MAX_GAP)
    assert (found.rule, found.since, found.due, found.until) == (
        "sensor-stuck",
        START,
        START + 6 * HOUR_MS,
        None,
    )
