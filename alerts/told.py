"""What a message has to tell of, and to whom: facts, and their order. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from coldchain.profile import Profile
from coldchain.records import ConditionRecord, ExcursionRecord

from .allowances import Allowance
from .findings import Record, began, ended
from .routes import Language
from .standing import RANK


@dataclass(frozen=True, slots=True)
class Told:
    """One alert in a message: its id, and the finding to speak of.

    `number`: of the reminder (0: the first word). `flaps`: how often it came back. `left`: ms
    until a graver limit is passed. `silent_since`: ms, since when its device is not heard.
    `lost`: the breach that a silent device was in. `allowances`: of the
    parcels aboard those with the least time left.
    """

    alert: str
    record: Record
    asset: str = ""
    is_escalated: bool = False
    number: int = 0
    flaps: int = 0
    silent_since: int | None = None
    left: int | None = None
    lost: ExcursionRecord | None = None
    allowances: tuple[Allowance, ...] = ()


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom it is written: language, zone, and the profiles that give limits their numbers."""

    language: Language
    zone: ZoneInfo
    profiles: Mapping[str, Profile]


def is_no_news(one: Told) -> bool:
    """Whether it is a warning about a door, a sensor… that is over before it was told."""
    record = one.record
    is_warning = isinstance(record, ConditionRecord) and record.severity == "warning"
    return is_warning and ended(record) is not None


def in_order(told: Sequence[Told]) -> list[Told]:
    """The gravest first, excursions before conditions, then by when they began."""
    return sorted(
        told,
        key=lambda one: (
            -RANK[one.record.severity],
            isinstance(one.record, ConditionRecord),
            began(one.record),
            one.alert,
        ),
    )
