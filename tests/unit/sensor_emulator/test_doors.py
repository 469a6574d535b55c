"""Door exchange by the formula, worked out by hand, and its cap."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sensor_emulator.doors import conductance, density, enthalpy, flow


def one(value: float) -> np.ndarray:
    return np.array([value])


def test_the_flow_is_gosney_and_olamas() -> None:
    rho_i, rho_o = 352.99 / 275.15, 352.99 / 298.15
    fm = (2 / (1 + (rho_i / rho_o) ** (1 / 3))) ** 1.5
    expected = 0.221 * 2.4 * math.sqrt(1 - rho_o / rho_i) * math.sqrt(9.81 * 1.7) * fm
    assert flow(one(2.0), one(25.0), one(2.4), one(1.7))[0] == pytest.approx(expected, rel=1e-12)
    assert expected == pytest.approx(0.592, abs=0.003)


def test_no_difference_drives_no_flow() -> None:
    assert flow(one(4.0), one(4.0), one(2.4), one(1.7))[0] == 0.0
    found = conductance(one(4.0), one(4.0), one(2.4), one(1.7), one(12.0), one(1.0))
    assert found[0] == 0.0


def test_a_large_box_takes_in_flow_times_density_times_enthalpy() -> None:
    inside, outside = one(2.0), one(25.0)
    moved = flow(inside, outside, one(2.4), one(1.7)) * density(inside)
    power = moved * (enthalpy(outside, 0.70) - enthalpy(inside, 0.85))
    found = conductance(inside, outside, one(2.4), one(1.7), one(1e6), one(1.0))
    assert found * 23.0 == pytest.approx(power, rel=1e-12)


def test_a_curtain_keeps_out_its_share() -> None:
    bare = conductance(one(2.0), one(25.0), one(2.4), one(1.7), one(1e6), one(1.0))
    strip = conductance(one(2.0), one(25.0), one(2.4), one(1.7), one(1e6), one(0.07))
    assert strip == pytest.approx(0.07 * bare)


def test_one_opening_of_a_cabinet_moves_about_a_boxful() -> None:
    """The source's 0.94 kg in 15 s, for a cabinet of 0.74 m³."""
    found = conductance(one(4.0), one(25.0), one(1.0), one(1.6), one(0.74), one(1.0))
    gained = enthalpy(one(25.0), 0.70) - enthalpy(one(4.0), 0.85)
    kilograms = found * 21.0 / gained * 15.0
    assert kilograms[0] == pytest.approx(0.94, abs=0.02)


def test_saturated_air_at_20_degrees_holds_what_the_steam_tables_say() -> None:
    assert enthalpy(one(20.0), 1.0)[0] == pytest.approx(57_400, rel=0.01)
    assert enthalpy(one(0.0), 0.0)[0] == 0.0


@given(inside=st.floats(-60, 30), outside=st.floats(-20, 45))
def test_a_door_never_cools_by_being_colder_nor_heats_by_more_than_its_air(
    inside: float, outside: float
) -> None:
    found = conductance(one(inside), one(outside), one(2.4), one(1.7), one(12.0), one(1.0))[0]
    assert 0.0 <= found < 12_000.0
