"""A parcel's record as an EPCIS 2.0 document: who did what where, and what was measured.

What the schema does not notice is kept here: an attribute stands in the sensor metadata or in the
report, never in both; every temperature has its unit, CEL; an SSCC's check digit is right.
Statistics of a stay are sent, not every reading.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, tzinfo
from typing import Any
from urllib.parse import quote

import msgspec

from coldchain.custody import Act, CustodyEvent
from coldchain.parcel_records import ChannelRecord, StretchRecord
from coldchain.times import from_iso

from .dossier import Dossier
from .inspections import Disposition, Result, decode_row

CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
#: What is named here and has no GS1 number. A name, not an address: nothing is served there.
OWN = "urn:coldchain"

#: act -> business step, disposition (empty: none).
_STEPS: Mapping[Act, tuple[str, str]] = {
    "loaded": ("loading", "in_transit"),
    "unloaded": ("unloading", "in_progress"),
    "handed-over": ("receiving", "in_progress"),
    "refused": ("receiving", "returned"),
    "held": ("holding", "unavailable"),
    "released": ("holding", "available"),
    "delivered": ("accepting", ""),
    "inspected": ("inspecting", ""),
}
_VERDICTS = {"accept": "conformant", "review": "unknown", "reject": "non_conformant"}


def epcis_document(dossier: Dossier, zone: tzinfo) -> dict[str, Any]:
    """The record as an EPCIS document, ready to be written as JSON; times carry `zone`'s offset."""
    events = [
        *(_custody(event, zone) for event in dossier.custody),
        *_sensors(dossier, zone),
        *_inspections(dossier, zone),
    ]
    return {
        "@context": [CONTEXT],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": dossier.as_of,
        "epcisBody": {"eventList": sorted(events, key=lambda one: from_iso(one["eventTime"]))},
    }


def parcel_uri(parcel: str) -> str:
    """A parcel as a GS1 Digital Link where its number is an SSCC, else as a name of our own."""
    if is_sscc(parcel):
        return f"https://id.gs1.org/00/{parcel}"
    return f"{OWN}:parcel:{quote(parcel, safe='')}"


def is_sscc(number: str) -> bool:
    """Whether this is an SSCC-18: 18 digits, the last a check digit by weights 3, 1, 3…"""
    if len(number) != 18 or not (number.isascii() and number.isdigit()):
        return False
    weighted = sum(int(digit) * (3, 1)[i % 2] for i, digit in enumerate(number[:17]))
    return (10 - weighted % 10) % 10 == int(number[17])


def _event(at: str, zone: tzinfo, event_id: str, **rest: Any) -> dict[str, Any]:
    offset = datetime.fromtimestamp(from_iso(at) / 1000, tz=zone).strftime("%z")
    return {
        "type": "ObjectEvent",
        "eventID": f"{OWN}:event:{quote(event_id, safe='')}",
        "eventTime": at,
        "eventTimeZoneOffset": f"{offset[:3]}:{offset[3:5]}",
        "action": "OBSERVE",
        **rest,
    }


def _place(device: str, compartment: str) -> dict[str, str]:
    return {"id": f"{OWN}:place:{quote(device, safe='')}:{quote(compartment, safe='')}"}


def _custody(event: CustodyEvent, zone: tzinfo) -> dict[str, Any]:
    step, disposition = _STEPS[event.act]
    made = _event(
        event.at,
        zone,
        event.id,
        epcList=[parcel_uri(event.parcel)],
        bizStep=step,
        readPoint=_place(event.device, event.compartment),
        **({"disposition": disposition} if disposition else {}),
    )
    people = (
        ("sourceList", "source", event.giver),
        ("destinationList", "destination", event.receiver),
    )
    for name, key, person in people:
        if person:
            uri = f"{OWN}:person:{quote(person, safe='')}"
            made[name] = [{"type": "possessing_party", key: uri}]
    if event.measured is not None:
        report = {"type": "Temperature", "value": event.measured.celsius, "uom": "CEL"}
        made["sensorElementList"] = [
            {"sensorMetadata": {"time": event.at}, "sensorReport": [report]}
        ]
    return made


def _sensors(dossier: Dossier, zone: tzinfo) -> Iterator[dict[str, Any]]:
    """A stay's temperatures: one event each, with what was beyond limits as exceptions."""
    record = dossier.record
    for number, stretch in enumerate(record.stretches):
        elements = [
            _element(dossier, stretch, channel)
            for channel in stretch.channels
            if channel.readings and stretch.counts
        ]
        if elements:
            yield _event(
                stretch.end,
                zone,
                f"{record.parcel}-stay-{number}",
                epcList=[parcel_uri(record.parcel)],
                bizStep="sensor_reporting",
                disposition=_VERDICTS[record.verdict],
                readPoint=_place(stretch.device, stretch.compartment),
                sensorElementList=elements,
            )


def _element(dossier: Dossier, stretch: StretchRecord, channel: ChannelRecord) -> dict[str, Any]:
    device = f"{OWN}:device:{quote(stretch.device, safe='')}:{quote(channel.channel, safe='')}"
    report: dict[str, Any] = {"type": "Temperature", "uom": "CEL"}
    for key, value in (
        ("minValue", channel.min),
        ("maxValue", channel.max),
        ("meanValue", channel.mean),
    ):
        if value is not None:
            report[key] = round(value, 4)
    alarms = [
        {
            "type": "Temperature",
            "uom": "CEL",
            "exception": "ALARM_CONDITION",
            "value": one.peak,
            "time": one.peak_at,
        }
        for one in dossier.excursions
        if one.confirmed is not None
        and (one.device, one.channel) == (stretch.device, channel.channel)
        and stretch.start <= one.start < stretch.end
    ]
    return {
        "sensorMetadata": {
            "deviceID": device,
            "startTime": stretch.start,
            "endTime": stretch.end,
            "bizRules": f"{OWN}:profile:{dossier.record.profile}",
        },
        "sensorReport": [report, *alarms],
    }


def _inspections(dossier: Dossier, zone: tzinfo) -> Iterator[dict[str, Any]]:
    for raw in dossier.inspections:
        row = decode_row(bytes(raw))
        last = dossier.record.stretches[-1] if dossier.record.stretches else None
        rest: dict[str, Any] = {"epcList": [parcel_uri(dossier.record.parcel)]}
        if last is not None:
            rest["readPoint"] = _place(last.device, last.compartment)
        if isinstance(row, Result):
            found = "conformant" if row.conforming else "non_conformant"
            step = {"bizStep": "sampling", "disposition": found}
            yield _event(row.at, zone, f"{row.id}-sampled", **step, **rest)
        elif isinstance(row, Disposition):
            state = "available" if row.decision == "release" else "unavailable"
            step = {"bizStep": "holding", "disposition": state}
            yield _event(row.at, zone, f"{row.id}-decided", **step, **rest)


def write_epcis(document: Mapping[str, Any]) -> bytes:
    """The document as JSON, UTF-8."""
    return msgspec.json.format(msgspec.json.encode(document), indent=1)
