"""Dated history: what a publication makes of what is registered, never changing what already held.

What a device was at any moment up to now stays as it was told; before its first entry it was
nothing, and that may still be said. What is to come may be changed at will.
"""

import msgspec

from coldchain.registry import Entry, Registration
from coldchain.times import from_iso, iso


class HistoryError(ValueError):
    """It would change what already held; the message says of which device, from when, what."""


def advance(known: Registration | None, published: Registration, now: int) -> Registration | None:
    """The history once this is published at `now` (ms); None where it is as it stands.

    The published entries take the place of those known from the first of theirs on; earlier ones
    are kept, so that a change may be published alone. Raises HistoryError.
    """
    if known is None:
        return published
    first = from_iso(published.history[0].since)
    kept = [entry for entry in known.history if from_iso(entry.since) < first]
    made = msgspec.structs.replace(known, history=kept + published.history)
    moments = {from_iso(entry.since) for entry in (*known.history, *made.history)}
    for moment in sorted(one for one in moments | {now} if one <= now):
        was, would_be = known.in_force(moment), made.in_force(moment)
        if was is not None and _content(was) != _content(would_be):
            raise HistoryError(
                f"device {known.device}: what held at {iso(moment)} would change"
                f" ({_difference(was, would_be)}): a change applies from its date, so give it one"
                f" after {iso(now)}"
            )
    return None if made == known else made


def _content(entry: Entry | None) -> Entry | None:
    """An entry whatever its date."""
    return None if entry is None else msgspec.structs.replace(entry, since="")


def _difference(was: Entry, would_be: Entry | None) -> str:
    if would_be is None:
        return "nothing would be registered then"
    names = [name for name in Entry.__struct_fields__ if name != "since"]
    return ", ".join(name for name in names if getattr(was, name) != getattr(would_be, name))
