"""Spans of open doors: merged, met window by window, shared out over steps."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sensor_emulator.openings import Openings, Window, shares

SPANS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 900), st.integers(1, 300)).map(
        lambda one: (one[0], one[1], one[1] + one[2])
    ),
    max_size=12,
)


def total(spans: list[tuple[int, int, int]], box: int) -> int:
    """The moments that some span of the compartment covers."""
    return len({at for own, start, end in spans if own == box for at in range(start, end)})


@given(SPANS)
def test_steps_share_out_every_moment_once(spans: list[tuple[int, int, int]]) -> None:
    openings = Openings.of(spans)
    window = Window(openings)
    parts = [
        shares(window.touching(start, start + 60), 4, start, 10, 6) for start in range(0, 1_500, 60)
    ]
    found = np.concatenate(parts)
    assert ((found >= 0) & (found <= 1)).all()
    for box in range(4):
        assert round(found[:, box].sum() * 10) == total(spans, box)


@given(SPANS)
def test_each_edge_lies_in_one_window(spans: list[tuple[int, int, int]]) -> None:
    openings = Openings.of(spans)
    window, edges = Window(openings), []
    for start in range(0, 1_500, 50):
        met = window.touching(start, start + 50)
        for times in (met.start, met.end):
            within = (times >= start) & (times < start + 50)
            edges += list(zip(met.box[within].tolist(), times[within].tolist(), strict=True))
    expected = [
        (int(box), int(at))
        for times in (openings.start, openings.end)
        for box, at in zip(openings.box, times, strict=True)
    ]
    assert sorted(edges) == sorted(expected)


@given(SPANS, SPANS)
def test_further_spans_merge_with_those_there(
    spans: list[tuple[int, int, int]], more: list[tuple[int, int, int]]
) -> None:
    if not more:
        return
    both, together = Openings.of(spans).also(more), Openings.of([*spans, *more])
    assert both.rows().tolist() == together.rows().tolist()
