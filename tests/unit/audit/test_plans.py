"""Sampling plans against published cells, switching against published sequences, draws."""

from math import isclose

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.sampling.draw import DrawError, Lot, commitment, draw, new_seed
from audit.sampling.plans import (
    AQLS,
    Level,
    Plan,
    PlanError,
    Severity,
    acceptance,
    code_letter,
    single_plan,
    tighter_aql,
    zero_plan,
)
from audit.sampling.switching import Series, after, allowed_to_reduce, resumed

#: A lot of this size has this letter at level II.
LOT = dict(
    zip(
        "ABCDEFGHJKLMNPQ",
        (8, 15, 25, 50, 90, 150, 280, 500, 1200, 3200, 10_000, 35_000, 150_000, 500_000, 500_001),
        strict=True,
    )
)

# Cells of the master tables as published in GB/T 2828.1-2012, arrows followed: the plan's letter,
# its size, its acceptance number; by row, for AQL 0.010 to 10.
NORMAL = {
    "A": "Q1250/0 P800/0 N500/0 M315/0 L200/0 K125/0 J80/0 H50/0 G32/0 F20/0 E13/0 D8/0 C5/0 B3/0"
    " A2/0 C5/1",
    "D": "Q1250/0 P800/0 N500/0 M315/0 L200/0 K125/0 J80/0 H50/0 G32/0 F20/0 E13/0 D8/0 C5/0 E13/1"
    " D8/1 D8/2",
    "H": "Q1250/0 P800/0 N500/0 M315/0 L200/0 K125/0 J80/0 H50/0 G32/0 J80/1 H50/1 H50/2 H50/3"
    " H50/5 H50/7 H50/10",
    "L": "Q1250/0 P800/0 N500/0 M315/0 L200/0 K125/0 M315/1 L200/1 L200/2 L200/3 L200/5 L200/7"
    " L200/10 L200/14 L200/21 K125/21",
    "Q": "Q1250/0 P800/0 R2000/1 Q1250/1 Q1250/2 Q1250/3 Q1250/5 Q1250/7 Q1250/10 Q1250/14"
    " Q1250/21 P800/21 N500/21 M315/21 L200/21 K125/21",
    "R": "Q1250/0 P800/0 R2000/1 R2000/2 R2000/3 R2000/5 R2000/7 R2000/10 R2000/14 R2000/21"
    " Q1250/21 P800/21 N500/21 M315/21 L200/21 K125/21",
}
TIGHTENED = {
    "A": "R2000/0 Q1250/0 P800/0 N500/0 M315/0 L200/0 K125/0 J80/0 H50/0 G32/0 F20/0 E13/0 D8/0"
    " C5/0 B3/0 A2/0",
    "B": "R2000/0 Q1250/0 P800/0 N500/0 M315/0 L200/0 K125/0 J80/0 H50/0 G32/0 F20/0 E13/0 D8/0"
    " C5/0 B3/0 D8/1",
    "H": "R2000/0 Q1250/0 P800/0 N500/0 M315/0 L200/0 K125/0 J80/0 H50/0 K125/1 J80/1 H50/1 H50/2"
    " H50/3 H50/5 H50/8",
    "K": "R2000/0 Q1250/0 P800/0 N500/0 M315/0 L200/0 K125/0 M315/1 L200/1 K125/1 K125/2 K125/3"
    " K125/5 K125/8 K125/12 K125/18",
    "Q": "R2000/0 Q1250/0 S3150/1 R2000/1 Q1250/1 Q1250/2 Q1250/3 Q1250/5 Q1250/8 Q1250/12"
    " Q1250/18 P800/18 N500/18 M315/18 L200/18 K125/18",
    "R": "R2000/0 Q1250/0 S3150/1 R2000/1 R2000/2 R2000/3 R2000/5 R2000/8 R2000/12 R2000/18"
    " Q1250/18 P800/18 N500/18 M315/18 L200/18 K125/18",
}
REDUCED = {
    "A": "Q500/0 P315/0 N200/0 M125/0 L80/0 K50/0 J32/0 H20/0 G13/0 F8/0 E5/0 D3/0 C2/0 B2/0 A2/0"
    " D3/1",
    "C": "Q500/0 P315/0 N200/0 M125/0 L80/0 K50/0 J32/0 H20/0 G13/0 F8/0 E5/0 D3/0 C2/0 B2/0 E5/1"
    " D3/1",
    "J": "Q500/0 P315/0 N200/0 M125/0 L80/0 K50/0 J32/0 H20/0 L80/1 K50/1 J32/1 J32/2 J32/3 J32/5"
    " J32/6 J32/8",
    "M": "Q500/0 P315/0 N200/0 M125/0 L80/0 P315/1 N200/1 M125/1 M125/2 M125/3 M125/5 M125/6"
    " M125/8 M125/10 L80/10 K50/10",
    "Q": "Q500/0 P315/0 N200/0 R800/1 Q500/1 Q500/2 Q500/3 Q500/5 Q500/6 Q500/8 Q500/10 P315/10"
    " N200/10 M125/10 L80/10 K50/10",
    "R": "Q500/0 P315/0 N200/0 R800/1 R800/2 R800/3 R800/5 R800/6 R800/8 R800/10 Q500/10 P315/10"
    " N200/10 M125/10 L80/10 K50/10",
}
PUBLISHED: list[tuple[Severity, str, str]] = [
    *(("normal", letter, row) for letter, row in NORMAL.items()),
    *(("tightened", letter, row) for letter, row in TIGHTENED.items()),
    *(("reduced", letter, row) for letter, row in REDUCED.items()),
]


@pytest.mark.parametrize(("severity", "letter", "row"), PUBLISHED)
def test_the_master_tables_are_those_published(severity: Severity, letter: str, row: str) -> None:
    for aql, cell in zip(AQLS, row.split(), strict=True):
        # R is reached at level III; a lot so large is never inspected whole.
        lot, level = (10_000_000, "III") if letter == "R" else (LOT[letter], "II")
        plan = single_plan(lot, level, aql, severity)  # type: ignore[arg-type]
        size, accept = (int(one) for one in cell[1:].split("/"))
        assert (plan.letter, plan.accept) == (cell[0], accept), f"{letter} at AQL {aql}"
        assert plan.size == min(size, lot)
        assert plan.is_all == (size >= lot)
        assert plan.reject == accept + 1


@pytest.mark.parametrize(
    ("lot", "level", "letter"),
    [
        (2, "II", "A"), (8, "II", "A"), (9, "II", "B"), (300, "II", "H"), (281, "I", "F"),
        (500_000, "II", "P"), (500_001, "II", "Q"), (500_001, "III", "R"), (1200, "S-3", "E"),
        (3201, "S-2", "D"), (35_001, "S-4", "J"), (8, "III", "B"),
    ],
)  # fmt: skip
def test_code_letters_are_those_of_table_1(lot: int, level: Level, letter: str) -> None:
    assert code_letter(lot, level) == letter


def test_the_vectors_of_the_domain_notes() -> None:
    assert single_plan(300, "II", 2.5) == Plan(50, 3, "H")
    assert zero_plan(10_000, 0.95, 0.05).size == 59
    assert isclose(acceptance(Plan(5, 0), 0.10), 0.59, abs_tol=0.001)


def test_what_is_no_plan_is_refused_in_words() -> None:
    with pytest.raises(PlanError, match="preferred"):
        single_plan(300, "II", 2.0)
    with pytest.raises(PlanError, match="begins at 2"):
        single_plan(1, "II", 2.5)
    with pytest.raises(PlanError, match="between 0 and 1"):
        zero_plan(10, 95, 5)


@given(st.integers(2, 2_000_000), st.sampled_from(AQLS))
def test_tightened_never_accepts_what_normal_would_not(lot: int, aql: float) -> None:
    normal, tight = (single_plan(lot, "II", aql, severity) for severity in ("normal", "tightened"))
    for share in (0.5 * aql / 100, aql / 100, 3 * aql / 100, 0.3):
        assert acceptance(tight, share) <= acceptance(normal, share) + 0.06


def run(outcomes: str, start: Series, plan: Plan, tighter: Plan | None = None) -> list[str]:
    """Severities after each lot: `.` none nonconforming, `x` not accepted."""
    series = start
    found: list[str] = []
    for one in outcomes:
        series = after(series, plan, plan.reject if one == "x" else 0, tighter)
        found.append("stopped" if series.is_stopped else series.severity)
    return found


N, T, R = "normal", "tightened", "reduced"
H = single_plan(300, "II", 2.5)
H_TIGHTER = single_plan(300, "II", 1.5)


@pytest.mark.parametrize(
    ("outcomes", "expected"),
    [
        ("xx", [N, T]),
        ("x.x", [N, N, T]),
        ("x...x", [N, N, N, N, T]),
        ("x....x", [N, N, N, N, N, N]),
        ("xx.....", [N, T, T, T, T, T, N]),
        ("xx....x.....", [N, T, T, T, T, T, T, T, T, T, T, N]),
        ("xxxxxxx", [N, T, T, T, T, T, "stopped"]),
        ("xx.x.x.x.x.x", [N, *[T] * 10, "stopped"]),
    ],
)
def test_switching_follows_the_standard(outcomes: str, expected: list[str]) -> None:
    assert run(outcomes, Series(), H, H_TIGHTER) == expected


def test_ten_lots_that_a_tighter_aql_accepts_allow_reduced_inspection_and_one_refusal_ends_it() -> (
    None
):
    series = Series()
    for _ in range(9):
        series = after(series, H, 2, H_TIGHTER)
    assert not series.may_be_reduced
    with pytest.raises(ValueError, match="27"):
        allowed_to_reduce(series)
    series = allowed_to_reduce(after(series, H, 0, H_TIGHTER))
    assert series.severity == R
    plan = single_plan(300, "II", 2.5, "reduced")
    assert after(series, plan, plan.accept, None).severity == R
    assert after(series, plan, plan.reject, None) == Series()


def test_a_lot_that_a_tighter_aql_would_refuse_begins_the_score_again() -> None:
    series = after(Series(score=27), H, 3, H_TIGHTER)  # accepted at 3, refused at 2
    assert (series.severity, series.score) == (N, 0)


def test_small_acceptance_numbers_score_two() -> None:
    plan = single_plan(90, "II", 1.0)
    assert plan.accept == 0
    assert after(Series(score=28), plan, 0, None).may_be_reduced
    assert after(Series(score=28), plan, 1, None).score == 0


def test_a_stopped_series_goes_on_tightened_once_somebody_says_so() -> None:
    stopped = Series("tightened", refused=5, is_stopped=True)
    with pytest.raises(ValueError, match="stopped"):
        after(stopped, H, 0, None)
    assert resumed(stopped) == Series("tightened")
    with pytest.raises(ValueError, match="not stopped"):
        resumed(Series())


def test_the_tighter_aql_is_the_one_before() -> None:
    assert tighter_aql(0.65) == 0.4
    assert tighter_aql(0.01) is None


SEED = "00" * 31 + "01"
PARCELS = [f"1061414151150{i:05}" for i in range(60)]


def test_a_draw_is_repeated_by_anyone_with_list_and_seed() -> None:
    lot = Lot.of(PARCELS)
    drawn = draw(lot, SEED, 5)
    assert drawn == draw(Lot.of(reversed(PARCELS)), SEED, 5)
    assert drawn == draw(lot, SEED, 50)[:5]
    # Worked out apart, as any language would.
    import hashlib
    import hmac

    key = bytes.fromhex(SEED)
    by_hand = sorted(PARCELS, key=lambda p: hmac.new(key, p.encode(), hashlib.sha256).hexdigest())
    assert drawn == by_hand[:5]
    assert commitment(SEED) == hashlib.sha256(key).hexdigest()


@given(st.sets(st.text("0123456789", min_size=1, max_size=18), min_size=1, max_size=30))
def test_a_sample_is_of_the_lot_each_once_and_the_digest_hangs_on_the_list_alone(
    parcels: set[str],
) -> None:
    lot, seed = Lot.of(parcels), new_seed()
    drawn = draw(lot, seed, 10)
    assert len(set(drawn)) == len(drawn) == min(10, len(parcels))
    assert set(drawn) <= parcels
    assert Lot.of(sorted(parcels, reverse=True)).digest == lot.digest
    assert Lot.of([*parcels, "another"]).digest != lot.digest


def test_every_parcel_is_drawn_about_as_often_as_every_other() -> None:
    lot = Lot.of(PARCELS)
    counts = dict.fromkeys(PARCELS, 0)
    for i in range(3_000):
        for one in draw(lot, f"{i:064x}", 6):
            counts[one] += 1
    # 300 expected each; 6 standard deviations are about 99.
    assert 201 < min(counts.values()) <= max(counts.values()) < 399


def test_what_is_no_lot_or_no_seed_is_refused() -> None:
    for parcels in ([], ["a\nb"], [""]):
        with pytest.raises(DrawError, match="lot"):
            Lot.of(parcels)
    for seed in ("", "zz", "00"):
        with pytest.raises(DrawError, match="32 bytes"):
            draw(Lot.of(["a"]), seed, 1)
