"""What `coldchain doctor` says of the archive."""

from runtime.audit_health import Place, said_of


def test_records_that_wait_a_while_are_well() -> None:
    found = said_of({"frames": [Place(begin=3, end=90, archived=50, middle=10)], "custody": []})
    assert (found.state, found.said) == ("well", "40 records wait to be sealed, none for long")


def test_records_older_than_half_of_what_is_kept_are_told_before_they_go() -> None:
    places = {"frames": [Place(0, 90, 20, 25), Place(0, 7, 0, 7)], "custody": [Place(0, 9, 9, 9)]}
    found = said_of(places)
    assert found.state == "bad"
    assert "for 12 of frames, and they are not archived" in found.said


def test_records_that_kafka_let_go_of_are_counted_and_the_rest_is_said_after() -> None:
    found = said_of({"frames": [Place(30, 90, 20, 40)], "custody": [Place(0, 5, 5, 5)]})
    assert found.state == "bad"
    assert "not archived: 10 of frames" in found.said
