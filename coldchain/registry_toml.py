"""Registrations as TOML: what a person edits, and what is published to the registry.

[[devices]]
device = "van-0042"

[[devices.history]]
since = 2026-11-01T00:00:00Z
kind = "van"
asset = "van-0042"

[devices.history.compartments.main]
profile = "iced-seafood"
"""

import math
import re
import tomllib
from datetime import datetime
from typing import Any

import msgspec
import tomli_w

from .frames import QUANTITIES
from .registry import Entry, Registration
from .times import from_iso, iso

#: What may be added to a sensor's values, either way (°C): a slip of the pen is more.
MOST_CALIBRATION = 20.0
_COMPARTMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_CHANNEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*\.[a-z]+(\.[A-Za-z0-9][A-Za-z0-9_-]*)?")
_OPTIONAL = frozenset({"county", "crew", "channels", "position"})
_WHERE = re.compile(r"(?s)(.*) - at `(?:key in )?\$\.?(.*)`")


class RegistryError(ValueError):
    """A registry file refused: one line that names file, device and key."""


def dumps(registrations: list[Registration]) -> str:
    """The registrations as TOML; `loads` gives them back."""
    devices = [_without_defaults(msgspec.to_builtins(r)) for r in registrations]
    return tomli_w.dumps({"devices": devices})


def loads(text: str, file: str) -> list[Registration]:
    """The registrations in a TOML text, in its order; `file` is only for the errors.

    Raises RegistryError, naming file, device and key, on the first thing that is wrong.
    """
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RegistryError(f"{file}: not TOML: {error}") from None
    for key in found.keys() - {"devices"}:
        raise RegistryError(f"{file}: unknown key {key!r}, only [[devices]] is known")
    devices = found.get("devices")
    if not isinstance(devices, list):
        raise RegistryError(f"{file}: no [[devices]]")
    registrations: list[Registration] = []
    seen: set[str] = set()
    for number, raw in enumerate(devices, 1):
        name = _name(raw, number)
        registration = _registration(raw, f"{file}: device {name}")
        if registration.device in seen:
            raise RegistryError(f"{file}: device {name}: device: named twice")
        seen.add(registration.device)
        registrations.append(registration)
    return registrations


def _name(raw: object, number: int) -> str:
    name = raw.get("device") if isinstance(raw, dict) else None
    return name if isinstance(name, str) and name else f"no. {number}"


def _registration(raw: object, where: str) -> Registration:
    try:
        registration = msgspec.convert(_with_times_as_text(raw, where, ""), Registration)
    except msgspec.ValidationError as error:
        raise RegistryError(f"{where}: {_key_first(str(error))}") from None
    if not registration.history:
        raise RegistryError(f"{where}: history: empty, at least one entry is needed")
    last: int | None = None
    for index, entry in enumerate(registration.history):
        here = f"{where}: history[{index}]"
        since = _since(entry, here)
        if last is not None and since <= last:
            raise RegistryError(f"{here}.since: {entry.since} is not after the entry before it")
        last = since
        _check_names(entry, here)
    return registration


def _since(entry: Entry, here: str) -> int:
    try:
        return from_iso(entry.since)
    except ValueError:
        raise RegistryError(
            f"{here}.since: {entry.since!r} is not an ISO 8601 time with a zone"
        ) from None


def _check_names(entry: Entry, here: str) -> None:
    for name in entry.compartments:
        if not _COMPARTMENT.fullmatch(name):
            raise RegistryError(f"{here}.compartments: {name!r} can't name a compartment")
    for name, channel in entry.channels.items():
        if not _CHANNEL.fullmatch(name):
            raise RegistryError(f"{here}.channels: {name!r} is not compartment.quantity[.position]")
        compartment, quantity = name.split(".")[:2]
        if quantity not in QUANTITIES:
            raise RegistryError(f"{here}.channels.{name}: unknown quantity {quantity!r}")
        # Air outside is of no compartment.
        if compartment not in entry.compartments and quantity != "ambient":
            raise RegistryError(f"{here}.channels.{name}: no compartment {compartment!r} here")
        if not math.isfinite(channel.calibration):
            raise RegistryError(f"{here}.channels.{name}.calibration: not a finite number")
        if abs(channel.calibration) > MOST_CALIBRATION:
            raise RegistryError(
                f"{here}.channels.{name}.calibration: {channel.calibration:g}: at most"
                f" {MOST_CALIBRATION:g} °C either way; a sensor further off is broken"
            )
    for number in entry.position or ():
        if not math.isfinite(number):
            raise RegistryError(f"{here}.position: not a finite number")


def _key_first(message: str) -> str:
    """msgspec's `what - at `$.key`` as `key: what`."""
    match = _WHERE.fullmatch(message)
    return f"{match[2]}: {match[1]}" if match and match[2] else message.split(" - at")[0]


def _with_times_as_text(value: Any, where: str, key: str) -> Any:
    """TOML's own date-times as the ISO 8601 text that the records carry."""
    if isinstance(value, dict):
        return {
            k: _with_times_as_text(v, where, f"{key}.{k}".lstrip(".")) for k, v in value.items()
        }
    if isinstance(value, list):
        return [_with_times_as_text(v, where, f"{key}[{i}]") for i, v in enumerate(value)]
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise RegistryError(f"{where}: {key}: time without a zone: {value.isoformat()}")
        return iso(from_iso(value.isoformat()))
    return value


def _without_defaults(registration: dict[str, Any]) -> dict[str, Any]:
    """What need not be said is not written; TOML has no null."""
    history = [
        {key: value for key, value in entry.items() if value or key not in _OPTIONAL}
        for entry in registration["history"]
    ]
    return {"device": registration["device"], "history": history}
