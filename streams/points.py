"""Effects as lines for the series store."""

from collections.abc import Iterator
from functools import lru_cache

from coldchain.celsius import MICRO, from_micro
from coldchain.excursions import Excursion
from coldchain.exposure import Sums
from coldchain.frames import Frame
from coldchain.judge import ANY, Plan
from coldchain.records import ConditionRecord
from coldchain.times import MINUTE_MS, from_iso, minutes
from series.lines import FieldValue, head, line
from series.schema import CONDITION, DEVICE, EXCURSION, FLAGGED, PIECE

from .memory import DeviceMemory
from .pieces import Columns

#: Pieces that begin at a multiple of this (ms) say the band: it changes seldom.
BAND_MS = 10 * MINUTE_MS


@lru_cache(maxsize=1 << 20)
def channel_head(measurement: str, device: str, channel: str) -> str:
    """How a channel's lines of a measurement begin."""
    return head(measurement, {"channel": channel, "device": device})


@lru_cache(maxsize=1 << 18)
def device_head(device: str) -> str:
    """How a device's own lines begin."""
    return head(DEVICE.name, {"device": device})


@lru_cache(maxsize=1 << 10)
def _limits_template(limits: tuple[str, ...]) -> str:
    """The fields of a plan's limits, to be filled from `Sums.beyond`."""
    return ",".join(f"{one}_ms=%di,{one}_degree=%di" for one in limits)


def flagged(device: str, channel: str, reason: str, at: int, value: float) -> str:
    """A reading kept out of the rules; `reason` is a field of the `flagged` measurement."""
    return f"{channel_head(FLAGGED.name, device, channel)} {reason}={value!r} {at}"


def piece(device: str, channel: str, slot: int, plan: Plan, sums: Sums) -> str | None:
    """A 5-minute piece of exposure; None where it holds neither a reading nor known time."""
    if not sums.count and not sums.known_ms:
        return None
    text = (
        f'{channel_head(PIECE.name, device, channel)} profile="{plan.profile}"'
        f",count={sums.count}i,known_ms={sums.known_ms}i"
        f",integral={sums.integral}i,mkt={sums.mkt}i,shelf={sums.shelf}i"
    )
    if sums.min is not None and sums.max is not None:
        text += f",min={sums.min / MICRO!r},max={sums.max / MICRO!r}"
    mean = sums.mean_celsius()
    if mean is not None:
        text += f",mean={mean!r}"
    if not slot % BAND_MS:
        low, high = plan.band
        text += f",low={low / MICRO:.4f}" if low > -ANY else ""
        text += f",high={high / MICRO:.4f}" if high < ANY else ""
    if plan.limits:
        # Zeros too: a piece written again must not keep what an earlier one had.
        text += "," + _limits_template(plan.limit_ids) % tuple(sums.beyond)
    return f"{text} {slot}"


@lru_cache(maxsize=1 << 10)
def _template(plan: Plan, is_band_said: bool) -> str:
    """A piece of a plan to be filled: its head, sums, extremes, mean and slot. Beyond: nothing."""
    low, high = plan.band
    text = (
        f'%s profile="{plan.profile.replace("%", "%%")}",count=%di,known_ms=%di'
        ",integral=%di,mkt=%di,shelf=%di,min=%r,max=%r,mean=%r"
    )
    if is_band_said:
        text += f",low={low / MICRO:.4f}" if low > -ANY else ""
        text += f",high={high / MICRO:.4f}" if high < ANY else ""
    if plan.limits:
        nothing = _limits_template(plan.limit_ids) % tuple([0] * (2 * len(plan.limits)))
        text += "," + nothing.replace("%", "%%")
    return f"{text} %d"


def pieces(columns: Columns) -> Iterator[str]:
    """Pieces in columns, as `piece` writes each of them."""
    is_usual = (columns.sums[:, 0] > 0) & (columns.sums[:, 1] > 0)
    is_band_said = columns.slot % BAND_MS == 0
    for is_said in (False, True):
        some = columns.some(is_usual & (is_band_said == is_said))
        if len(some.row):
            yield from _usual(some, _template(some.plan, is_said))
    for (device, channel, slot), (plan, sums) in columns.some(~is_usual).entries():
        text = piece(device, channel, slot, plan, sums)
        if text is not None:
            yield text


def _usual(columns: Columns, template: str) -> Iterator[str]:
    keys, sums = columns.keys, columns.sums
    count, known, low, high, integral, mkt, shelf = sums.T
    heads = [channel_head(PIECE.name, *keys[row]) for row in columns.row.tolist()]
    mean = integral / known / 1000
    figures = (count, known, integral, mkt, shelf, low / MICRO, high / MICRO, mean, columns.slot)
    return map(template.__mod__, zip(heads, *[one.tolist() for one in figures], strict=True))


def excursion(
    device: str,
    channel: str,
    plan: Plan,
    found: Excursion,
    identity: str,
    state: str,
    as_of: int,
    is_said: bool,
) -> str | None:
    """An excursion as it stands; `is_said`: its record is in Kafka."""
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
        "said": int(is_said),
    }
    return line(head(EXCURSION.name, tags), fields, found.first_at)


def condition(record: ConditionRecord) -> str | None:
    """What a fleet rule found, as it is said."""
    tags = {
        "channel": record.subject,
        "device": record.device,
        "rule": record.rule,
        "severity": record.severity,
    }
    since = from_iso(record.since)
    until = -1 if record.until is None else from_iso(record.until)
    fields: dict[str, FieldValue] = {
        "id": record.id,
        "state": record.state,
        "due": from_iso(record.due),
        "until": until,
        "minutes": minutes(until - since) if until >= 0 else None,
        "as_of": record.as_of,
    }
    return line(head(CONDITION.name, tags), fields, since)


def device(frame: Frame, memory: DeviceMemory) -> str:
    """What a frame says of its device."""
    text = (
        f"{device_head(frame.device)} boot={frame.boot}i,seq={frame.seq}i,missing={memory.missing}i"
    )
    if frame.battery is not None:
        text += f",battery={float(frame.battery)!r}"
    if frame.position is not None:
        latitude, longitude = frame.position
        text += f",latitude={float(latitude)!r},longitude={float(longitude)!r}"
    return f"{text} {frame.sent}"
