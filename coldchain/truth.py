"""The truth file, and what scoring against it says: the records of both."""

import msgspec


class TrueExcursion(msgspec.Struct, frozen=True, kw_only=True):
    """An excursion as the truth file has it. `minutes` beyond the limit."""

    device: str
    compartment: str
    channel: str
    profile: str
    limit: str
    start: str
    confirmed: str | None
    end: str | None
    minutes: float = 0.0
    peak: float | None = None


class TrueFault(msgspec.Struct, frozen=True, kw_only=True):
    """A fault as the truth file has it; `channel` empty where it is the device's as a whole."""

    device: str
    channel: str
    kind: str
    start: str
    end: str | None


class TruthFile(msgspec.Struct, frozen=True, kw_only=True):
    """What is scored of a truth file."""

    excursions: list[TrueExcursion]
    faults: list[TrueFault] = []


class KindScore(msgspec.Struct, frozen=True, kw_only=True):
    """One kind (limit and severity; or kind of fault). Ratios are null where there is nothing to
    divide by; `delay` is minutes from when it was truly confirmed (of a fault: began) to when it
    was found, by the records' own event time: the middle one and the longest.
    """

    kind: str
    severity: str
    true: int
    found: int
    missed: int
    false_alarms: int
    precision: float | None
    recall: float | None
    delay: float | None
    longest_delay: float | None


class Miss(msgspec.Struct, frozen=True, kw_only=True):
    """A miss or a false alarm: what it is, where, when, and what may explain it."""

    what: str
    device: str
    channel: str
    kind: str
    severity: str
    start: str
    end: str | None
    minutes: float | None
    because: list[str]


class Score(msgspec.Struct, frozen=True, kw_only=True):
    """How well the records tell the truth. `not_scored`: kind of fault -> why and how many."""

    is_perfect: bool
    excursions: KindScore
    by_limit: list[KindScore]
    by_fault: list[KindScore]
    not_scored: dict[str, str]
    missed: list[Miss]
    false_alarms: list[Miss]
