"""Registering a logger never undoes what is registered."""

import msgspec
import pytest

from coldchain.registry import CompartmentEntry, Entry, Registration
from coldchain.times import iso
from ingest.enrol import EnrolError, enrol

AT = 1_455_113_416_000


def fresh() -> Registration:
    made = enrol(None, "tag-7", "main", "iced-seafood", AT)
    assert made is not None
    return made


FRESH = fresh()


def test_a_new_logger_is_registered_from_its_first_reading() -> None:
    assert FRESH.history == [
        Entry(
            since=iso(AT),
            kind="logger",
            asset="tag-7",
            compartments={"main": CompartmentEntry(profile="iced-seafood")},
        )
    ]


@pytest.mark.parametrize("later", [0, 1, 10**9])
def test_the_same_again_changes_nothing(later: int) -> None:
    assert enrol(FRESH, "tag-7", "main", "iced-seafood", AT + later) is None


def test_an_earlier_file_begins_the_registration_earlier() -> None:
    changed = enrol(FRESH, "tag-7", "main", "iced-seafood", AT - 1000)
    assert changed is not None
    assert [entry.since for entry in changed.history] == [iso(AT - 1000)]


def test_another_compartment_is_added() -> None:
    changed = enrol(FRESH, "tag-7", "rear", "frozen", AT + 1000)
    assert changed is not None
    assert {name: c.profile for name, c in changed.history[0].compartments.items()} == {
        "main": "iced-seafood",
        "rear": "frozen",
    }


def test_another_profile_is_not_put_in_place_of_the_one_registered() -> None:
    with pytest.raises(EnrolError, match=r"logger tag-7 \(main: iced-seafood\)"):
        enrol(FRESH, "tag-7", "main", "frozen", AT)


def test_a_van_is_not_made_a_logger() -> None:
    van = msgspec.structs.replace(FRESH.history[0], kind="van", asset="van-0042")
    known = Registration(device="tag-7", history=[van])
    with pytest.raises(EnrolError, match="van van-0042"):
        enrol(known, "tag-7", "rear", "iced-seafood", AT)


def test_a_history_of_several_entries_is_left_alone() -> None:
    frozen = {"main": CompartmentEntry(profile="frozen")}
    later = msgspec.structs.replace(FRESH.history[0], since=iso(AT + 1000), compartments=frozen)
    known = Registration(device="tag-7", history=[FRESH.history[0], later])
    assert enrol(known, "tag-7", "main", "frozen", AT + 2000) is None
    with pytest.raises(EnrolError, match="registered already"):
        enrol(known, "tag-7", "main", "iced-seafood", AT)
