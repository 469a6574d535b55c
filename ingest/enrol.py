"""Registering a logger for a file of its readings, without undoing what is registered."""

import msgspec

from coldchain.registry import CompartmentEntry, Entry, Registration
from coldchain.times import from_iso, iso


class EnrolError(ValueError):
    """The device is registered as something else; the message says as what."""


def enrol(
    known: Registration | None, device: str, compartment: str, profile: str, first_at: int
) -> Registration | None:
    """The registration by which readings from `first_at` (ms) on are judged by the profile.

    None where the one known already says so. One made here before is only begun earlier: what
    held stays as it was. Raises EnrolError where it would have to change.
    """
    if known is None:
        entry = Entry(
            since=iso(first_at),
            kind="logger",
            asset=device,
            compartments={compartment: CompartmentEntry(profile=profile)},
        )
        return Registration(device=device, history=[entry])
    at = known.in_force(first_at)
    if at is not None:
        later = [one for one in known.history if from_iso(one.since) > first_at]
        if all(_profile(one, compartment) == profile for one in (at, *later)):
            return None
    last = known.history[0] if len(known.history) == 1 else None
    if last is None or last.kind != "logger" or _profile(last, compartment) != profile:
        raise EnrolError(
            f"device {device} is registered already, as {_told(known)}, and what held never"
            " changes: leave out --register, give this file's readings a device of their own, or"
            " add to the history from a date to come with `coldchain ingest registry`"
        )
    since = iso(min(first_at, from_iso(last.since)))
    return msgspec.structs.replace(known, history=[msgspec.structs.replace(last, since=since)])


def _profile(entry: Entry, compartment: str) -> str | None:
    found = entry.compartments.get(compartment)
    return None if found is None else found.profile


def _told(known: Registration) -> str:
    if not known.history:
        return "nothing yet"
    last = known.history[-1]
    held = ", ".join(f"{name}: {one.profile}" for name, one in last.compartments.items())
    return f"{last.kind} {last.asset} ({held}) since {last.since}"
