"""What people say to alerts, on `coldchain.alert-commands`, key: the alert's (or silence's) id.

Times are ISO 8601 UTC. An acknowledgement says who has it in hand and why it happened; a silence
says whose it is, why, and when it ends. Decoded only by `decode_command`, which refuses with a
reason that the sender can act on.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from .frames import Name
from .times import HOUR_MS, from_iso

Cause = Literal["unloading", "unit-failed", "goods-moved", "probe-wrong", "other"]
CAUSES: tuple[str, ...] = Cause.__args__  # type: ignore[attr-defined]

#: A silence that outlives a shift is a forgotten one.
MAX_SILENCE_MS = 24 * HOUR_MS

Person = Annotated[str, Meta(min_length=1, max_length=64)]
Text = Annotated[str, Meta(max_length=500)]
Reason = Annotated[str, Meta(min_length=1, max_length=500)]
Id = Annotated[str, Meta(min_length=1, max_length=64)]


class CommandError(ValueError):
    """A command refused; the message is the reason, in one line."""


class Acknowledge(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="do",
    tag="acknowledge",
):
    """`by` has the alert in hand. A cause of `other` needs `text`."""

    alert: Id
    by: Person
    at: str
    cause: Cause
    text: Text = ""

    @property
    def key(self) -> str:
        return self.alert


class Comment(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="do",
    tag="comment",
):
    """Something said of an alert, for its history; changes nothing else."""

    alert: Id
    by: Person
    at: str
    text: Reason

    @property
    def key(self) -> str:
        return self.alert


class Silence(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="do",
    tag="silence",
):
    """Nobody is told of the device (one compartment of it, or all) from `at` until `until`.

    The same `id` again replaces it: an `until` of `at` ends it. What is still wrong when it
    ends is told then.
    """

    id: Id
    device: Name
    by: Person
    reason: Reason
    at: str
    until: str
    compartment: str = ""

    @property
    def key(self) -> str:
        return self.id

    def mutes(self, device: str, compartment: str, now: int) -> bool:
        """Whether it keeps this compartment quiet at `now` (ms)."""
        return (
            device == self.device
            and self.compartment in ("", compartment)
            and from_iso(self.at) <= now < from_iso(self.until)
        )


class Note(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    tag_field="do",
    tag="note",
):
    """Something the next shift has to know. The same `id` again changes nothing."""

    id: Id
    by: Person
    at: str
    text: Reason

    @property
    def key(self) -> str:
        return self.id


Command = Acknowledge | Comment | Silence | Note

_decoder = msgspec.json.Decoder(Command)


def encode_command(command: Command) -> bytes:
    """The command as it goes into Kafka."""
    return msgspec.json.encode(command)


def decode_command(raw: bytes) -> Command:
    """A well-formed command. Raises CommandError."""
    try:
        command = _decoder.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise CommandError(f"not a command: {error}") from None
    return checked(command)


def checked(command: Command) -> Command:
    """The command, its times and its duties looked at. Raises CommandError."""
    at = _time("at", command.at)
    if isinstance(command, Acknowledge) and command.cause == "other" and not command.text.strip():
        raise CommandError("a cause of `other` needs a text that says what it was")
    if isinstance(command, Silence):
        until = _time("until", command.until)
        if until < at:
            raise CommandError(f"a silence can't end ({command.until}) before it begins")
        if until - at > MAX_SILENCE_MS:
            raise CommandError(f"a silence lasts at most {MAX_SILENCE_MS // HOUR_MS} hours")
    return command


def _time(name: str, text: str) -> int:
    try:
        return from_iso(text)
    except (ValueError, OverflowError) as error:
        raise CommandError(f"{name}: {error}") from None
