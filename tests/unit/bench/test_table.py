"""The bench's table: ratios by round, what is reached, and what is not known."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.page import BEGIN, DOCS, END, PAGE, Kept, between, filled
from bench.plot import svg, times_reached
from bench.rows import ROWS, row
from bench.table import Measured, Row, Target, markdown, ratio, text

RATES = st.lists(st.floats(1, 1e6), min_size=1, max_size=9)


def made(*targets: Target, ours: float = 50.0) -> Row:
    return Row(
        "van",
        "frames in Kafka -> rules",
        "715 bytes a record",
        "readings/s",
        Measured("worker", (ours,), "at least once"),
        (Measured("bare loop", (100.0,)),),
        targets,
        ("Telegraf: not installed",),
    )


def test_a_ratio_is_of_rounds_that_took_turns_not_of_medians() -> None:
    """A machine that is slow in a round is slow for both."""
    assert ratio((10, 100, 5), (20, 200, 10)) == 0.5


@given(RATES)
def test_what_is_as_fast_in_every_round_has_the_ratio_one(rates: list[float]) -> None:
    assert ratio(rates, rates) == 1


@pytest.mark.parametrize(
    ("target", "reached"),
    [
        (Target(50), True),
        (Target(51), False),
        (Target(50, at_least=False), True),
        (Target(49, at_least=False), False),
        (Target(0.5, beside="bare loop"), True),
        (Target(0.6, beside="bare loop"), False),
        (Target(4, beside="Telegraf"), None),
    ],
)
def test_a_target_is_reached_or_not_or_its_reference_was_left_out(
    target: Target, reached: bool | None
) -> None:
    assert made(target).reached(target) is reached


def test_a_reference_that_was_left_out_is_named_and_its_target_is_not_known() -> None:
    said = text([made(Target(4, beside="Telegraf"))])
    assert "left out       Telegraf: not installed" in said
    assert "not known, it was left out" in said


def test_right_is_better_in_the_picture_even_where_less_is_better() -> None:
    fast, slow = made(ours=0.5), made(ours=2.0)
    target = Target(1.0, at_least=False)
    assert times_reached(fast, target) == 2
    assert times_reached(slow, target) == 0.5
    assert "1 readings/s: no" in svg([made(Target(1.0, at_least=False), ours=2.0)], "here")


def test_a_page_keeps_what_is_around_its_marks_and_can_be_written_again() -> None:
    begin, end = BEGIN.format("measured"), END.format("measured")
    page = f"before\n{begin}\nold\n{end}\nafter\n"
    once = filled(page, {"van": Kept(made(Target(50)), "2 cores")})
    assert once.startswith("before\n")
    assert once.endswith("\nafter\n")
    assert "old" not in once
    assert markdown([made(Target(50))]) in once
    assert filled(once, {"van": Kept(made(Target(50)), "2 cores")}) == once


def test_a_page_without_its_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="has lost its marks"):
        between("a page", "measured", "new")


@pytest.mark.parametrize("name", ["measured", "soaked"])
def test_the_page_in_docs_has_its_marks(name: str) -> None:
    assert between((DOCS / PAGE).read_text(), name, "new")


@pytest.mark.parametrize("name", ROWS)
def test_every_row_that_is_named_can_be_measured(name: str) -> None:
    assert callable(row(name))
