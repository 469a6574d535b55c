"""The truth file, and what scoring against it says: the records of both."""

from typing import Literal

import msgspec


class TrueExcursion(msgspec.Struct, frozen=True, kw_only=True):
    """An excursion as the truth file has it. `minutes` beyond the limit. `marginal`: confirmed,
    but a sensor that reads wrong by its own uncertainty need not confirm it.
    """

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
    marginal: bool = False


class TrueFault(msgspec.Struct, frozen=True, kw_only=True):
    """A fault as the truth file has it; `channel` empty where it is the device's as a whole."""

    device: str
    channel: str
    kind: str
    start: str
    end: str | None


class FrameCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Frames made; of these dropped, or spoilt on their way; and second copies beside them."""

    made: int = 0
    dropped: int = 0
    duplicated: int = 0


class Felt(msgspec.Struct, frozen=True, kw_only=True):
    """What a parcel went through: °C, and minutes beyond each limit of its own profile."""

    min: float | None
    max: float | None
    mean: float | None
    minutes: dict[str, float]


class TrueLeg(Felt, frozen=True, kw_only=True):
    """A parcel's stay in a compartment. `counts`: not in pre-cooling. `end` null: there yet."""

    device: str
    compartment: str
    counts: bool
    start: str
    end: str | None


class ScanCounts(msgspec.Struct, frozen=True, kw_only=True):
    """A parcel's scans; of these such as come late, or never."""

    made: int
    late: int
    missing: int


class TrueParcel(Felt, frozen=True, kw_only=True):
    """A parcel's whole way, hands between legs included, from when it left the pre-cooling; its
    verdict is null until then. `confirmed`: the limits that were. `delivered` null: not yet.
    """

    parcel: str
    profile: str
    shipment: str
    green_channel: bool
    tag: str | None
    delivered: str | None
    legs: list[TrueLeg]
    shelf_life_used: float | None
    verdict: Literal["accept", "review", "reject"] | None
    confirmed: list[str]
    scans: ScanCounts


class TruthFile(msgspec.Struct, frozen=True, kw_only=True):
    """What really happened; excursions and faults are scored. Other keys are let pass: another
    program's truth may hold more. `parcels` is there where the scenario has some. `nearly`: what a
    sound sensor confirms that reads beyond the band by its own uncertainty, with times, minutes
    and peak as it reads them; whatever is near enough to a limit, true excursions included.
    """

    excursions: list[TrueExcursion]
    nearly: list[TrueExcursion] = []
    faults: list[TrueFault] = []
    frames: FrameCounts = FrameCounts()
    parcels: list[TrueParcel] | msgspec.UnsetType = msgspec.UNSET


class KindScore(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One kind (limit and severity; or kind of fault). `found` of the true ones, each once however
    many records say it; `false_alarms` are records. Ratios are null where there is nothing to
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


class Miss(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
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


class Score(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How well the records tell the truth. `healthy`: the excursions where no sensor or gateway
    lied. `not_scored`: kind of fault, or limit -> why and how many. `never_ended`: right records
    that are open though what was true of them had ended.
    """

    is_perfect: bool
    excursions: KindScore
    healthy: KindScore
    by_limit: list[KindScore]
    by_fault: list[KindScore]
    not_scored: dict[str, str]
    missed: list[Miss]
    false_alarms: list[Miss]
    never_ended: list[Miss] = []
