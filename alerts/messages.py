"""What a person reads: one message about the alerts of one device, or of many. Pure.

Times are in the reader's zone, without the date where that is today's. A message is reviewed for
a phone: a title of one line, few lines below it, the link last.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from coldchain.alert_commands import Silence
from coldchain.records import ConditionRecord, ExcursionRecord
from coldchain.times import MINUTE_MS, from_iso

from . import phrases
from .findings import compartment, limit_of
from .nearest import Space
from .sentences import SENTENCES
from .told import Reader, Told, in_order

#: More than this and a phone's first screen is full; of several devices each has a short line.
MOST_LINES = 5
MOST_SHORT_LINES = 8
#: So many parcels are named, by so many of their last characters; the page has the others.
MOST_PARCELS = 3
PARCEL_END = 6
#: Of so many parcels it is said how much longer they may be out of limits.
MOST_ALLOWANCES = 2

#: An alert as people name it.
SHORT_ID = 8


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: plain text."""

    title: str
    body: str


def write(
    reader: Reader,
    told: Sequence[Told],
    now: int,
    *,
    again: bool = False,
    space: Space | None = None,
    link: str = "",
    is_page: bool = False,
) -> Message:
    """The message about these alerts, the gravest first; `told` is not empty.

    `again`: it may have come already, and says so. `space`: where the goods can go. `is_page`:
    it is read on the alert's own page, which needs neither its number nor its parcels.
    """
    say = SENTENCES[reader.language]
    order = in_order(told)
    assets = list(dict.fromkeys(one.asset for one in order))
    if len(order) == 1:
        title, lines = _title(reader, order[0]), [phrases.line(reader, order[0], now, alone=True)]
    elif len(assets) == 1:
        title = _title_many(say, order, assets)
        lines = _lines(reader, order, now, is_all=not link)
    else:
        title = _title_many(say, order, assets)
        lines = _short_lines(reader, order, now, is_all=not link)
    lines = [_heads(say, order), *lines]
    if len(assets) == 1:
        parcels = ("" if is_page else _parcels(say, order)) + _allowances(say, order)
        lines.append(parcels + _advice(reader, order[0], space))
    if is_page:
        return Message(title, _body(lines))
    ids = " ".join(one.alert[:SHORT_ID] for one in order[:MOST_LINES])
    lines.append(say["ref"].format(ids=ids) if len(assets) == 1 or not link else say["all"])
    lines.append(link)
    return Message(title + (say["again"] if again else ""), _body(lines))


def silence_ends(reader: Reader, silence: Silence, held: int, now: int, link: str) -> Message:
    """The word that a silence is about to end; `held` is how many troubles it keeps quiet."""
    say = SENTENCES[reader.language]
    facts = {
        "where": f"{silence.device} {silence.compartment}".strip(),
        "until": phrases.local(reader.zone, from_iso(silence.until), now),
        "reason": silence.reason,
        "count": held,
    }
    lines = [say["silence_held" if held else "silence_none"].format_map(facts)]
    lines.append(say["silence_why"].format_map(facts))
    lines.append(link)
    return Message(say["silence_title"].format_map(facts), _body(lines))


def _body(lines: Sequence[str]) -> str:
    return "\n".join(line.strip() for line in lines if line.strip())


def _title(reader: Reader, one: Told) -> str:
    say, record = SENTENCES[reader.language], one.record
    facts = {
        "severity": say[record.severity],
        "asset": one.asset,
        "place": phrases.place(say, compartment(record)),
    }
    if isinstance(record, ConditionRecord):
        return say["title_rule"].format(rule=phrases.rule(say, record), **facts)
    return say["title"].format(peak=phrases.celsius(record.peak), **facts)


def _title_many(say: Mapping[str, str], order: Sequence[Told], assets: Sequence[str]) -> str:
    grave = sum(one.record.severity == "critical" for one in order)
    has_rules = any(isinstance(one.record, ConditionRecord) for one in order)
    key = "title_many" if len(assets) == 1 else "title_fleet"
    return say[key + ("_mixed" if has_rules else "")].format(
        severity=say[order[0].record.severity],
        asset=assets[0],
        count=len(order),
        assets=len(assets),
        grave=grave,
    )


def _heads(say: Mapping[str, str], order: Sequence[Told]) -> str:
    """Why they hear of it, where it is not for the first time or not their own."""
    number, flaps = max(one.number for one in order), max(one.flaps for one in order)
    heads = [say["escalated"] if any(one.is_escalated for one in order) else ""]
    heads.append(say["reminder"].format(number=number) if number else "")
    heads.append(say["flaps"].format(count=flaps) if flaps else "")
    return "".join(heads)


def _lines(reader: Reader, order: Sequence[Told], now: int, *, is_all: bool) -> list[str]:
    """A line an alert of one device; those that read alike carry the alert's id.

    `is_all`: no page has the others, so the critical ones among them are named.
    """
    say = SENTENCES[reader.language]
    shown = order[:MOST_LINES]
    lines = [phrases.line(reader, one, now, alone=False) for one in shown]
    often = Counter(lines)
    lines = [
        line if often[line] == 1 else line + say["same"].format(ref=one.alert[:SHORT_ID])
        for one, line in zip(shown, lines, strict=True)
    ]
    if len(order) > len(shown):
        named = _named(say, order[len(shown) :]) if is_all else ""
        lines.append(say["more"].format(count=len(order) - len(shown)) + named)
    return lines


def _named(say: Mapping[str, str], others: Sequence[Told]) -> str:
    """The critical ones by their place; empty where there are none."""
    places = [
        compartment(one.record) or _subject(say, one)
        for one in others
        if one.record.severity == "critical"
    ]
    return say["named"].format(places=" ".join(dict.fromkeys(places))) if places else ""


def _subject(say: Mapping[str, str], one: Told) -> str:
    """What a trouble of a whole device is called."""
    return phrases.rule(say, one.record) if isinstance(one.record, ConditionRecord) else one.asset


def _short_lines(reader: Reader, order: Sequence[Told], now: int, *, is_all: bool) -> list[str]:
    """A short line a device, the gravest first; what follows is only counted.

    `is_all`: no page has it, so every device with a critical one has its line, and names those.
    """
    say = SENTENCES[reader.language]
    by_asset: dict[str, list[Told]] = {}
    for one in order:
        by_asset.setdefault(one.asset, []).append(one)
    first = {asset: ones[0] for asset, ones in by_asset.items()}
    grave = sum(one.record.severity == "critical" for one in first.values())
    most = max(MOST_SHORT_LINES, grave) if is_all else MOST_SHORT_LINES
    lines = []
    for asset, one in list(first.items())[:most]:
        facts = {"asset": asset, "place": phrases.place(say, compartment(one.record))}
        if isinstance(one.record, ConditionRecord):
            line = say["short_rule"].format(rule=phrases.rule(say, one.record), **facts)
        else:
            minutes = phrases.minutes(one, now)
            peak = phrases.celsius(one.record.peak)
            line = say["short"].format(peak=peak, minutes=minutes, **facts)
        others = by_asset[asset][1:]
        line += say["short_more"].format(count=len(others)) if others else ""
        lines.append(line + (_named(say, others) if is_all else ""))
    if len(first) > most:
        lines.append(say["more_assets"].format(count=len(first) - most))
    return lines


def _parcels(say: Mapping[str, str], order: Sequence[Told]) -> str:
    """How many are aboard, and the first of them by their last characters."""
    records = [one.record for one in order if isinstance(one.record, ExcursionRecord)]
    most = max(records, key=lambda one: one.parcels_total, default=None)
    if most is None or not most.parcels_total:
        return ""
    named = " ".join("…" + parcel[-PARCEL_END:] for parcel in most.parcels[:MOST_PARCELS])
    key = "parcels_named" if named else "parcels"
    return say[key].format(count=most.parcels_total, named=named)


def _allowances(say: Mapping[str, str], order: Sequence[Told]) -> str:
    """Which parcels have the least time left out of limits, and how long."""
    of_each = {one.parcel: one for told in order for one in told.allowances}
    least = sorted(of_each.values(), key=lambda one: (one.left, one.parcel))[:MOST_ALLOWANCES]
    if not least:
        return ""
    told = say["allowance_and"].join(
        say["allowance" if one.left else "allowance_none"].format(
            parcel="…" + one.parcel[-PARCEL_END:], left=one.left // MINUTE_MS
        )
        for one in least
    )
    return say["allowances"].format(told=told)


def _advice(reader: Reader, one: Told, space: Space | None) -> str:
    say, record = SENTENCES[reader.language], one.record
    if isinstance(record, ConditionRecord):
        return say.get(f"do_{record.rule}", say["do_rule"])
    course = phrases.course(one)
    if course != "going_on":
        return say[f"do_{course}"]
    side = phrases.side(limit_of(record, reader.profiles))
    if space is None:
        return say[f"do_{side}"]
    return say[f"do_{side}_to"].format(space=space.asset, km=f"{max(0.1, space.km):.1f}")
