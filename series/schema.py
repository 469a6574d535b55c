"""The one list of measurements, their tags and fields.

Tags and times come from what was measured, never from the worker or its clock, so that writing
a point again changes nothing. Unbounded values (parcel, frame and excursion ids) are fields.
Tag sets stay bounded: a device, a compartment or channel, and what the registry says of them.
"""

from dataclasses import dataclass
from typing import Literal

from coldchain.frames import QUANTITIES

FieldType = Literal["float", "integer", "string", "boolean"]


#: Compartments by how far inside (°C) their nearest limit they are: field of `fleet` -> from
#: which margin on, up to the next one's. Below 0 they are beyond it.
MARGIN_BANDS: dict[str, float] = {
    "beyond_4": float("-inf"),
    "beyond_2": -4.0,
    "beyond_0": -2.0,
    "inside_0": 0.0,
    "inside_05": 0.5,
    "inside_1": 1.0,
    "inside_2": 2.0,
    "inside_4": 4.0,
}
#: What `fleet` says again in the first line of each 5 minutes, for questions through time: field ->
#: the name of its copy. A store reads a field's points and no others (0136).
IN_SLOTS: dict[str, str] = {
    name: f"{name}_5min" for name in ("warm", "warning", "critical", "silent", *MARGIN_BANDS)
}
#: How many ranks each list of `ranked` has: of each county, kind and partition.
RANKS = 20


@dataclass(frozen=True, slots=True)
class Measurement:
    """A measurement: its tags (sorted) and its fields with their types.

    `open_fields`: further fields of this type are named by what is measured (channels, limits),
    as the regular expression `open_names` has it.
    """

    name: str
    tags: tuple[str, ...]
    fields: dict[str, FieldType]
    about: str
    open_fields: FieldType | None = None
    open_names: str = ""


READING = Measurement(
    "reading",
    ("compartment", "device"),
    {},
    "Readings as sampled, calibration applied. One line holds what a compartment's channels "
    "measured at one time; the field is the channel's name less the compartment: air, air.rear, "
    "product, humidity, door… °C, %, or 0 and 1.",
    open_fields="float",
    open_names=rf"({'|'.join(sorted(QUANTITIES))})(\.\S+)?",
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
        "low": "float",
        "high": "float",
    },
    "Exposure by 5-minute slots (time: the slot's start), °C; integer sums as in "
    "coldchain.exposure, per limit LIMIT_ms and LIMIT_degree (milli-°C·ms). `low` and `high`: "
    "the band that no limit is passed in, where there are such; in every second slot only.",
    open_fields="integer",
    open_names=r"\S+_(ms|degree)",
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
        "last_at": "integer",
        "compartments": "integer",
        **dict.fromkeys(MARGIN_BANDS, "integer"),
        **dict.fromkeys(IN_SLOTS.values(), "integer"),
    },
    "Counts by state, per partition of frames (time: whole 30 s of its newest receipt). "
    "The fleet is the sum over partitions. `last_at`: the newest reading of any (ms); "
    "`compartments` that are judged, and those of devices that are heard by MARGIN_BANDS. Those of "
    "IN_SLOTS again in the first line of each 5 minutes.",
)
RANKED = Measurement(
    "ranked",
    ("county", "kind", "list", "partition"),
    {
        "device": "string",
        "severity": "integer",
        "margin": "float",
        "worst": "float",
        "worst_channel": "string",
        "last_at": "integer",
        "latitude": "float",
        "longitude": "float",
    },
    "Each group's own short lists, told anew and whole with its `fleet` line (time: that line's "
    "less the rank in ms): of those heard the `worst`, gravest and then least margin first, and "
    "the longest `silent`. There are always all RANKS, and a rank 0 of nobody; `severity` is -1 "
    "where there is no such device, -999 a position that is not known.",
)
PULL_DOWN = Measurement(
    "pull_down",
    ("channel", "county", "device", "kind"),
    {
        "profile": "string",
        "celsius": "float",
        "target": "float",
        "above": "float",
        "cooling": "integer",
        "late": "integer",
        "since": "integer",
        "deadline": "integer",
        "left_minutes": "float",
        "last_at": "integer",
    },
    "Goods in pre-cooling at their newest reading: how far `above` the target they are (°C). "
    "While they are (`cooling` 1): since when, until when they have to be cold (ms; else -1), and "
    "how long that is (negative: `late` 1).",
)
CONDITION = Measurement(
    "condition",
    ("channel", "device", "rule", "severity"),
    {
        "id": "string",
        "state": "string",
        "due": "integer",
        "until": "integer",
        "minutes": "float",
        "as_of": "integer",
    },
    "What a fleet rule found, as last said (time: since when it holds): raised, cleared, "
    "withdrawn. `channel` is missing where it is the device's; moments in ms, -1 where there is "
    "none yet; `minutes` it lasted, once it is over.",
)
WORKER = Measurement(
    "worker",
    ("partition",),
    {
        "frames": "integer",
        "rejected": "integer",
        "lag": "integer",
        "late_seconds": "float",
        "last_at": "integer",
    },
    "How a partition of frames is worked through (time: whole 30 s of its newest receipt, as "
    "`fleet`; `last_at`: that receipt). Frames and rejected records since the line before, by the "
    "worker that has it; records that wait; how far the partition's time is behind the clock.",
)
ALERT = Measurement(
    "alert",
    ("compartment", "device", "subject"),
    {
        "id": "string",
        "asset": "string",
        "status": "string",
        "severity": "string",
        "critical": "integer",
        "warning": "integer",
        "raised": "integer",
        "acknowledged": "integer",
        "over": "integer",
        "open": "integer",
        "unanswered": "integer",
        "unheeded": "integer",
        "ack_minutes": "float",
        "open_minutes": "float",
        "messages": "integer",
        "escalations": "integer",
        "flaps": "integer",
        "cause": "string",
        "as_of": "integer",
    },
    "Each alert as it stands (time: when it was raised, by the alert service). Moments in ms, -1 "
    "where there is none; `unheeded`: over, and nobody had answered; `messages`: that reached "
    "somebody, or may have; `as_of`: of the last thing that happened to it.",
)
OUTBOX = Measurement(
    "outbox",
    (),
    {
        "waiting": "integer",
        "overdue_minutes": "float",
        "given_up": "integer",
        "uncertain": "integer",
        "sent": "integer",
        "last_at": "integer",
    },
    "Messages to people, by the alert service (time: its clock, whole 10 s): those that wait, the "
    "longest overdue of them, and what became of those of the last day.",
)
MEASUREMENTS = (
    READING,
    FLAGGED,
    PIECE,
    EXCURSION,
    DEVICE,
    ASSET,
    FLEET,
    RANKED,
    PULL_DOWN,
    CONDITION,
    WORKER,
    ALERT,
    OUTBOX,
)
