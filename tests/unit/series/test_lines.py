"""Line protocol as text. That it reads back as it was is shown on a real server."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from series.lines import columns, escape, field, head, line


def test_tags_are_sorted_and_empty_ones_left_out() -> None:
    assert head("asset", {"kind": "van", "county": "", "device": "v 1"}) == (
        r"asset,device=v\ 1,kind=van"
    )


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a,b=c d", r"a\,b\=c\ d"),
        ("a\nb", r"a\ b"),
        ("a\\b", "a\\b"),
        ("a\\", "a/"),
        ("a\\\\", "a\\/"),
        ("即墨", "即墨"),
    ],
)
def test_what_would_end_a_tag_is_escaped(text: str, escaped: str) -> None:
    assert escape(text) == escaped


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (True, "true"),
        (3, "3i"),
        (3.0, "3.0"),
        (1e-7, "1e-07"),
        ('say "so"\\', '"say \\"so\\"\\\\"'),
    ],
)
def test_a_fields_type_shows_in_how_it_is_written(value: float | str, written: str) -> None:
    assert field(value) == written


def test_a_float_of_numpy_is_written_as_a_plain_one() -> None:
    numpy = pytest.importorskip("numpy")
    assert field(numpy.float64(1.5)) == "1.5"


def test_fields_of_none_are_left_out_and_a_line_of_none_is_none() -> None:
    assert line("m", {"a": None, "b": 1.0}, 5) == "m b=1.0 5"
    assert line("m", {"a": None}, 5) is None


def test_columns_that_share_their_times_make_one_line_a_time() -> None:
    assert columns("m,t=50% ", ["air", "a%"], [1, 2], [[3.2, 3.3], [0.0, 1.0]]) == [
        "m,t=50%  air=3.2,a%=0.0 1",
        "m,t=50%  air=3.3,a%=1.0 2",
    ]


def test_a_time_without_any_value_makes_no_line() -> None:
    assert columns("m", ["a", "b"], [1, 2, 3], [[None, 1.0, None], [2.0, None, None]]) == [
        "m b=2.0 1",
        "m a=1.0 2",
    ]


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="zip"):
        columns("m", ["a"], [1, 2], [[1.0]])


@given(st.lists(st.tuples(st.floats(allow_nan=False, allow_infinity=False), st.integers(0, 9**15))))
def test_columns_and_line_write_the_same(points: list[tuple[float, int]]) -> None:
    values = [value for value, _ in points]
    times = [at for _, at in points]
    assert columns("m", ["air"], times, [values]) == [
        line("m", {"air": value}, at) for value, at in points
    ]
