"""The model against closed forms, and its energy against what went in and out."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor_emulator.thermal import Boxes, Forcing, Model, State


def boxes(count: int = 1, **changed: float) -> Boxes:
    """Some vans, alike."""
    usual = {
        "air_heat": 7e4, "cargo_heat": 2e5, "wall": 12.0, "exchange": 45.0, "volume": 12.0,
        "door_area": 2.4, "door_height": 1.7, "passes": 0.2, "capacity": 3_000.0,
        "setpoint": 1.0, "band": 1.6, "defrost_every": 1e9, "defrost_for": 0.0,
        "defrost_first": 0.0, "defrost_heat": 0.0, "sun": 0.0,
        "heater": 0.0,
    }  # fmt: skip
    return Boxes(**{name: np.full(count, value) for name, value in (usual | changed).items()})


def state(air: float, cargo: float) -> State:
    return State.at(np.array([air]), np.array([cargo]))


def off(outside: float = 20.0) -> Forcing:
    forcing = Forcing.calm(1, outside)
    forcing.available[:] = 0.0
    return forcing


def test_a_box_without_goods_warms_along_an_exponential() -> None:
    model = Model(boxes(exchange=1e-9), 10.0)
    now = state(0.0, 0.0)
    for step in range(1, 600):
        model.step(now, off(), step * 10.0)
        expected = 20.0 * (1.0 - np.exp(-step * 10.0 * 12.0 / 7e4))
        assert now.air[0] == pytest.approx(expected, abs=1e-6)


def test_goods_alone_with_steady_air_follow_it_by_their_own_time_constant() -> None:
    """A buffered probe's lag: with air of boundless heat, tau = C / UA."""
    model = Model(boxes(air_heat=1e15), 10.0)
    now = state(5.0, 0.0)
    for step in range(360):
        model.step(now, off(5.0), step * 10.0)
    expected = 5.0 * (1.0 - np.exp(-3600.0 * 45.0 / 2e5))
    assert now.cargo[0] == pytest.approx(expected, rel=1e-6)


def test_under_steady_power_both_nodes_end_where_the_walls_lose_as_much() -> None:
    model = Model(boxes(capacity=180.0, setpoint=-50.0), 60.0)
    now = state(20.0, 20.0)
    for step in range(10_000):
        model.step(now, Forcing.calm(1, 20.0), step * 60.0)
    assert now.air[0] == pytest.approx(20.0 - 180.0 / 12.0, abs=1e-6)
    assert now.cargo[0] == pytest.approx(now.air[0], abs=1e-6)


def test_a_step_is_exact_so_its_length_does_not_matter() -> None:
    ends = []
    for seconds in (1.0, 7.5, 60.0):
        now = state(2.0, 1.0)
        for step in range(round(3600 / seconds)):
            Model(boxes(), seconds).step(now, off(30.0), step * seconds)
        ends.append((now.air[0], now.cargo[0]))
    assert ends[0] == pytest.approx(ends[1], abs=1e-9)
    assert ends[0] == pytest.approx(ends[2], abs=1e-9)


@given(
    air=st.floats(-30, 30),
    cargo=st.floats(-30, 30),
    outside=st.floats(-15, 40),
    cooling=st.booleans(),
)
def test_energy_is_kept(air: float, cargo: float, outside: float, cooling: bool) -> None:
    """What both nodes gain is what walls and unit put in, integrated over the way (Simpson)."""
    box = boxes(setpoint=-100.0 if cooling else 100.0)
    fine, now = Model(box, 0.5), state(air, cargo)
    way = [air]
    for step in range(200):
        fine.step(now, Forcing.calm(1, outside), step * 0.5)
        way.append(float(now.air[0]))
    path = np.array(way)
    integral = (path[0] + 4 * path[1:-1:2].sum() + 2 * path[2:-1:2].sum() + path[-1]) * 0.5 / 3
    put_in = 12.0 * (outside * 100.0 - integral) - (3_000.0 * 100.0 if cooling else 0.0)
    gained = 7e4 * (now.air[0] - air) + 2e5 * (now.cargo[0] - cargo)
    assert gained == pytest.approx(put_in, rel=1e-6, abs=1.0)


@given(
    air=st.floats(-30, 30), cargo=st.floats(-30, 30), outside=st.floats(-15, 40),
    door=st.floats(0, 1), seconds=st.sampled_from([1.0, 10.0, 60.0]),
)  # fmt: skip
def test_without_power_nothing_gets_warmer_than_the_warmest_or_colder_than_the_coldest(
    air: float, cargo: float, outside: float, door: float, seconds: float
) -> None:
    now, forcing = state(air, cargo), off(outside)
    forcing.door[:] = door
    low, high = min(air, cargo, outside), max(air, cargo, outside)
    model = Model(boxes(), seconds)
    for step in range(30):
        model.step(now, forcing, step * seconds)
        assert low - 1e-6 <= now.air[0] <= high + 1e-6
        assert low - 1e-6 <= now.cargo[0] <= high + 1e-6


@pytest.mark.parametrize("outside", [10.0, 20.0, 28.0, 36.0])
def test_the_thermostat_keeps_the_air_about_its_band_and_starts_seldom(outside: float) -> None:
    model, now = Model(boxes(), 10.0), state(1.0, 1.0)
    seen, starts, was = [], [], False
    for step in range(2_000):
        model.step(now, Forcing.calm(1, outside), step * 10.0)
        seen.append(float(now.air[0]))
        if now.cooling[0] and not was:
            starts.append(step)
        was = bool(now.cooling[0])
    assert 0.2 - 0.3 < min(seen) < 1.0 < 1.8 < max(seen) < 1.8 + 0.3
    assert starts
    assert all(later - first > 360 for first, later in zip(starts, starts[7:], strict=False))


def test_a_unit_that_is_far_from_its_set_point_gives_all_it_has() -> None:
    """Cooled by 3 kW from 10 °C on, as the closed form has it for a step without goods."""
    model, now = Model(boxes(exchange=1e-9), 10.0), state(10.0, 10.0)
    model.step(now, Forcing.calm(1, 20.0), 0.0)
    balance = 20.0 - 3_000.0 / 12.0
    expected = balance + (10.0 - balance) * np.exp(-10.0 * 12.0 / 7e4)
    assert now.air[0] == pytest.approx(expected, abs=1e-6)


def test_a_defrost_stops_the_cooling_and_warms_the_air() -> None:
    box = boxes(defrost_every=3_600.0, defrost_for=300.0, defrost_first=600.0, defrost_heat=800.0)
    model, now = Model(box, 10.0), state(5.0, 1.0)
    for step in range(60):
        model.step(now, Forcing.calm(1, 28.0), step * 10.0)
    before = float(now.air[0])
    for step in range(60, 90):
        model.step(now, Forcing.calm(1, 28.0), step * 10.0)
        assert now.defrosting[0]
        assert not now.cooling[0]
    assert now.air[0] > before + 1.0
    model.step(now, Forcing.calm(1, 28.0), 900.0)
    assert not now.defrosting[0]


def test_an_open_door_warms_the_air_and_a_cut_step_warms_it_by_its_share() -> None:
    shut, half, full = state(1.0, 1.0), state(1.0, 1.0), state(1.0, 1.0)
    for door, now in ((0.0, shut), (0.5, half), (1.0, full)):
        forcing = off(28.0)
        forcing.door[:] = door
        Model(boxes(), 10.0).step(now, forcing, 0.0)
    assert shut.air[0] < half.air[0] < full.air[0] < 28.0


def test_a_heater_gives_what_the_walls_lose_and_no_more() -> None:
    """In a hard frost: 12 W/K (T + 10) = 2 kW (T_from - T) / 4, T_from 0.75 of the band below."""
    model, now = Model(boxes(heater=2_000.0), 10.0), state(1.0, 1.0)
    for step in range(20_000):
        model.step(now, Forcing.calm(1, -10.0), step * 10.0)
    starts_at, gain = 1.0 - 0.75 * 1.6, 2_000.0 / 4.0
    expected = (gain * starts_at - 12.0 * 10.0) / (gain + 12.0)
    assert now.air[0] == pytest.approx(expected, abs=1e-6)
    assert now.cargo[0] == pytest.approx(expected, abs=1e-6)
    assert not now.cooling[0]


def test_a_heater_goes_out_with_its_unit() -> None:
    model, now = Model(boxes(heater=2_000.0), 10.0), state(1.0, 1.0)
    for step in range(20_000):
        model.step(now, off(-10.0), step * 10.0)
    assert now.air[0] == pytest.approx(-10.0, abs=0.01)


def test_boxes_do_not_touch_each_other() -> None:
    pair = State.at(np.array([1.0, 1.0]), np.array([1.0, 1.0]))
    forcing = Forcing.calm(2, 28.0)
    forcing.door[1] = 1.0
    Model(boxes(2), 10.0).step(pair, forcing, 0.0)
    alone = state(1.0, 1.0)
    Model(boxes(), 10.0).step(alone, Forcing.calm(1, 28.0), 0.0)
    assert pair.air[0] == alone.air[0]
    assert pair.air[1] > alone.air[0]


def door_by_the_formula(air: float, outside: float, area: float, height: float) -> float:
    """W through an open door without a curtain, worked out apart from the emulator's own code:
    Gosney and Olama's flow, times rho_i, times the difference in enthalpy of moist air.
    """

    def rho(celsius: float) -> float:
        return 101_325.0 / (287.05 * (celsius + 273.15))

    def enthalpy(celsius: float, humidity: float) -> float:
        vapour = humidity * 611.2 * math.exp(17.62 * celsius / (243.12 + celsius))
        water = 0.622 * vapour / (101_325.0 - vapour)
        return 1006.0 * celsius + water * (2.501e6 + 1860.0 * celsius)

    fm = (2.0 / (1.0 + (rho(air) / rho(outside)) ** (1.0 / 3.0))) ** 1.5
    root = math.sqrt(1.0 - rho(outside) / rho(air)) * math.sqrt(9.81 * height)
    flow: float = 0.221 * area * root * fm
    return flow * rho(air) * (enthalpy(outside, 0.70) - enthalpy(air, 0.85))


@pytest.mark.parametrize(("air", "outside"), [(1.0, 28.0), (-18.0, 30.0), (4.0, 12.0)])
@pytest.mark.parametrize("share", [1.0, 0.4])
def test_a_door_lets_in_the_power_of_the_formula(air: float, outside: float, share: float) -> None:
    """What both nodes gain in a step so short that nothing else has moved yet."""
    now, forcing, seconds = state(air, air), off(outside), 1e-3
    forcing.door[:] = share
    Model(boxes(volume=1e6, passes=0.2), seconds).step(now, forcing, 0.0)
    gained = (7e4 * (now.air[0] - air) + 2e5 * (now.cargo[0] - air)) / seconds
    expected = share * 0.2 * door_by_the_formula(air, outside, 2.4, 1.7)
    assert gained == pytest.approx(12.0 * (outside - air) + expected, rel=1e-3)


def test_energy_is_kept_with_door_defrost_sun_and_a_unit_turned_down() -> None:
    """Step by step: walls by the air between two steps, the rest as it stands at a step's start.

    Trapezia over half-second steps are right to some 1e-6 of what goes through.
    """
    seconds, outside, sun, sunshine = 0.5, 28.0, 6.0, 0.5
    box = boxes(
        sun=sun, volume=1e6, passes=0.2, setpoint=1.0,
        defrost_every=1e9, defrost_first=100.0, defrost_for=60.0, defrost_heat=800.0,
    )  # fmt: skip
    model, now = Model(box, seconds), state(3.0, 2.0)
    put_in = doored = defrosted = cooled = 0.0
    for step in range(600):
        air, forcing = float(now.air[0]), Forcing.calm(1, outside, sunshine)
        is_open = 200 <= step < 300 or step >= 500
        forcing.door[:] = 1.0 if is_open else 0.0
        model.step(now, forcing, step * seconds)
        between = (air + float(now.air[0])) / 2.0
        put_in += 12.0 * (outside + sun * sunshine - between) * seconds
        if is_open:
            per_degree = 0.2 * door_by_the_formula(air, outside, 2.4, 1.7) / (outside - air)
            doored += per_degree * (outside - between) * seconds
        if 100.0 <= step * seconds < 160.0:
            defrosted += 800.0 * seconds
        elif now.cooling[0]:
            # An eighth at least; all of it 4 °C above where it stops, 0.2 °C.
            cooled += 3_000.0 * min(1.0, max(0.12, (air - 0.2) / 4.0)) * seconds
    assert min(doored, defrosted, cooled) > 1e4
    gained = 7e4 * (now.air[0] - 3.0) + 2e5 * (now.cargo[0] - 2.0)
    through = put_in + doored + defrosted + cooled
    assert gained == pytest.approx(put_in + doored + defrosted - cooled, abs=1e-4 * through)
