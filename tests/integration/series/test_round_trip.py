"""What is written reads back as it was, whatever it is."""
# ruff: noqa: S608 - every name and string in a query goes through `name` or `quote`

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from series.lines import columns, head, line
from series.reader import Reader, name, quote
from series.writer import Writer

pytestmark = pytest.mark.integration

AT = 1_700_000_000_000
ON_A_SERVER = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
_counter = iter(range(1_000_000))

any_text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)
plain_text = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.just("\n"), min_size=1, max_size=40
)
finite = st.floats(allow_nan=False, allow_infinity=False)


def fresh() -> str:
    return f"m{next(_counter)}"


def as_stored(text: str) -> str:
    """What line protocol can't write: a newline, and a backslash at the very end."""
    kept = text.replace("\n", " ")
    return f"{kept[:-1]}/" if kept.endswith("\\") else kept


@ON_A_SERVER
@given(values=st.lists(finite, min_size=1, max_size=200))
def test_any_finite_float_reads_back_as_the_same(
    writer: Writer, reader: Reader, values: list[float]
) -> None:
    device = fresh()
    start = head("reading", {"compartment": "main", "device": device})
    times = [AT + i for i in range(len(values))]
    assert writer.send(columns(start, ["air"], times, [values])).result() == []
    found = reader.readings(device, "main.air")
    assert found.times == times
    assert found.values == values


@ON_A_SERVER
@given(text=any_text, key=any_text)
def test_any_text_of_a_tag_reads_back(writer: Writer, reader: Reader, text: str, key: str) -> None:
    measurement, key = fresh(), f"k{key}"
    written = line(head(measurement, {key: text, "z": "after"}), {"v": 1.0}, AT)
    assert written is not None
    assert writer.send([written]).result() == []
    [series] = reader.query(f"SELECT v FROM {name(measurement)} GROUP BY *")
    assert series.tags == {as_stored(key): as_stored(text), "z": "after"}
    assert series.values == [[AT, 1]]


@ON_A_SERVER
@given(text=any_text, key=any_text)
def test_any_text_of_a_field_and_any_name_reads_back(
    writer: Writer, reader: Reader, text: str, key: str
) -> None:
    measurement, key = fresh(), f"k{key}"
    assert writer.send([f"{line(measurement, {key: text, 'z': 1.0}, AT)}"]).result() == []
    [series] = reader.query(f"SELECT * FROM {name(measurement)}")
    row = dict(zip(series.columns, series.values[0], strict=True))
    assert row == {"time": AT, as_stored(key): text, "z": 1}


@ON_A_SERVER
@given(text=plain_text)
def test_a_question_finds_any_text_it_quotes(writer: Writer, reader: Reader, text: str) -> None:
    measurement = f'{fresh()} "so" said'
    start = head(measurement, {"t": text})
    assert writer.send([f"{line(start, {'s': text}, AT)}"]).result() == []
    by_tag, by_field = reader.queries(
        f"SELECT s FROM {name(measurement)} WHERE t = {quote(as_stored(text))};"
        f"SELECT s FROM {name(measurement)} WHERE s = {quote(text)}"
    )
    assert [series.values for series in by_tag] == [[[AT, text]]]
    assert [series.values for series in by_field] == [[[AT, text]]]


@ON_A_SERVER
@given(value=st.integers(-(2**63), 2**63 - 1), truth=st.booleans())
def test_any_integer_that_fits_and_any_boolean_read_back(
    writer: Writer, reader: Reader, value: int, truth: bool
) -> None:
    measurement = fresh()
    assert writer.send([f"{line(measurement, {'i': value, 'b': truth}, AT)}"]).result() == []
    [series] = reader.query(f"SELECT i, b FROM {name(measurement)}")
    assert series.values == [[AT, value, truth]]


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_a_float_that_is_not_finite_is_named_as_a_bad_line(writer: Writer, value: float) -> None:
    [bad] = writer.send([f"{line('reading', {'air': value}, AT)}"]).result()
    assert "invalid" in bad.reason
