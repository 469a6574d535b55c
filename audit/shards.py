"""Shards: Parquet files of entries of one kind and hour, in the order of their leaves.

Columns: subject, received (ms), partition, offset, digest (SHA-256 of the value), value (the raw
bytes). A row group is four of the tree's blocks, so that finding one subject, or proving it,
reads a few thousand rows at most, however large the shard.
"""

import os
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from coldchain.times import HOUR_MS, iso

from .entries import Entry, Kind, Leaf, encode_leaf, order_of, subject_hash
from .errors import AuditError
from .merkle import BLOCK, Tree, blocks_of, leaf_hash, root

GROUP = 4 * BLOCK
HASH = 32
#: How much of a subject's hash says which block it begins in.
PREFIX = 8
_LEAF = ["subject", "received", "partition", "offset", "digest"]

_SCHEMA = pa.schema(
    [
        pa.field("subject", pa.string()),
        pa.field("received", pa.int64()),
        pa.field("partition", pa.int32()),
        pa.field("offset", pa.int64()),
        pa.field("digest", pa.binary(HASH)),
        pa.field("value", pa.large_binary()),
    ]
)


@dataclass(frozen=True, slots=True)
class Shard:
    """A shard as the catalogue has it: `hour` is its start (ms); `blocks` the hashes of its
    tree's blocks, `firsts` the beginnings of their first leaves' subject hashes, joined.
    """

    name: str
    kind: Kind
    hour: int
    size: int
    blocks: bytes
    firsts: bytes

    @property
    def hashes(self) -> list[bytes]:
        return [self.blocks[i : i + HASH] for i in range(0, len(self.blocks), HASH)]

    @property
    def root(self) -> bytes:
        return root(self.hashes)

    def blocks_with(self, subject: str) -> range:
        """The blocks that this subject's leaves, and those beside them, lie in."""
        wanted = bytes.fromhex(subject_hash(subject))[:PREFIX]
        firsts = [self.firsts[i : i + PREFIX] for i in range(0, len(self.firsts), PREFIX)]
        low = max(0, bisect_left(firsts, wanted) - 1)
        return range(low, min(len(firsts), bisect_right(firsts, wanted) + 1))


@dataclass(frozen=True, slots=True)
class Run:
    """All of one subject's entries in a shard (none, where `entries` is empty).

    `before` and `after` are the leaves beside them (None: at the shard's end); `first` is the
    number of the first of them all, and `proof` proves them.
    """

    shard: str
    first: int
    before: Leaf | None
    entries: list[Entry]
    after: Leaf | None
    proof: list[bytes]

    @property
    def leaves(self) -> list[Leaf]:
        """The leaves that are proved, in order."""
        own = [entry.leaf for entry in self.entries]
        return [one for one in (self.before, *own, self.after) if one is not None]


def shard_name(kind: Kind, hour: int, number: int) -> str:
    """The file of a kind and hour under a seal, relative to the archive's shards."""
    text = iso(hour)
    return f"{kind}/{text[:10]}/{text[11:13]}-{number:08}.parquet"


def hour_of(received: int) -> int:
    """The start of the hour that a moment lies in, ms."""
    return received - received % HOUR_MS


def write_shard(folder: Path, name: str, entries: Sequence[Entry]) -> tuple[Shard, str]:
    """Write entries (of one kind and hour, in any order) to a file; the shard, its SHA-256.

    On return it is on disk (fsync) under its name. A file of that name, left by a crash before
    its seal, is replaced. Raises AuditError.
    """
    ordered = sorted(entries, key=lambda entry: entry.order)
    hashes = [leaf_hash(encode_leaf(entry.leaf)) for entry in ordered]
    table = pa.table(
        [
            [entry.subject for entry in ordered],
            [entry.received for entry in ordered],
            [entry.partition for entry in ordered],
            [entry.offset for entry in ordered],
            [bytes.fromhex(entry.leaf[5]) for entry in ordered],
            [entry.value for entry in ordered],
        ],
        schema=_SCHEMA,
    )
    path = folder / name
    draft = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, draft, row_group_size=GROUP, compression="zstd")
        with draft.open("rb+") as file:
            digest = sha256(file.read()).hexdigest()
            os.fsync(file.fileno())
        draft.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise AuditError(f"{path} can't be written: {error.strerror or error}") from None
    first = ordered[0]
    firsts = [bytes.fromhex(one.leaf[1])[:PREFIX] for one in ordered[::BLOCK]]
    blocks = b"".join(blocks_of(hashes))
    hour = hour_of(first.received)
    return Shard(name, first.kind, hour, len(ordered), blocks, b"".join(firsts)), digest


def find(folder: Path, shard: Shard, subject: str, prove: bool = True) -> Run:
    """All entries of a subject in a shard, and what proves that they are all. Raises AuditError."""
    blocks = shard.blocks_with(subject)
    start, stop = blocks.start * BLOCK, min(blocks.stop * BLOCK, shard.size)
    with _Rows(folder / shard.name) as rows:
        leaves = rows.leaves(shard.kind, start, stop)
        wanted = subject_hash(subject)
        keys = [leaf[1] for leaf in leaves]
        low, high = bisect_left(keys, wanted), bisect_right(keys, wanted)
        values = rows.values(start + low, start + high)
        entries = [
            Entry(shard.kind, subject, leaf[2], leaf[3], leaf[4], value)
            for leaf, value in zip(leaves[low:high], values, strict=True)
        ]
        first, last = max(0, low - 1), min(len(leaves), high + 1)
        proof: list[bytes] = []
        if prove:
            hashes = [leaf_hash(encode_leaf(leaf)) for leaf in leaves]

            def hashes_of(block: int) -> list[bytes]:
                at = block * BLOCK - start
                return hashes[at : at + BLOCK]

            tree = Tree(shard.size, shard.hashes, hashes_of)
            proof = tree.prove(start + first, start + last)
    before = leaves[first] if first < low else None
    after = leaves[high] if high < len(leaves) else None
    return Run(shard.name, start + first, before, entries, after, proof)


def read_shard(folder: Path, shard: Shard) -> list[Entry]:
    """Every entry of a shard, in order. Raises AuditError."""
    with _Rows(folder / shard.name) as rows:
        table = rows.table(0, shard.size, [*_LEAF[:4], "value"])
    columns = [table[name].to_pylist() for name in table.column_names]
    return [Entry(shard.kind, *row) for row in zip(*columns, strict=True)]


class _Rows:
    """Rows of a shard's file by number."""

    def __init__(self, path: Path) -> None:
        try:
            self._file = pq.ParquetFile(path, memory_map=True)
        except FileNotFoundError:
            raise AuditError(
                f"{path} is gone: removed after its retention (`coldchain audit prune`), or lost"
            ) from None
        except (OSError, pa.ArrowException) as error:
            raise AuditError(f"{path} can't be read: {error}") from None

    def __enter__(self) -> "_Rows":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def table(self, start: int, stop: int, columns: list[str]) -> Any:
        groups = range(start // GROUP, -(-stop // GROUP))
        found = self._file.read_row_groups(list(groups), columns=columns, use_threads=False)
        return found.slice(start - groups.start * GROUP, stop - start)

    def leaves(self, kind: Kind, start: int, stop: int) -> list[Leaf]:
        rows = self.table(start, stop, _LEAF).to_pydict()
        hashes: dict[str, str] = {one: subject_hash(one) for one in set(rows["subject"])}
        return sorted(
            (
                (kind, hashes[subject], received, partition, offset, digest.hex())
                for subject, received, partition, offset, digest in zip(
                    *(rows[name] for name in _LEAF), strict=True
                )
            ),
            key=order_of,
        )

    def values(self, start: int, stop: int) -> list[bytes]:
        if start >= stop:
            return []
        found: list[bytes] = self.table(start, stop, ["value"])["value"].to_pylist()
        return found


def _sync_folder(folder: Path) -> None:
    """A renamed file is there after a crash only once its folder is on disk too."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
