"""The nearest space that works; and where a device is, asked of a server that may be away."""

import pytest

from alerts.nearest import distance_km, nearest
from alerts.whereabouts import Whereabouts
from coldchain.registry import CompartmentEntry, Entry, Kind
from coldchain.times import MINUTE_MS, iso

QINGDAO = (36.0671, 120.3826)


def _entry(
    kind: Kind = "hub", north: float = 36.1, east: float = 120.4, profile: str = "frozen"
) -> Entry:
    compartments = {"main": CompartmentEntry(profile=profile)}
    return Entry(
        since=iso(0), kind=kind, asset=kind, compartments=compartments, position=(north, east)
    )


def test_distance_is_along_a_great_circle() -> None:
    assert distance_km(QINGDAO, QINGDAO) == 0.0
    assert distance_km((0.0, 0.0), (0.0, 90.0)) == pytest.approx(10_007.5, abs=1)
    assert distance_km((36.0, 120.0), (37.0, 120.0)) == pytest.approx(111.2, abs=0.1)
    assert distance_km((0.0, 179.9), (0.0, -179.9)) == pytest.approx(22.2, abs=0.1)


def test_what_moves_is_for_other_goods_is_far_or_is_oneself_is_no_space() -> None:
    spaces = [
        ("van", _entry("van")),
        ("other", _entry(profile="medicine-2-8-gsp")),
        ("far", _entry(north=37.5)),
        ("self", _entry()),
    ]
    assert nearest(QINGDAO, "self", "frozen", spaces, ()) is None
    found = nearest(QINGDAO, "self", "frozen", [*spaces, ("good", _entry("locker"))], ())
    assert found is not None
    assert found.device == "good"
    assert nearest(QINGDAO, "self", "frozen", [("good", _entry())], {"good"}) is None
    assert nearest(None, "self", "frozen", [("good", _entry())], ()) is None


def test_where_a_device_is_is_asked_once_a_minute_and_a_fault_hinders_nothing() -> None:
    asked: list[str] = []

    def ask(device: str) -> tuple[float, float]:
        asked.append(device)
        if device == "lost":
            raise OSError("away")
        return QINGDAO

    where = Whereabouts(ask)
    for now in (MINUTE_MS, MINUTE_MS + 1, 2 * MINUTE_MS):
        where.refresh(["van-1", ""], now)
    assert asked == ["van-1", "van-1"]
    assert where.of("van-1") == QINGDAO
    where.refresh(["lost", "van-2", "van-3"], 2 * MINUTE_MS)
    assert asked[2:] == ["lost"]  # who follows a fault is not waited for
    assert where.of("van-2") is None
