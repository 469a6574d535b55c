"""Colours that an operator of any colour vision tells apart."""

from itertools import combinations

import pytest

from dashboards.palette import STATES

Row = tuple[float, float, float]
#: Linear RGB as seen with no red, green or blue cones: Machado, Oliveira, Fernandes 2009,
#: severity 1.0.
SIGHT: dict[str, tuple[Row, Row, Row]] = {
    "ordinary": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def seen(colour: str, sight: tuple[Row, Row, Row]) -> Row:
    """A colour as CIE L*a*b* (D65), seen so."""
    rgb = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    r, g, b = (
        min(1.0, max(0.0, sum(m * c for m, c in zip(row, linear, strict=True)))) for row in sight
    )
    x = (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.95047
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    z = (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.08883
    fx, fy, fz = (t ** (1 / 3) if t > 0.008856 else 7.787 * t + 16 / 116 for t in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


@pytest.mark.parametrize("sight", SIGHT)
@pytest.mark.parametrize(("one", "other"), list(combinations(STATES, 2)))
def test_no_two_states_look_alike(one: str, other: str, sight: str) -> None:
    a, b = (seen(STATES[state], SIGHT[sight]) for state in (one, other))
    distance = sum((p - q) ** 2 for p, q in zip(a, b, strict=True)) ** 0.5
    assert distance > 15  # 2.3 is a just noticeable difference


def test_states_are_in_the_order_of_their_severity() -> None:
    assert list(STATES) == ["ok", "warm", "warning", "critical", "silent"]
