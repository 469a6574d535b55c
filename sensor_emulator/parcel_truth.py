"""What each parcel really went through: leg by leg and in all, by its own profile, noise-free."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from coldchain.celsius import from_micro
from coldchain.columns import Judged, judge
from coldchain.judge import Plan as JudgePlan
from coldchain.profile import Profile
from coldchain.times import iso, minutes
from coldchain.truth import ScanCounts, TrueLeg, TrueParcel
from coldchain.verdict import Evidence, decide

from .parcel import Parcel
from .plan import Plan
from .scans import label

Times = NDArray[np.int64]
Values = NDArray[np.int32]
#: How a parcel's temperature is kept where it has none yet, or none any more.
NOWHERE = np.iinfo(np.int32).min


def parcel_truths(
    plan: Plan, profiles: Mapping[str, Profile], ends: Times, goods: Values, shift: int
) -> list[TrueParcel]:
    """Of every parcel whose way began: `ends` (ms) and `goods` [steps, parcels] (micro-degrees).

    Its verdict and figures are of its whole way, hands between legs included, from when it left
    the pre-cooling: legs there do not count, and while there is no other its verdict is null.
    `scans`: what its custody record shows late, or lacks.
    """
    plans = {
        name: JudgePlan.of(profiles[name], "product")
        for name in {parcel.profile for parcel in plan.parcels}
    }
    return [
        _truth(plan, profiles[parcel.profile], plans[parcel.profile], parcel, ends, own, shift)
        for parcel in plan.parcels
        if (own := goods[:, parcel.number]).max(initial=NOWHERE) > NOWHERE
    ]


def _truth(
    plan: Plan,
    profile: Profile,
    by: JudgePlan,
    parcel: Parcel,
    ends: Times,
    values: Values,
    shift: int,
) -> TrueParcel:
    on_its_way = values > NOWHERE
    counted = on_its_way & (ends >= _counts_from(plan, parcel))
    is_judged = bool(counted.any())  # else it is being pre-cooled yet
    there = counted if is_judged else on_its_way
    times, own = ends[there], values[there]
    all_times, all_values = ends[on_its_way], values[on_its_way]
    whole = judge(by, times, own)
    outcome = decide(profile, Evidence(by.limits, whole.excursions, whole.sums))
    model = profile.shelf_life
    used = None if model is None else round(model.used(whole.sums.shelf_hours()), 6)
    ran = int(ends[-1])
    gone = None if parcel.gone is None or parcel.gone > ran else iso(parcel.gone + shift)
    scans = [scan for scan in parcel.scans if scan.at <= ran]
    tag = (
        None
        if parcel.tag is None or parcel.tied > ran
        else plan.fleet.devices[plan.fleet.device_of[parcel.tag]].name
    )
    return TrueParcel(
        parcel=label(plan, parcel, shift),
        profile=parcel.profile,
        shipment=parcel.shipment,
        green_channel=parcel.is_green,
        tag=tag,
        delivered=gone,
        legs=list(_legs(plan, by, parcel, all_times, all_values, shift, ran)),
        shelf_life_used=used,
        verdict=outcome.verdict if is_judged else None,
        confirmed=sorted(
            {e.limit for e in whole.excursions if is_judged and e.confirmed is not None}
        ),
        scans=ScanCounts(
            made=len(scans),
            late=sum(scan.is_late for scan in scans),
            missing=sum(scan.received is None for scan in scans),
        ),
        **_felt(by, whole),
    )


def _counts_from(plan: Plan, parcel: Parcel) -> int:
    """When it left the last pre-cooling room, ms (never: for ever); 0 where it was in none."""
    duty = plan.fleet.duty_of
    ends = [stay.end or 1 << 60 for stay in parcel.stays if duty[stay.box] == "pre-cooling"]
    return max(ends, default=0)


def _legs(
    plan: Plan,
    by: JudgePlan,
    parcel: Parcel,
    times: Times,
    values: Values,
    shift: int,
    ran: int,
) -> Iterator[TrueLeg]:
    """Legs begin and end with the parcel's moves, to a step of the model. `ran`: the run's end."""
    fleet, last = plan.fleet, int(times[-1])
    for stay in parcel.stays:
        if stay.start > last:
            continue
        until = last if stay.end is None else min(stay.end, last)
        low, high = np.searchsorted(times, [stay.start, until], "right").tolist()
        low, high = max(0, low - 1), max(high, low)
        own = judge(by, times[low:high], values[low:high])
        end = stay.end if stay.end is not None and stay.end <= ran else None
        yield TrueLeg(
            device=fleet.devices[fleet.device_of[stay.box]].name,
            compartment=fleet.names[stay.box],
            counts=fleet.duty_of[stay.box] != "pre-cooling",
            start=iso(stay.start + shift),
            end=None if end is None else iso(end + shift),
            **_felt(by, own),
        )


def _felt(by: JudgePlan, judged: Judged) -> dict[str, Any]:
    """The fields of `Felt`."""
    sums = judged.sums
    mean = sums.mean_celsius()
    return {
        "min": None if sums.min is None else round(from_micro(sums.min), 3),
        "max": None if sums.max is None else round(from_micro(sums.max), 3),
        "mean": None if mean is None else round(mean, 3),
        "minutes": {
            limit.id: round(minutes(ms), 3)
            for limit, (ms, _) in zip(by.limits, sums.limits, strict=True)
        },
    }
