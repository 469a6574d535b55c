"""What is archived: entries of several kinds, and the leaf that stands for each in its tree.

A leaf is a short line that does not show the entry itself, so that a neighbour can be shown to
prove where a range ends without giving away whose it is:

    ["frames","<SHA-256 of the subject>",received,partition,offset,"<SHA-256 of the value>"]

Leaves stand in order of subject, then received, partition, offset. All of one subject in a shard
are therefore neighbours, and a range proof with the leaf before and the leaf after it shows that
none was left out.
"""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Literal

import msgspec

#: frames, registry, excursions: by device; custody: by parcel; commands, alerts (what happened to
#: them, who was told): by alert; profiles: by their id; inspections: by parcel or appointment.
Kind = Literal[
    "frames",
    "custody",
    "registry",
    "excursions",
    "commands",
    "alerts",
    "profiles",
    "inspections",
]
KINDS: tuple[Kind, ...] = Kind.__args__  # type: ignore[attr-defined]

Leaf = tuple[Kind, str, int, int, int, str]

_encoder = msgspec.json.Encoder()


def subject_hash(subject: str) -> str:
    """How a leaf names its subject."""
    return sha256(subject.encode()).hexdigest()


def encode_leaf(leaf: Leaf) -> bytes:
    """The bytes that are hashed into the tree."""
    return _encoder.encode(leaf)


@dataclass(frozen=True)
class Entry:
    """A record as it came: `received` (ms) is its own timestamp; an empty value a tombstone's."""

    kind: Kind
    subject: str
    received: int
    partition: int
    offset: int
    value: bytes

    @cached_property
    def leaf(self) -> Leaf:
        return (
            self.kind,
            subject_hash(self.subject),
            self.received,
            self.partition,
            self.offset,
            sha256(self.value).hexdigest(),
        )

    @property
    def order(self) -> tuple[str, int, int, int]:
        """Its place among entries of its kind."""
        return order_of(self.leaf)


def order_of(leaf: Leaf) -> tuple[str, int, int, int]:
    """Where a leaf stands in its shard."""
    return leaf[1], leaf[2], leaf[3], leaf[4]
