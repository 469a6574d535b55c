"""Registering a logger never undoes what is registered."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coldchain.registry import CompartmentEntry, Entry, Kind, Registration
from coldchain.times import iso
from ingest.enrol import EnrolError, enrol
from ingest.history import advance

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


def test_another_compartment_would_change_what_held_and_is_refused() -> None:
    with pytest.raises(EnrolError, match=r"what held never changes: .* a device of their own"):
        enrol(FRESH, "tag-7", "rear", "frozen", AT + 1000)


ENTRIES = st.lists(
    st.tuples(
        st.integers(-5, 5),
        st.sampled_from(["logger", "van"]),
        st.dictionaries(
            st.sampled_from(["main", "rear"]),
            st.sampled_from(["iced-seafood", "frozen"]).map(lambda p: CompartmentEntry(profile=p)),
            min_size=1,
        ),
    ),
    min_size=1,
    max_size=3,
    unique_by=lambda one: one[0],
)


@given(entries=ENTRIES, first=st.integers(-6, 6))
def test_whatever_is_registered_no_file_changes_what_a_device_was(
    entries: list[tuple[int, Kind, dict[str, CompartmentEntry]]], first: int
) -> None:
    history = [
        Entry(since=iso(AT + at * 1000), kind=kind, asset="tag-7", compartments=compartments)
        for at, kind, compartments in sorted(entries, key=lambda one: one[0])
    ]
    known = Registration(device="tag-7", history=history)
    try:
        made = enrol(known, "tag-7", "main", "frozen", AT + first * 1000)
    except EnrolError:
        return
    if made is not None:
        advance(known, made, AT + 10**9)  # raises where it would


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
