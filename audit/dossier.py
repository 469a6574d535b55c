"""A parcel's record as data: all that a page shows, from the evidence alone.

Whoever verifies a bundle makes it again from the raw frames and compares it byte for byte.
Temperatures are °C, times ISO 8601 UTC.
"""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from coldchain.alert_commands import Acknowledge, Command, CommandError, Comment, decode_command
from coldchain.celsius import from_micro
from coldchain.custody import CustodyEvent
from coldchain.excursions import DEGREE_MINUTE
from coldchain.frames import TEMPERATURES
from coldchain.parcel import Stretch
from coldchain.parcel_records import ParcelRecord
from coldchain.records import ExcursionRecord
from coldchain.registry import Registration
from coldchain.times import from_iso, iso, minutes

from .alert_history import Happened, Told, decode_line
from .entries import Entry
from .judging import Evidence, Reviewed


class Excursion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An excursion of one channel, by the parcel's own profile, cut to its stay there."""

    device: str
    channel: str
    limit: str
    severity: str
    start: str
    confirmed: str | None
    end: str | None
    minutes: float
    unknown_minutes: float
    degree_minutes: float
    peak: float
    peak_at: str
    counts: bool


class Word(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What somebody said of an alert, or was told of it, and when; without `by`: what the alert
    service did of itself."""

    at: str
    by: str
    did: str
    cause: str = ""
    text: str = ""


class Alert(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An excursion of the compartment that people were told of, and what they said to it."""

    id: str
    device: str
    compartment: str
    channel: str
    limit: str
    severity: str
    state: str
    start: str
    confirmed: str | None
    end: str | None
    peak: float
    words: list[Word]


class Calibration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the registry adds to a channel's values, °C, at the stay's beginning."""

    device: str
    channel: str
    added: float


class Place(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A device as it was registered at the stay's beginning."""

    device: str
    kind: str
    asset: str
    county: str


class Dossier(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A parcel's whole record. `as_of`: when the last seal looked through was made.

    `judged_by` is the profile's text as archived; `shelf_hours_left` at `shelf_at` °C; `refused`:
    frames that are none, or came before their device was registered.
    """

    v: int = 1
    record: ParcelRecord
    as_of: str
    mean: float | None
    mkt: float | None
    min: float | None
    max: float | None
    known_minutes: float
    shelf_hours_left: float | None
    shelf_at: float | None
    custody: list[CustodyEvent]
    places: list[Place]
    excursions: list[Excursion]
    alerts: list[Alert]
    calibrations: list[Calibration]
    inspections: list[msgspec.Raw]
    judged_by: str
    refused: int


def dossier(evidence: Evidence, reviewed: Reviewed, as_of: int) -> Dossier:
    """The record of a parcel that was judged, as sealed up to `as_of` (ms)."""
    journey = reviewed.journey
    sums, model = journey.judged.sums, journey.profile.shelf_life
    used = journey.judged.shelf_used
    left = None if model is None or used is None else model.remaining_hours(used)
    return Dossier(
        record=journey.record(),
        as_of=iso(as_of),
        mean=sums.mean_celsius(),
        mkt=sums.mkt_celsius(),
        min=None if sums.min is None else from_micro(sums.min),
        max=None if sums.max is None else from_micro(sums.max),
        known_minutes=minutes(sums.known_ms),
        shelf_hours_left=left,
        shelf_at=None if model is None else model.at,
        custody=list(journey.way.events),
        places=list(_places(journey.stretches, reviewed.registrations)),
        excursions=[one for stretch in journey.stretches for one in _excursions(stretch)],
        alerts=list(_alerts(evidence, journey.stretches)),
        calibrations=list(_calibrations(reviewed)),
        inspections=[msgspec.Raw(entry.value) for entry in evidence.inspections],
        judged_by=evidence.profiles[journey.profile.id].value.decode(),
        refused=reviewed.refused,
    )


def encode_dossier(one: Dossier) -> bytes:
    """As `record.json` of a bundle."""
    return msgspec.json.format(msgspec.json.encode(one), indent=1)


def _places(
    stretches: Iterable[Stretch], registrations: Mapping[str, Registration]
) -> Iterator[Place]:
    seen: set[str] = set()
    for one in stretches:
        device = one.stay.leg.device
        registration = registrations.get(device)
        entry = None if registration is None else registration.in_force(one.stay.span[0])
        if entry is not None and device not in seen:
            seen.add(device)
            yield Place(device=device, kind=entry.kind, asset=entry.asset, county=entry.county)


def _excursions(stretch: Stretch) -> Iterator[Excursion]:
    for channel in stretch.channels:
        severities = {limit.id: limit.severity for limit in channel.limits}
        for found in channel.excursions:
            yield Excursion(
                device=stretch.stay.leg.device,
                channel=channel.channel,
                limit=found.limit,
                severity=severities[found.limit],
                start=iso(found.start),
                confirmed=None if found.confirmed is None else iso(found.confirmed),
                end=None if found.end is None else iso(found.end),
                minutes=minutes(found.ms),
                unknown_minutes=minutes(found.unknown_ms),
                degree_minutes=found.degree / DEGREE_MINUTE,
                peak=from_micro(found.peak),
                peak_at=iso(found.peak_at),
                counts=stretch.stay.counts,
            )


_record = msgspec.json.Decoder(ExcursionRecord)


def _alerts(evidence: Evidence, stretches: Iterable[Stretch]) -> Iterator[Alert]:
    """Of every excursion of the compartments, while the parcel was there, the last record."""
    last: dict[str, ExcursionRecord] = {}
    superseded: set[str] = set()
    for entries in evidence.excursions.values():
        for entry in entries:
            record = _excursion_record(entry)
            if record is None:
                continue
            superseded |= set(record.supersedes)
            if record.id not in last or record.as_of >= last[record.id].as_of:
                last[record.id] = record
    spans = [(one.stay.leg.device, one.stay.leg.compartment, one.stay.span) for one in stretches]
    for record in sorted(last.values(), key=lambda one: (one.start, one.id)):
        start = from_iso(record.start)
        end = None if record.end is None else from_iso(record.end)
        there = any(
            (record.device, record.compartment) == (device, compartment)
            and start < span[1]
            and (end is None or end > span[0])
            for device, compartment, span in spans
        )
        told = record.confirmed is not None or record.state in ("presumed", "confirmed")
        if there and told and record.state != "withdrawn" and record.id not in superseded:
            yield _alert(record, _words(evidence, record))


def _excursion_record(entry: Entry) -> ExcursionRecord | None:
    try:
        return _record.decode(entry.value)
    except msgspec.DecodeError:
        return None  # a fleet rule's finding, or rubbish


def _alert(record: ExcursionRecord, words: list[Word]) -> Alert:
    return Alert(
        id=record.id,
        device=record.device,
        compartment=record.compartment,
        channel=record.channel,
        limit=record.limit,
        severity=record.severity,
        state=record.state,
        start=record.start,
        confirmed=record.confirmed,
        end=record.end,
        peak=record.peak,
        words=words,
    )


#: Steps of an alert that a reader wants to know, besides what people did.
_STEPS = frozenset({"silenced", "inhibited", "stale", "overdue", "unheard", "outdated", "outgrown"})
#: What became of a message to a person.
_TOLD = {"sent": "told", "uncertain": "told-maybe", "given-up": "not-told"}


def _words(evidence: Evidence, record: ExcursionRecord) -> list[Word]:
    found: list[Word] = []
    for name in (record.id, *record.supersedes):
        for entry in evidence.alerts.get(name, ()):
            line = decode_line(entry.value)
            if isinstance(line, Told):
                found.append(
                    Word(at=line.at, by=line.to, did=_TOLD[line.state], cause=line.channel)
                )
            elif isinstance(line, Happened) and line.event in _STEPS:
                found.append(Word(at=line.at, by=line.who, did=line.event))
        for entry in evidence.commands.get(name, ()):
            try:
                word = _word(decode_command(entry.value))
            except CommandError:
                continue
            if word is not None:
                found.append(word)
    return sorted(found, key=lambda one: one.at)


def _word(command: Command) -> Word | None:
    if isinstance(command, Acknowledge):
        return Word(
            at=command.at, by=command.by, did="acknowledge", cause=command.cause, text=command.text
        )
    if isinstance(command, Comment):
        return Word(at=command.at, by=command.by, did="comment", text=command.text)
    return None


def _calibrations(reviewed: Reviewed) -> Iterator[Calibration]:
    seen: set[tuple[str, str, float]] = set()
    for stretch, channels in zip(reviewed.journey.stretches, reviewed.channels, strict=True):
        device = stretch.stay.leg.device
        entry = reviewed.registrations[device].in_force(stretch.stay.span[0]) if channels else None
        for channel in channels:
            said = None if entry is None else entry.channels.get(channel)
            added = 0.0 if said is None else said.calibration
            which = device, channel, added
            if channel.split(".")[1] in TEMPERATURES and which not in seen:
                seen.add(which)
                yield Calibration(device=device, channel=channel, added=added)
