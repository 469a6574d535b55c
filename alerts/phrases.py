"""One alert in a reader's words: where, how warm, how long, and how that is known. Pure.

Times are in the reader's zone, without the date where that is today's.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from coldchain.celsius import from_micro
from coldchain.limits import Limit
from coldchain.records import ConditionRecord, ExcursionRecord
from coldchain.rules.findings import Finding
from coldchain.rules.table import say as say_rule
from coldchain.times import MINUTE_MS, from_iso

from .findings import began, compartment, ended, last_seen, limit_of
from .sentences import SENTENCES
from .told import Reader, Told

Course = Literal["going_on", "ended", "last_seen"]


def line(reader: Reader, one: Told, now: int, *, alone: bool) -> str:
    """What is wrong, in a sentence or two; `alone`: the title says already where."""
    record = one.record
    if isinstance(record, ConditionRecord):
        return _rule_line(reader, one, record, now, alone=alone)
    say = SENTENCES[reader.language]
    limit = limit_of(record, reader.profiles)
    end = ended(record)
    facts = {
        "peak": celsius(record.peak),
        "place": place(say, record.compartment),
        "severity": say[record.severity],
        "probe": _probe(say, record),
        "limit": record.limit,
        "threshold": "" if limit is None else celsius(from_micro(limit.threshold)),
        "minutes": minutes(one, now),
        "start": local(reader.zone, began(record), now),
        "end": "" if end is None else local(reader.zone, end, now),
        "seen": local(reader.zone, _seen(one), now),
    }
    head = say[side(limit)] if alone else say["line"]
    facts["bound"] = say[f"bound_{side(limit)}"].format_map(facts)
    bound = "" if limit is None or not alone else say[f"limit_{limit.side}"]
    left = "" if one.left is None else say["left"].format(left=max(1, one.left // MINUTE_MS))
    return (head + bound + say[course(one)]).format_map(facts) + left


def _rule_line(reader: Reader, one: Told, record: ConditionRecord, now: int, *, alone: bool) -> str:
    say = SENTENCES[reader.language]
    until = None if record.until is None else from_iso(record.until)
    finding = Finding(record.rule, began(record), from_iso(record.due), until, record.values)
    try:
        told = say_rule(finding, reader.language, local(reader.zone, began(record), now))
    except (KeyError, IndexError, ValueError):  # a rule or a figure that is not known here
        told = say["rule_since"].format(
            rule=rule(say, record), since=local(reader.zone, began(record), now)
        )
    where = "" if alone else place(say, compartment(record))
    line = say["rule_line"].format(place=where, told=told[:1].upper() + told[1:]).lstrip()
    if one.lost is not None:
        line += say["lost"].format(
            place=place(say, one.lost.compartment), peak=celsius(one.lost.peak)
        )
    if until is not None:
        line += say["rule_over"]
    return line


def rule(say: Mapping[str, str], record: ConditionRecord) -> str:
    """A rule's name as people say it."""
    return say.get(f"rule_{record.rule}", record.rule)


def place(say: Mapping[str, str], name: str) -> str:
    """A compartment as people name it; empty for a whole device."""
    return say["place"].format(compartment=name) if name else ""


def _probe(say: Mapping[str, str], record: ExcursionRecord) -> str:
    """Which probe of the compartment, as `product probe rear`."""
    name = record.channel.removeprefix(record.compartment + ".")
    quantity, *position = name.split(".")
    return " ".join([say.get(f"probe_{quantity}", quantity), *position])


def course(one: Told) -> Course:
    """Whether it goes on, has ended, or is only known to a last reading."""
    if ended(one.record) is not None:
        return "ended"
    is_presumed = isinstance(one.record, ExcursionRecord) and one.record.state == "presumed"
    return "last_seen" if is_presumed or one.silent_since is not None else "going_on"


def side(limit: Limit | None) -> str:
    """Which way it went; `beyond` where the profile is not known here."""
    return "beyond" if limit is None else limit.side


def _seen(one: Told) -> int:
    """The latest time at which the goods' temperature is known."""
    return max(last_seen(one.record), one.silent_since or 0)


def minutes(one: Told, now: int) -> int:
    """For how long, as a person counts: to its end, or to what was last seen."""
    end = ended(one.record)
    until = last_seen(one.record) if end is None else end
    return max(0, round((min(until, now) - began(one.record)) / MINUTE_MS))


def celsius(value: float) -> str:
    """To a tenth of a degree."""
    return f"{value:.1f}"


def local(zone: ZoneInfo, ms: int, now: int) -> str:
    """A time on the reader's clock: `14:30`, with the date where that is not today's."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    moment, today = ((epoch + timedelta(milliseconds=one)).astimezone(zone) for one in (ms, now))
    return moment.strftime("%H:%M" if moment.date() == today.date() else "%m-%d %H:%M")
