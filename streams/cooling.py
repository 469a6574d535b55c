"""Goods in pre-cooling: how far they are, and how long they have, as lines for the boards."""

from collections.abc import Iterator

from coldchain.celsius import from_micro
from coldchain.enrolment import Enrolled, Unregistered
from coldchain.registry import Entry
from coldchain.rules.findings import Spell
from coldchain.rules.held import PullDownLate
from coldchain.times import minutes
from series.lines import FieldValue, full_line, head
from series.schema import PULL_DOWN

from .memory import ChannelMemory, DeviceMemory


def cooling_lines(enrolled: Enrolled, memory: DeviceMemory) -> Iterator[str]:
    """The `pull_down` lines of a device, one for each probe in goods being pre-cooled."""
    for name, channel in memory.known.items():
        if channel.last_at < 0 or ".product" not in name:
            continue
        try:
            index = enrolled.index(channel.last_at)
            rule = enrolled.post(index, name).rules.pull_down
        except Unregistered:
            continue
        if rule is not None:
            entry, device = enrolled.entry(index), enrolled.registration.device
            yield _line(entry, device, name, channel, rule)


def _line(entry: Entry, device: str, name: str, channel: ChannelMemory, rule: PullDownLate) -> str:
    at, target = channel.last_at, rule.pull_down.target
    spell = channel.spell or Spell()
    deadline = rule.deadline(spell)
    tags = {"channel": name, "county": entry.county, "device": device, "kind": entry.kind}
    fields: dict[str, FieldValue] = {
        "profile": entry.compartments[name.partition(".")[0]].profile,
        "celsius": from_micro(channel.last_value),
        "target": from_micro(target),
        "above": from_micro(channel.last_value - target),
        "cooling": int(deadline is not None),
        "late": int(deadline is not None and at >= deadline),
        "since": -1 if spell.since is None else spell.since,
        "deadline": -1 if deadline is None else deadline,
        "left_minutes": None if deadline is None else minutes(deadline - at),
        "last_at": at,
    }
    return full_line(head(PULL_DOWN.name, tags), fields, at)
