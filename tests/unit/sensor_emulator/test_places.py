"""Roads: never across the water, and never shorter than the straight line."""

from hypothesis import given
from hypothesis import strategies as st

from sensor_emulator.places import (
    CROSSINGS,
    HARBOUR,
    ORIGINS,
    PLACES,
    STREET_FACTOR,
    WEST_COAST,
    crossing,
    drive_ms,
    is_west,
    kilometres,
    way,
)

EVERYWHERE = (HARBOUR, *PLACES, *WEST_COAST, *ORIGINS)


def test_the_shores_are_told_apart() -> None:
    assert all(is_west(place.point) for place in WEST_COAST)
    assert not any(is_west(place.point) for place in (HARBOUR, *PLACES, *ORIGINS))
    for by in CROSSINGS:
        assert is_west(by.west)
        assert not is_west(by.east)


def test_the_harbour_is_nearest_the_tunnel_and_liuting_to_xinan_goes_by_the_bridge() -> None:
    liuting = next(place for place in PLACES if place.name == "Liuting")
    xuejiadao, xinan = WEST_COAST[0], WEST_COAST[3]
    assert crossing(HARBOUR.point, xuejiadao.point).name == "Jiaozhou Bay tunnel"
    assert crossing(liuting.point, xinan.point).name == "Jiaozhou Bay bridge"
    assert 15 < kilometres(HARBOUR.point, xuejiadao.point) < 20
    assert kilometres(liuting.point, xinan.point) > CROSSINGS[1].km


@given(st.sampled_from(EVERYWHERE), st.sampled_from(EVERYWHERE))
def test_a_road_is_as_long_back_as_there_and_a_way_ends_where_it_should(one, other) -> None:  # type: ignore[no-untyped-def]
    there, back = kilometres(one.point, other.point), kilometres(other.point, one.point)
    assert abs(there - back) < 0.005 * (there + 1)
    parts = way(one.point, other.point)
    assert parts[-1][0] == other.point
    assert all(lasts >= 0 for _, lasts in parts)
    assert len(parts) == (1 if is_west(one.point) == is_west(other.point) else 3)


def test_a_street_is_the_straight_line_by_its_factor_at_the_citys_pace() -> None:
    north, south = (36.20, 120.40), (36.10, 120.40)
    assert abs(kilometres(north, south) / STREET_FACTOR - 11.12) < 0.01
    assert abs(drive_ms(north, south) / 60_000 - 11.12 * STREET_FACTOR / 26 * 60) < 0.1
