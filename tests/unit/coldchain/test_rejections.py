"""Dead letters: what the headers say is read back the same."""

from hypothesis import given
from hypothesis import strategies as st

from coldchain.rejections import Rejection, from_headers

words = st.text(st.characters(codec="utf-8"))


@given(st.builds(Rejection, reason=words, where=words, when=words))
def test_headers_carry_a_rejection_there_and_back(rejection: Rejection) -> None:
    assert from_headers(rejection.headers()) == rejection


def test_a_record_is_named_by_topic_partition_and_offset() -> None:
    rejection = Rejection.of_record("no JSON", "coldchain.frames", 3, 1042, 1_795_413_720_500)
    assert rejection.where == "coldchain.frames/3/1042"
    assert rejection.when == "2026-11-23T06:02:00.500Z"


def test_a_line_is_named_by_file_and_number() -> None:
    assert Rejection.of_line("no time", "item1.csv", 17, 0).where == "item1.csv/17"


def test_a_reason_that_quotes_what_is_no_text_is_escaped() -> None:
    headers = dict(Rejection("got \udcff", "f/1", "").headers())
    assert headers["reason"] == b"got \\udcff"


def test_headers_of_another_hand_read_as_empty() -> None:
    assert from_headers([("other", b"x"), ("reason", None)]) == Rejection("", "", "")
