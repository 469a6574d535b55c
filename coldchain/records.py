"""The records that rooms pass to each other through Kafka, other than frames.

Times are ISO 8601 UTC with milliseconds. All are JSON, UTF-8.
"""

from typing import Literal

import msgspec

Severity = Literal["warning", "critical"]
State = Literal["opened", "confirmed", "presumed", "revised", "closed", "withdrawn"]


class ExcursionRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is known of one excursion, on `coldchain.excursions`, key: device.

    `id` is a hash of device, channel, limit and the time of the first reading beyond; `as_of`
    the source offset it was judged at, a lower one is ignored. What holds is each id's last
    record, unless withdrawn or superseded later. `minutes` are known minutes beyond the
    threshold, `unknown_minutes` the unknown ones inside, `degree_minutes` the integral beyond
    (°C min), `peak` the extreme (°C).
    """

    v: Literal[1] = 1
    id: str
    state: State
    device: str
    compartment: str
    channel: str
    limit: str
    severity: Severity
    profile: str
    start: str
    confirmed: str | None
    end: str | None
    minutes: float
    unknown_minutes: float
    degree_minutes: float
    peak: float
    peak_at: str
    parcels: list[str] = []
    parcels_total: int = 0
    supersedes: list[str] = []
    as_of: int


class ConditionRecord(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a fleet rule found of a device, on `coldchain.excursions`, key: device.

    Told from an excursion by its `rule` (see coldchain.rules.table). `subject` is the channel it
    is about, empty where it is the device. It held from `since`, counts from `due`, and is over
    at `until`; `values` are the figures of its sentence. `id` is a hash of device, subject, rule
    and `since`; what holds is each id's last record by `as_of`.
    """

    v: Literal[1] = 1
    id: str
    state: Literal["raised", "cleared", "withdrawn"]
    device: str
    subject: str
    rule: str
    severity: Severity
    since: str
    due: str
    until: str | None
    values: dict[str, float] = {}
    as_of: int
