"""Which findings are one trouble, and which trouble keeps another quiet. Pure.

*One trouble*: findings of the same device, compartment and subject that overlap, or follow each
other within the flap window. They are one alert, which speaks again only if it gets graver: so
the warning and the critical limit of one side are one word, so are three probes of one box, and
one that comes and goes does not ring each time.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from .findings import Record, began, ended

#: While the first is open, warnings about the others say nothing new. A compartment's trouble
#: mutes only in that compartment, a device's in all of them.
MUTES: dict[str, frozenset[str]] = {
    "device-silent": frozenset(
        {
            "battery-low",
            "door-open",
            "fast-rise",
            "pull-down-late",
            "sensor-drifts",
            "sensor-noisy",
            "sensor-stuck",
            "sensors-disagree",
            "short-cycling",
        }
    ),
    "mains-lost": frozenset({"battery-low", "fast-rise", "pull-down-late", "short-cycling"}),
    "above": frozenset({"fast-rise", "pull-down-late"}),
}


@dataclass(frozen=True, slots=True)
class Trouble:
    """What an alert is about."""

    compartment: str
    subject: str


def muted_by(one: Trouble, open_ones: Iterable[Trouble]) -> Trouble | None:
    """The open trouble of the same device that says already what this warning would."""
    for other in open_ones:
        reaches = other.compartment in ("", one.compartment)
        if reaches and one.subject in MUTES.get(other.subject, ()):
            return other
    return None


def is_same(held: Iterable[Record], record: Record, window: int) -> bool:
    """Whether a finding goes on where these (of one subject) are, at most `window` ms apart."""
    start, end = began(record), ended(record)
    for one in held:
        until = ended(one)
        is_before = until is not None and until + window < start
        is_after = end is not None and end + window < began(one)
        if not is_before and not is_after:
            return True
    return False
