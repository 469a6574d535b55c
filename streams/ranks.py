"""The short lists that boards ask in place of every device: the worst, and the longest silent.

A list is told whole, with a point for each rank whether somebody has it or not, after one that is
nobody's. So its newest RANKS + 1 points are always one list: neither a rank that emptied nor a
worker that came anew leaves anything standing. (InfluxDB's LIMIT within a subquery gives one point
too many; that is then the nobody of the list before.)
"""

from collections.abc import Mapping
from heapq import nsmallest

from coldchain.celsius import from_micro
from coldchain.times import DAY_MS
from series.lines import FieldValue, full_line, head
from series.schema import RANKED, RANKS

from .standing import STATES, Group, Members, Stands

#: Who is silent for longer is no longer listed: out of use more likely than lost.
LISTED_MS = 7 * DAY_MS
NOBODY: dict[str, FieldValue] = {"severity": -1}
NOWHERE = (-999.0, -999.0)


def ranked_lines(partition: int, at: int, groups: Mapping[Group, Members]) -> list[str]:
    """The `ranked` lines of a partition at `at` (ms): each group's lists, whole."""
    lines: list[str] = []
    for (county, kind), members in sorted(groups.items()):
        tags = {"county": county, "kind": kind, "partition": str(partition)}
        for name, fields in (("worst", _worst(members)), ("silent", _silent(members, at))):
            start = head(RANKED.name, {**tags, "list": name})
            whole = [NOBODY, *fields] + [NOBODY] * (RANKS - len(fields))
            lines += [full_line(start, one, at - rank) for rank, one in enumerate(whole)]
    return lines


def _worst(members: Members) -> list[dict[str, FieldValue]]:
    judged = [
        (-STATES.index(one.state), one.margin, device, one)
        for device, one in members
        if one.margin is not None and one.state != "silent"
    ]
    return [
        _fields(device, one)
        | {
            "margin": from_micro(margin),
            "worst": from_micro(one.worst or 0),
            "worst_channel": one.worst_channel,
        }
        for _, margin, device, one in nsmallest(RANKS, judged)
    ]


def _silent(members: Members, at: int) -> list[dict[str, FieldValue]]:
    silent = [
        (one.at, device, one)
        for device, one in members
        if one.state == "silent" and at - one.at <= LISTED_MS
    ]
    return [_fields(device, one) for _, device, one in nsmallest(RANKS, silent)]


def _fields(device: str, one: Stands) -> dict[str, FieldValue]:
    """All of them are always there: a point written again, of another device, is that one's."""
    latitude, longitude = one.position or NOWHERE
    return {
        "device": device,
        "severity": STATES.index(one.state),
        "last_at": one.at,
        "latitude": latitude,
        "longitude": longitude,
    }
