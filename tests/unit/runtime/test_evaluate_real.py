"""Eight real loggers' files, judged by `coldchain evaluate` as iced seafood."""

from pathlib import Path
from typing import Any

import pytest

REAL = Path(__file__).parents[4] / "shared/data/foodsafety"


def real(name: str) -> Path:
    path = REAL / name
    if not path.exists():
        pytest.skip(f"{path} is not here: the shared real files are needed")
    return path


@pytest.mark.parametrize(
    ("number", "verdict"),
    [(1, "reject"), (2, "reject"), (3, "reject"), (4, "reject"), (5, "reject"), (6, "review")],
)
def test_burgers_taken_out_and_cooked_were_warm_from_then_on(
    evaluate: Any, number: int, verdict: str
) -> None:
    called = evaluate(real(f"item{number}.csv"), "--profile", "iced-seafood", "--json")
    (found,) = called.printed
    assert (found["verdict"], found["rejected"], called.status) == (verdict, [], 1)
    (warm,) = [e for e in found["excursions"] if e["limit"] == "warm"]
    assert warm["end"] is None
    assert found["unknown_minutes"] == 0


def test_item_7_was_out_for_an_hour_put_back_and_cooked(evaluate: Any) -> None:
    (found,) = evaluate(real("item7.csv"), "--profile", "iced-seafood", "--json").printed
    hot = [e for e in found["excursions"] if e["limit"] == "hot"]
    assert [(e["confirmed"] is not None, e["end"] is not None) for e in hot] == [
        (True, True),
        (False, False),
    ]
    assert 55 < hot[0]["minutes"] < 85  # an hour out, and the time the fridge took
    assert found["verdict"] == "reject"


def test_item_8_was_out_once_and_never_back(evaluate: Any) -> None:
    (found,) = evaluate(real("item8.csv"), "--profile", "iced-seafood", "--json").printed
    hot = [e for e in found["excursions"] if e["limit"] == "hot"]
    assert [(e["confirmed"] is not None, e["end"] is not None) for e in hot] == [(True, False)]
    assert found["verdict"] == "reject"
