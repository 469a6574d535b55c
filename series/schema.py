"""The one list of measurements, their tags and fields.

Tags and times come from what was measured, never from the worker or its clock, so that writing
a point again changes nothing. Unbounded values (parcel, frame and excursion ids) are fields.
Tag sets stay bounded: a device, a compartment or channel, and what the registry says of them.
"""

from dataclasses import dataclass
from typing import Literal

FieldType = Literal["float", "integer", "string", "boolean"]


@dataclass(frozen=True, slots=True)
class Measurement:
    """A measurement: its tags (sorted) and its fields with their types.

    `open_fields`: further fields of this type are named by what is measured (channels, limits).
    """

    name: str
    tags: tuple[str, ...]
    fields: dict[str, FieldType]
    about: str
    open_fields: FieldType | None = None


READING = Measurement(
    "reading",
    ("compartment", "device"),
    {},
    "Readings as sampled, calibration applied. One line holds what a compartment's channels "
    "measured at one time; the field is the channel's name less the compartment: air, air.rear, "
    "product, humidity, door… °C, %, or 0 and 1.",
    open_fields="float",
)
FLAGGED = Measurement(
    "flagged",
    ("channel", "device"),
    {"impossible": "float", "ahead": "float", "conflict": "float"},
    "Readings kept out of the rules: impossible for the sensor, further ahead of their receipt "
    "than the allowed skew, or the lesser of two values at one time.",
)
PIECE = Measurement(
    "piece",
    ("channel", "device"),
    {
        "profile": "string",
        "count": "integer",
        "known_ms": "integer",
        "min": "float",
        "max": "float",
        "mean": "float",
        "integral": "integer",
        "mkt": "integer",
        "shelf": "integer",
    },
    "Exposure by 5-minute slots (time: the slot's start), °C; integer sums as in "
    "coldchain.exposure, per limit LIMIT_ms and LIMIT_degree (milli-°C·ms).",
    open_fields="integer",
)
EXCURSION = Measurement(
    "excursion",
    ("channel", "device", "limit", "severity"),
    {
        "id": "string",
        "state": "string",
        "compartment": "string",
        "profile": "string",
        "start": "integer",
        "confirmed": "integer",
        "presumed": "integer",
        "end": "integer",
        "minutes": "float",
        "unknown_minutes": "float",
        "degree_minutes": "float",
        "peak": "float",
        "peak_at": "integer",
        "as_of": "integer",
        "said": "integer",
    },
    "Each excursion as last judged (time: its first reading beyond). Moments in ms, -1 where "
    "there is none yet; withdrawn ones stay, with that state. `said`: 1 once its record is in "
    "Kafka as it stands here, 0 until then.",
)
DEVICE = Measurement(
    "device",
    ("device",),
    {
        "battery": "float",
        "latitude": "float",
        "longitude": "float",
        "boot": "integer",
        "seq": "integer",
        "missing": "integer",
    },
    "What a frame says of its device (time: sent). `missing`: frames not seen so far, by count.",
)
ASSET = Measurement(
    "asset",
    ("county", "device", "kind"),
    {
        "asset": "string",
        "state": "string",
        "severity": "integer",
        "worst": "float",
        "worst_channel": "string",
        "margin": "float",
        "open": "integer",
        "confirmed": "integer",
        "last_at": "integer",
        "latitude": "float",
        "longitude": "float",
    },
    "A device's standing (time: its newest reading): `state` ok, warm, warning, critical, silent "
    "(`severity` 0 to 4 in that order); `worst` the reading nearest to or furthest beyond its "
    "limits, `margin` by how many °C it is inside (negative: beyond).",
)
FLEET = Measurement(
    "fleet",
    ("county", "kind", "partition"),
    {
        "devices": "integer",
        "ok": "integer",
        "warm": "integer",
        "warning": "integer",
        "critical": "integer",
        "silent": "integer",
        "worst_margin": "float",
        "worst_device": "string",
    },
    "Counts by state, per partition of frames (time: whole 10 s of its newest receipt). "
    "The fleet is the sum over partitions.",
)
MEASUREMENTS = (READING, FLAGGED, PIECE, EXCURSION, DEVICE, ASSET, FLEET)
