"""The dead letters: what could not be taken, kept with the reason, and replayable.

On `coldchain.frames.rejected` a record's value is the original bytes and its key the original
key; three headers say the rest, as UTF-8 text: `reason`, `where` it came from (topic/partition/
offset or file/line), `when` it was refused (ISO 8601 UTC). Its own timestamp is the original
record's, so that `received` outlives refusal and replay.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from .times import iso

Headers = list[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why something was refused, where it came from, and when (ISO 8601 UTC)."""

    reason: str
    where: str
    when: str

    @classmethod
    def of_record(
        cls, reason: str, topic: str, partition: int, offset: int, now: int
    ) -> "Rejection":
        """A Kafka record refused at `now` (ms)."""
        return cls(reason, f"{topic}/{partition}/{offset}", iso(now))

    @classmethod
    def of_line(cls, reason: str, file: str, line: int, now: int) -> "Rejection":
        """A line of a file (counted from 1) refused at `now` (ms)."""
        return cls(reason, f"{file}/{line}", iso(now))

    def headers(self) -> Headers:
        """As a Kafka record's headers."""
        said = {"reason": self.reason, "where": self.where, "when": self.when}
        # A reason may quote bytes that were no text; what can't be encoded is escaped.
        return [(key, text.encode("utf-8", "backslashreplace")) for key, text in said.items()]


def from_headers(headers: Iterable[tuple[str, bytes | None]]) -> Rejection:
    """The rejection that headers tell of; what is missing reads as empty. Never raises."""
    said = {key: (value or b"").decode("utf-8", "replace") for key, value in headers}
    return Rejection(said.get("reason", ""), said.get("where", ""), said.get("when", ""))
