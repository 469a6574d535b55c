"""Switching between normal, tightened and reduced inspection: GB/T 2828.1, 9.3 [S].

    normal -> tightened      2 of 5 or fewer lots in a row not accepted
    tightened -> normal      5 lots in a row accepted
    tightened -> stopped     5 lots not accepted on tightened inspection, in all
    normal -> reduced        a switching score of 30, where it is wanted and production is steady
    reduced -> normal        a lot not accepted

The rules hold for a continuing series of lots. Reduced inspection is never taken by itself: a
person has to allow it.
"""

from dataclasses import dataclass, replace

from .plans import Plan, Severity

REDUCED_AT = 30
STOP_AT = 5


@dataclass(frozen=True, slots=True)
class Series:
    """Where a series of lots stands. `recent`: the outcomes since normal inspection began, at
    most four; `in_a_row` accepted on tightened; `refused` in all on tightened; `score` on normal.
    """

    severity: Severity = "normal"
    recent: tuple[bool, ...] = ()
    in_a_row: int = 0
    refused: int = 0
    score: int = 0
    is_stopped: bool = False

    @property
    def may_be_reduced(self) -> bool:
        return self.severity == "normal" and self.score >= REDUCED_AT


def after(series: Series, plan: Plan, nonconforming: int, tighter: Plan | None) -> Series:
    """The series after one more lot on original inspection, by the plan it was inspected by.

    `tighter` is the normal plan of the lot at the AQL one step tighter (None: there is none).
    Raises ValueError where inspection was stopped.
    """
    if series.is_stopped:
        raise ValueError("inspection was stopped: it goes on, tightened, once the cause is mended")
    accepted = plan.accepts(nonconforming)
    if series.severity == "tightened":
        return _after_tightened(series, accepted)
    if series.severity == "reduced":
        return series if accepted else Series()
    return _after_normal(series, plan, nonconforming, accepted, tighter)


def allowed_to_reduce(series: Series) -> Series:
    """A person allows reduced inspection. Raises ValueError where the score does not."""
    if not series.may_be_reduced:
        raise ValueError(f"the switching score is {series.score}; {REDUCED_AT} are needed")
    return Series("reduced")


def resumed(series: Series) -> Series:
    """The cause is mended: a stopped series goes on, tightened. Raises ValueError."""
    if not series.is_stopped:
        raise ValueError("inspection was not stopped")
    return Series("tightened")


def _after_tightened(series: Series, accepted: bool) -> Series:
    if not accepted:
        refused = series.refused + 1
        return replace(series, in_a_row=0, refused=refused, is_stopped=refused >= STOP_AT)
    if series.in_a_row + 1 >= 5:
        return Series()
    return replace(series, in_a_row=series.in_a_row + 1)


def _after_normal(
    series: Series, plan: Plan, nonconforming: int, accepted: bool, tighter: Plan | None
) -> Series:
    if not accepted and False in series.recent:
        return Series("tightened")
    recent = (*series.recent, accepted)[-4:]
    return replace(series, recent=recent, score=_score(series, plan, nonconforming, tighter))


def _score(series: Series, plan: Plan, nonconforming: int, tighter: Plan | None) -> int:
    """The switching score: +2 for a lot accepted at Ac 0 or 1; at Ac 2 or more +3 for one that
    the AQL one step tighter would have accepted; else it begins again."""
    if plan.accept <= 1:
        return series.score + 2 if plan.accepts(nonconforming) else 0
    would = tighter is not None and tighter.accepts(nonconforming)
    return series.score + 3 if would else 0
