import pytest

from series.lines import head, line
from series.reader import QueryError, Reader, Readings
from series.writer import Writer

pytestmark = pytest.mark.integration

AT = 1_700_000_000_000
MAIN = head("reading", {"compartment": "main", "device": "van-1"})


@pytest.fixture
def filled(writer: Writer) -> None:
    lines = [
        f"{MAIN} air=3.0,air.rear=3.5 {AT}",
        f"{MAIN} air=4.25 {AT + 1}",
        f"{MAIN} door=1.0 {AT + 1}",
        f"{head('reading', {'compartment': 'rear', 'device': 'van-1'})} air=-18.0 {AT}",
        f"{head('reading', {'compartment': 'main', 'device': 'van-10'})} air=9.0 {AT}",
        f"{head('flagged', {'channel': 'main.air', 'device': 'van-1'})} impossible=900.0 {AT + 2}",
        f"{head('flagged', {'channel': 'main.air', 'device': 'van-1'})} conflict=3.0 {AT}",
    ]
    assert writer.send(lines).result() == []


@pytest.mark.usefixtures("filled")
def test_a_channel_reads_back_alone_from_start_up_to_but_without_end(reader: Reader) -> None:
    assert reader.readings("van-1", "main.air") == Readings([AT, AT + 1], [3.0, 4.25])
    assert reader.readings("van-1", "main.air.rear") == Readings([AT], [3.5])
    assert reader.readings("van-1", "main.air", AT + 1) == Readings([AT + 1], [4.25])
    assert reader.readings("van-1", "main.air", AT, AT + 1) == Readings([AT], [3.0])
    assert reader.readings("van-2", "main.air") == Readings([], [])


@pytest.mark.usefixtures("filled")
def test_whole_numbers_come_back_as_floats(reader: Reader) -> None:
    [value] = reader.readings("van-10", "main.air").values
    assert isinstance(value, float)


@pytest.mark.usefixtures("filled")
def test_a_compartment_reads_back_by_field(reader: Reader) -> None:
    assert reader.compartment("van-1", "main") == {
        "air": Readings([AT, AT + 1], [3.0, 4.25]),
        "air.rear": Readings([AT], [3.5]),
        "door": Readings([AT + 1], [1.0]),
    }


@pytest.mark.usefixtures("filled")
def test_readings_are_counted_with_the_impossible_but_not_the_lesser_of_two(
    reader: Reader,
) -> None:
    assert reader.count_readings() == 7
    assert reader.count_readings(device="van-1") == 6
    assert reader.count_readings(AT + 1, AT + 2) == 2
    assert reader.count_readings(device="nobody") == 0


def test_an_empty_store_counts_none(reader: Reader) -> None:
    assert reader.count_readings() == 0
    assert reader.compartment("van-1", "main") == {}
    assert reader.excursions("van-1") == []


def test_excursions_read_back_as_last_written(writer: Writer, reader: Reader) -> None:
    start = head(
        "excursion",
        {"channel": "main.air", "device": "van-1", "limit": "warm", "severity": "critical"},
    )
    for state, minutes in (("opened", 5.0), ("confirmed", 30.0)):
        writer.send([f"{line(start, {'id': 'e1', 'state': state, 'minutes': minutes}, AT)}"])
    writer.close()
    [found] = reader.excursions("van-1", "main.air", AT)
    assert (found["state"], found["minutes"], found["limit"]) == ("confirmed", 30, "warm")
    assert reader.excursions("van-1", start=AT + 1) == []
    assert reader.excursions("van-1", "main.product") == []


def test_a_question_the_server_refuses_is_an_error_that_says_why(reader: Reader) -> None:
    with pytest.raises(QueryError, match="error parsing query"):
        reader.query("SELEC air")
    with pytest.raises(QueryError, match="mixing aggregate"):
        reader.query("SELECT mean(air), air FROM reading")


@pytest.mark.usefixtures("filled")
def test_several_questions_are_answered_in_order(reader: Reader) -> None:
    first, none, last = reader.queries(
        "SELECT count(air) FROM reading; SELECT air FROM nothing; SELECT max(air) FROM reading"
    )
    assert (first[0].values[0][1], none, last[0].values[0][1]) == (4, [], 9)
