"""The records of parcels: their legs and verdict so far, and where each is aboard."""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from .aboard import Berth
from .celsius import from_micro
from .excursions import DEGREE_MINUTE
from .leg import Measured
from .parcel import Budget, ParcelJudged, Stretch
from .profile import Profile
from .timeline import Timeline
from .times import from_iso, iso, minutes


class ChannelRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One channel over one stretch: °C, minutes; per limit, minutes known beyond it."""

    channel: str
    readings: int
    known_minutes: float
    unknown_minutes: float
    min: float | None
    max: float | None
    mean: float | None
    mkt: float | None
    limits: dict[str, float]


class StretchRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A stretch of a leg, as last measured: replaced when measured again, never added to.

    `counts`: its readings are the parcel's; else a tag's outrank them, and it is only shown.
    """

    device: str
    compartment: str
    start: str
    end: str
    counts: bool
    channels: list[ChannelRecord]


class BudgetRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A cumulative limit's time: allowed, used, and at most left (unknown time not counted)."""

    limit: str
    allowed_minutes: float
    used_minutes: float
    left_minutes: float
    degree_minutes: float


class ReasonRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why: the verdict it forces, its code, the figures of its sentence."""

    verdict: Literal["accept", "review", "reject"]
    code: str
    values: dict[str, str | int | float]


class ParcelRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A parcel so far, on `coldchain.parcels`, key: parcel. Its last record holds.

    Everything up to `until`, where a leg began that goes on, or else the last scan; `problems`
    are codes of what its scans do not say or say twice; `shelf_life_used` is a share, null where
    the profile has no model.
    """

    v: Literal[1] = 1
    parcel: str
    profile: str
    until: str
    stretches: list[StretchRecord]
    unknown_minutes: float
    budgets: list[BudgetRecord]
    shelf_life_used: float | None
    verdict: Literal["accept", "review", "reject"]
    reasons: list[ReasonRecord]
    delivered: str | None
    is_held: bool
    problems: list[str]


class BerthRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A parcel's place in a compartment from `start` to `end` (null: it is still there)."""

    compartment: str
    start: str
    end: str | None


class AboardRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When and where one parcel is, was or never was (`berths` empty) aboard one device.

    On `coldchain.aboard`, key: `device/parcel`, on the device's partition; the last record of a
    key holds. `budgets`: what its legs so far have left it, as of its last unloading.
    """

    v: Literal[1] = 1
    device: str
    parcel: str
    profile: str
    berths: list[BerthRecord]
    budgets: list[BudgetRecord] = []

    @property
    def is_ashore(self) -> bool:
        """Whether the parcel is not aboard the device, or not any more."""
        return all(berth.end is not None for berth in self.berths)


def aboard_key(device: str, parcel: str) -> bytes:
    """The key of a record of `coldchain.aboard`."""
    return f"{device}/{parcel}".encode()


def aboard_records(
    way: Timeline, profile: str, budgets: Sequence[BudgetRecord] = ()
) -> dict[str, AboardRecord]:
    """By device: where the parcel is or was aboard it. Budgets are told where it still is."""
    records: dict[str, AboardRecord] = {}
    for device in dict.fromkeys(leg.device for leg in way.legs):
        legs = [leg for leg in way.legs if leg.device == device]
        is_there = any(leg.end is None for leg in legs)
        records[device] = AboardRecord(
            device=device,
            parcel=way.parcel,
            profile=profile,
            berths=[
                BerthRecord(
                    compartment=leg.compartment,
                    start=iso(leg.start),
                    end=None if leg.end is None else iso(leg.end),
                )
                for leg in legs
            ],
            budgets=list(budgets) if is_there else [],
        )
    return records


def berths_of(record: AboardRecord) -> list[Berth]:
    """What a record says of its device."""
    return [
        Berth(
            record.parcel,
            one.compartment,
            from_iso(one.start),
            None if one.end is None else from_iso(one.end),
            record.profile,
        )
        for one in record.berths
    ]


def parcel_record(
    profile: Profile,
    way: Timeline,
    stretches: Sequence[Stretch],
    judged: ParcelJudged,
    until: int,
) -> ParcelRecord:
    """A parcel judged, as its record."""
    return ParcelRecord(
        parcel=way.parcel,
        profile=profile.id,
        until=iso(until),
        stretches=[_stretch(one) for one in stretches],
        unknown_minutes=minutes(judged.unknown_ms),
        budgets=budget_records(judged.budgets),
        shelf_life_used=judged.shelf_used,
        verdict=judged.outcome.verdict,
        reasons=[
            ReasonRecord(verdict=one.verdict, code=one.code, values=dict(one.values))
            for one in judged.outcome.reasons
        ],
        delivered=None if way.delivered is None else iso(way.delivered),
        is_held=way.is_held,
        problems=[problem.code for problem in way.problems],
    )


def budget_records(budgets: Iterable[Budget]) -> list[BudgetRecord]:
    """Budgets as records."""
    return [
        BudgetRecord(
            limit=one.limit.id,
            allowed_minutes=minutes(one.limit.allowed),
            used_minutes=minutes(one.used),
            left_minutes=minutes(one.left),
            degree_minutes=one.degree / DEGREE_MINUTE,
        )
        for one in budgets
    ]


def _stretch(one: Stretch) -> StretchRecord:
    start, end = one.stay.span
    return StretchRecord(
        device=one.stay.leg.device,
        compartment=one.stay.leg.compartment,
        start=iso(start),
        end=iso(end),
        counts=one.stay.counts,
        channels=[_channel(channel) for channel in one.channels],
    )


def _channel(one: Measured) -> ChannelRecord:
    sums = one.sums
    return ChannelRecord(
        channel=one.channel,
        readings=sums.count,
        known_minutes=minutes(sums.known_ms),
        unknown_minutes=minutes(one.unknown_ms),
        min=None if sums.min is None else from_micro(sums.min),
        max=None if sums.max is None else from_micro(sums.max),
        mean=sums.mean_celsius(),
        mkt=sums.mkt_celsius(),
        limits={
            limit.id: minutes(ms) for limit, (ms, _) in zip(one.limits, sums.limits, strict=True)
        },
    )
