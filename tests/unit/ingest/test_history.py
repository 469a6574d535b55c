"""A change applies from its date, never backwards; and the same as CSV."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coldchain.registry import ChannelEntry, CompartmentEntry, Entry, Registration
from coldchain.registry_toml import RegistryError
from coldchain.times import from_iso, iso
from ingest.history import HistoryError, advance
from ingest.registry_csv import loads_csv

NOW = from_iso("2026-11-24T12:00:00Z")


def history(*entries: tuple[int, str]) -> Registration:
    """Entries of van-1: (ms, profile)."""
    return Registration(
        device="van-1",
        history=[
            Entry(
                since=iso(at),
                kind="van",
                asset="v",
                compartments={"main": CompartmentEntry(profile=profile)},
            )
            for at, profile in entries
        ],
    )


def test_a_device_nobody_knew_may_be_registered_from_any_time() -> None:
    assert advance(None, history((5, "a")), NOW) == history((5, "a"))


def test_the_same_again_is_nothing_new() -> None:
    assert advance(history((5, "a")), history((5, "a")), NOW) is None


def test_a_change_alone_goes_behind_what_is_known() -> None:
    made = advance(history((5, "a")), history((NOW + 1, "b")), NOW)
    assert made == history((5, "a"), (NOW + 1, "b"))


def test_what_is_still_to_come_may_be_changed() -> None:
    known = history((5, "a"), (NOW + 9, "b"))
    made = advance(known, history((NOW + 5, "c")), NOW)
    assert made == history((5, "a"), (NOW + 5, "c"))


def test_what_was_nothing_may_be_said_later() -> None:
    assert advance(history((50, "a")), history((5, "b"), (50, "a")), NOW) is not None


@pytest.mark.parametrize(
    "published",
    [history((5, "b")), history((NOW, "b")), history((6, "b"), (7, "a")), history((NOW + 1, "a"))],
    ids=["another profile", "from this very moment", "for a moment", "left out"],
)
def test_what_already_held_stays(published: Registration) -> None:
    known = history((5, "a"), (NOW - 9, "c"), (NOW - 5, "a"))
    if published.history[0].since == iso(NOW + 1):
        assert advance(known, published, NOW) is not None  # what is not published is kept
    else:
        with pytest.raises(HistoryError, match=r"device van-1: what held at .*compartments"):
            advance(known, published, NOW)


entries = st.lists(
    st.tuples(st.integers(0, 20), st.sampled_from("abc")), min_size=1, unique_by=lambda one: one[0]
).map(lambda found: history(*sorted(found)))


@given(known=entries, published=entries, now=st.integers(0, 20))
def test_no_publication_changes_the_past(
    known: Registration, published: Registration, now: int
) -> None:
    try:
        made = advance(known, published, now) or known
    except HistoryError:
        return
    for moment in range(now + 1):
        was, found = known.in_force(moment), made.in_force(moment)
        if was is not None:
            assert found is not None
            assert found.compartments == was.compartments
    times = [from_iso(entry.since) for entry in made.history]
    assert times == sorted(set(times))


HEAD = "device,since,kind,asset,crew,compartment,profile,channel,counts,calibration\n"
ROW = "van-1,2026-11-01T08:00:00+08:00,van,v,north,"


def test_rows_of_one_date_are_one_entry() -> None:
    text = HEAD + ROW + "main,iced-seafood,,,\n" + ROW + ",,main.air,no,-0.2\n"
    (found,) = loads_csv(text, "f.csv")
    (entry,) = found.history
    assert (entry.kind, entry.crew) == ("van", "north")
    assert entry.compartments == {"main": CompartmentEntry(profile="iced-seafood")}
    assert entry.channels == {"main.air": ChannelEntry(counts=False, calibration=-0.2)}
    assert from_iso(entry.since) == from_iso("2026-11-01T00:00:00Z")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("device,kind\n", "f.csv: no column 'since'"),
        ("device,since,kind,asset,colour\n", "unknown column 'colour'"),
        (HEAD + ROW + ",,main.air,perhaps,\n", "line 2: counts is 'perhaps'"),
        (HEAD + ROW + ",,main.air,,warm\n", "line 2: calibration is 'warm'"),
        (HEAD + ROW + "main,x,,,\n" + ROW.replace("north", "south") + "b,x,,,\n", "line 3: crew"),
        (HEAD + ROW + "main,x,,,,,,\n", "line 2: more fields"),
        (HEAD + ROW.replace("van,", "boat,") + "main,x,,,\n", "kind"),
        (HEAD + ROW.replace("+08:00", "") + "main,x,,,\n", "since"),
        (HEAD + (ROW + "main,x,,,\n") * 2, "line 3: compartment 'main' of van-1 is in line 2"),
        (
            HEAD + ROW + "main,x,main.air,,0.1\n" + ROW + ",,main.air,,0.2\n",
            "line 3: channel 'main.air' of van-1 is in line 2",
        ),
        (HEAD + ROW + "main,x,main.air,,1e308\n", "line 2: calibration is '1e308'"),
        (HEAD + ROW + "main,x,main.air,,nan\n", "line 2: calibration is 'nan'"),
        (HEAD + ROW + "main,x,,,\n" + ROW + ",,rear.air,,\n", "line 3: channel 'rear.air'"),
        (HEAD, "f.csv"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, reason: str) -> None:
    if text == HEAD:
        assert loads_csv(text, "f.csv") == []
        return
    with pytest.raises(RegistryError) as error:
        loads_csv(text, "f.csv")
    assert reason in str(error.value)


def test_dates_in_several_zones_are_put_in_order_of_time() -> None:
    later = "van-1,2026-11-01T01:00:00Z,van,v,north,main,frozen,,,\n"
    (found,) = loads_csv(HEAD + later + ROW + "main,iced-seafood,,,\n", "f.csv")
    assert [one.compartments["main"].profile for one in found.history] == ["iced-seafood", "frozen"]
