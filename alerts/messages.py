"""What a person reads: one message about the alerts of one device. Pure.

Times are in the reader's zone, without the date where that is today's.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from coldchain.celsius import from_micro
from coldchain.limits import Limit
from coldchain.profile import Profile
from coldchain.records import ExcursionRecord
from coldchain.times import MINUTE_MS, from_iso

from .routes import Language
from .sentences import SENTENCES
from .standing import RANK, last_seen

#: More than this and a phone's first screen is full.
MOST_LINES = 5

#: An alert as people name it.
SHORT_ID = 8

Course = Literal["going_on", "ended", "last_seen"]


@dataclass(frozen=True, slots=True)
class Told:
    """One alert in a message: its id, and the excursion to speak of."""

    alert: str
    record: ExcursionRecord
    escalated: bool = False


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom it is written: language, zone, and the profiles that give limits their numbers."""

    language: Language
    zone: ZoneInfo
    profiles: Mapping[str, Profile]


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: plain text."""

    title: str
    body: str


def write(reader: Reader, asset: str, told: Sequence[Told], now: int, again: bool) -> Message:
    """The message about these alerts of one asset, the gravest first; `told` is not empty.

    `again`: it may have come already, and says so.
    """
    say = SENTENCES[reader.language]
    order = sorted(told, key=lambda one: (-RANK[one.record.severity], one.record.start))
    first = order[0].record
    facts = {
        "severity": say[first.severity],
        "asset": asset,
        "count": len(order),
        "compartment": first.compartment,
        "peak": _celsius(first.peak),
    }
    title = say["title" if len(order) == 1 else "title_many"].format_map(facts)
    lines = _apart(
        say["same"],
        [
            (one.alert, _line(reader, one.record, now, alone=len(order) == 1))
            for one in order[:MOST_LINES]
        ],
    )
    if len(order) > MOST_LINES:
        lines.append(say["more"].format(count=len(order) - MOST_LINES))
    if any(one.escalated for one in order):
        lines.insert(0, say["escalated"])
    aboard = max(one.record.parcels_total for one in order)
    advice = say[f"do_{_advice(reader, first)}"]
    last = [say["parcels"].format(count=aboard)] if aboard else []
    ids = " ".join(one.alert[:SHORT_ID] for one in order[:MOST_LINES])
    lines += ["".join([*last, advice]), say["ref"].format(ids=ids)]
    return Message(
        title + (say["again"] if again else ""), "\n".join(line.strip() for line in lines)
    )


def _apart(same: str, lines: Sequence[tuple[str, str]]) -> list[str]:
    """The lines, by alert; those that read alike carry the alert's id, so that none seems twice."""
    often = Counter(line for _, line in lines)
    return [
        line if often[line] == 1 else line + same.format(ref=alert[:SHORT_ID])
        for alert, line in lines
    ]


def _line(reader: Reader, record: ExcursionRecord, now: int, *, alone: bool) -> str:
    say = SENTENCES[reader.language]
    limit = _limit(reader, record)
    facts = {
        "peak": _celsius(record.peak),
        "compartment": record.compartment,
        "severity": say[record.severity],
        "probe": _probe(say, record),
        "limit": record.limit,
        "threshold": "" if limit is None else _celsius(from_micro(limit.threshold)),
        "minutes": _minutes(record, now),
        "start": _local(reader.zone, from_iso(record.start), now),
        "end": "" if record.end is None else _local(reader.zone, from_iso(record.end), now),
        "seen": _local(reader.zone, last_seen(record), now),
    }
    head = say[_side(limit)] if alone else say["line"]
    facts["bound"] = say[f"bound_{_side(limit)}"].format_map(facts)
    bound = "" if limit is None or not alone else say[f"limit_{limit.side}"]
    return (head + bound + say[_course(record)]).format_map(facts)


def _probe(say: Mapping[str, str], record: ExcursionRecord) -> str:
    """Which probe of the compartment, as `product probe rear`."""
    name = record.channel.removeprefix(record.compartment + ".")
    quantity, *position = name.split(".")
    return " ".join([say.get(f"probe_{quantity}", quantity), *position])


def _course(record: ExcursionRecord) -> Course:
    if record.end is not None:
        return "ended"
    return "last_seen" if record.state == "presumed" else "going_on"


def _advice(reader: Reader, record: ExcursionRecord) -> str:
    course = _course(record)
    return _side(_limit(reader, record)) if course == "going_on" else course


def _limit(reader: Reader, record: ExcursionRecord) -> Limit | None:
    profile = reader.profiles.get(record.profile)
    limits = () if profile is None else profile.limits
    return next((limit for limit in limits if limit.id == record.limit), None)


def _side(limit: Limit | None) -> str:
    """Which way it went; `beyond` where the profile is not known here."""
    return "beyond" if limit is None else limit.side


def _minutes(record: ExcursionRecord, now: int) -> int:
    """For how long, as a person counts: to its end, or to what was last seen."""
    until = last_seen(record) if record.end is None else from_iso(record.end)
    return max(0, round((min(until, now) - from_iso(record.start)) / MINUTE_MS))


def _celsius(value: float) -> str:
    return f"{value:.1f}"


def _local(zone: ZoneInfo, ms: int, now: int) -> str:
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    moment, today = ((epoch + timedelta(milliseconds=one)).astimezone(zone) for one in (ms, now))
    return moment.strftime("%H:%M" if moment.date() == today.date() else "%m-%d %H:%M")
