"""Eight real tags in a kitchen's fridge, judged as iced seafood."""

import csv
from pathlib import Path

import pytest

from coldchain.celsius import to_micro
from coldchain.columns import Judged, judge
from coldchain.excursions import Excursion
from coldchain.judge import Plan
from coldchain.times import from_iso, iso
from coldchain.verdict import Evidence, decide
from runtime.profiles import load_profiles

DATA = Path(__file__).parents[3] / ".." / "shared" / "data" / "foodsafety"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the real fridge readings (../shared/data/foodsafety) are not here"
)
SEAFOOD = load_profiles()["iced-seafood"]


def judged(item: int) -> Judged:
    with (DATA / f"item{item}.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    times = [from_iso(row["date"]) for row in rows]
    return judge(Plan.of(SEAFOOD), times, [to_micro(float(row["temperature"])) for row in rows])


def of(judged: Judged, limit: str) -> list[Excursion]:
    return [e for e in judged.excursions if e.limit == limit]


def clock(ms: int | None) -> str:
    return "" if ms is None else iso(ms)[11:16]


def verdict(found: Judged) -> str:
    return decide(SEAFOOD, Evidence(Plan.of(SEAFOOD).limits, found.excursions, found.sums)).verdict


@pytest.mark.parametrize("item", [1, 2, 3, 4, 5, 7, 8])
def test_an_item_that_was_out_for_half_an_hour_is_rejected(item: int) -> None:
    found = judged(item)
    (warm,) = of(found, "warm")
    assert warm.confirmed is not None
    assert warm.confirmed - warm.start == 30 * 60_000
    assert found.unknown_ms == 0
    assert verdict(found) == "reject"


def test_item_six_was_out_for_less_than_twenty_minutes_and_is_for_review() -> None:
    found = judged(6)
    (warm,) = of(found, "warm")
    assert (round(warm.minutes, 1), warm.confirmed) == (19.5, None)
    assert verdict(found) == "review"


def test_item_seven_was_out_for_an_hour_put_back_for_forty_minutes_then_cooked() -> None:
    found = judged(7)
    (warm,) = of(found, "warm")
    assert (clock(warm.start), clock(warm.confirmed), warm.end) == ("14:20", "14:50", None)
    out, cooked = of(found, "hot")
    assert 60 < out.minutes < 85
    assert 15.0 < out.peak_celsius < 18.1
    assert out.confirmed is not None
    assert out.end is not None
    assert 5 < (cooked.start - out.end) / 60_000 < 40  # cold again, though never below 4 °C
    assert cooked.end is None
    assert cooked.peak_celsius == pytest.approx(19.77, abs=0.01)


def test_item_eight_was_taken_out_and_never_put_back() -> None:
    found = judged(8)
    (warm,), (hot,) = of(found, "warm"), of(found, "hot")
    assert (clock(warm.start), warm.end, hot.end) == ("14:21", None, None)
    assert warm.minutes > 105
    assert warm.peak_celsius == pytest.approx(21.15, abs=0.01)
    assert SEAFOOD.shelf_life is not None
    used = SEAFOOD.shelf_life.used(found.sums.shelf_hours())
    assert used > SEAFOOD.shelf_life.used(judged(5).sums.shelf_hours())
