"""Effects as lines for the series store."""

from coldchain.celsius import from_micro
from coldchain.excursions import Excursion
from coldchain.exposure import Sums
from coldchain.frames import Frame
from coldchain.judge import Plan
from series.lines import FieldValue, head, line
from series.schema import DEVICE, EXCURSION, FLAGGED, PIECE

from .memory import DeviceMemory


def flagged(device: str, channel: str, reason: str, at: int, value: float) -> str:
    """A reading kept out of the rules; `reason` is a field of the `flagged` measurement."""
    return f"{head(FLAGGED.name, {'channel': channel, 'device': device})} {reason}={value!r} {at}"


def piece(device: str, channel: str, slot: int, plan: Plan, sums: Sums) -> str | None:
    """A 5-minute piece of exposure; None where it holds neither a reading nor known time."""
    if not sums.count and not sums.known_ms:
        return None
    parts = [
        f'profile="{plan.profile}",count={sums.count}i,known_ms={sums.known_ms}i'
        f",integral={sums.integral}i,mkt={sums.mkt}i,shelf={sums.shelf}i"
    ]
    if sums.min is not None and sums.max is not None:
        parts.append(f"min={from_micro(sums.min)!r},max={from_micro(sums.max)!r}")
    mean = sums.mean_celsius()
    if mean is not None:
        parts.append(f"mean={mean!r}")
    for limit, (ms, degree) in zip(plan.limits, sums.limits, strict=True):
        # Zeros too: a piece written again must not keep what an earlier one had.
        parts.append(f"{limit.id}_ms={ms}i,{limit.id}_degree={degree}i")
    start = head(PIECE.name, {"channel": channel, "device": device})
    return f"{start} {','.join(parts)} {slot}"


def excursion(
    device: str, channel: str, plan: Plan, found: Excursion, identity: str, state: str, as_of: int
) -> str | None:
    """An excursion as it stands."""
    tags = {
        "channel": channel,
        "device": device,
        "limit": found.limit,
        "severity": found.severity,
    }
    fields: dict[str, FieldValue] = {
        "id": identity,
        "state": state,
        "compartment": channel.split(".", 1)[0],
        "profile": plan.profile,
        "start": found.start,
        "confirmed": -1 if found.confirmed is None else found.confirmed,
        "presumed": -1 if found.presumed is None else found.presumed,
        "end": -1 if found.end is None else found.end,
        "minutes": found.minutes,
        "unknown_minutes": found.unknown_minutes,
        "degree_minutes": found.degree_minutes,
        "peak": from_micro(found.peak),
        "peak_at": found.peak_at,
        "as_of": as_of,
    }
    return line(head(EXCURSION.name, tags), fields, found.first_at)


def device(frame: Frame, memory: DeviceMemory) -> str | None:
    """What a frame says of its device."""
    latitude, longitude = frame.position or (None, None)
    fields: dict[str, FieldValue] = {
        "battery": frame.battery,
        "latitude": latitude,
        "longitude": longitude,
        "boot": frame.boot,
        "seq": frame.seq,
        "missing": memory.missing,
    }
    return line(head(DEVICE.name, {"device": frame.device}), fields, frame.sent)
