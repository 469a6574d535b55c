"""Merkle trees as RFC 9162 (section 2.1) hashes them, and proofs for a range of neighbours.

A leaf's hash is SHA-256 of 0x00 and the leaf; a node's SHA-256 of 0x01 and its two children. A
tree of n leaves parts at the greatest power of two below n. So every aligned run of `BLOCK`
leaves is one node: a tree's blocks are kept, and a proof needs the leaves of one or two of them.

A range proof gives the root from the leaves [lo, hi) and the hashes of the subtrees beside them,
in order from left to right. For one leaf these are the hashes of an audit path.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

BLOCK = 256
EMPTY = sha256(b"").digest()


class ProofError(ValueError):
    """A proof that does not fit its leaves."""


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of one leaf."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its children's."""
    return sha256(b"\x01" + left + right).digest()


def root(hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes, or over the hashes of whole blocks."""
    if not hashes:
        return EMPTY
    level = list(hashes)
    while len(level) > 1:
        # An odd last node goes up as it is: the same tree as parting at powers of two.
        paired = [node_hash(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = paired + level[len(paired) * 2 :]
    return level[0]


def blocks_of(hashes: Sequence[bytes]) -> list[bytes]:
    """The hashes of a tree's blocks, from those of its leaves."""
    return [root(hashes[i : i + BLOCK]) for i in range(0, len(hashes), BLOCK)]


@dataclass(frozen=True, slots=True)
class Tree:
    """A tree of `size` leaves by its blocks' hashes; `leaves(i)` gives the leaf hashes of block i.

    Only blocks that a proof cuts through are asked for.
    """

    size: int
    blocks: Sequence[bytes]
    leaves: Callable[[int], Sequence[bytes]]

    def prove(self, lo: int, hi: int) -> list[bytes]:
        """The proof of the leaves [lo, hi); 0 <= lo < hi <= size."""
        if not 0 <= lo < hi <= self.size:
            raise ValueError(f"no leaves {lo} to {hi} in a tree of {self.size}")
        return list(self._beside(0, self.size, lo, hi))

    def _beside(self, start: int, stop: int, lo: int, hi: int) -> Iterator[bytes]:
        if stop <= lo or start >= hi:
            yield self._node(start, stop)
        elif not (lo <= start and stop <= hi):
            middle = start + _part(stop - start)
            yield from self._beside(start, middle, lo, hi)
            yield from self._beside(middle, stop, lo, hi)

    def _node(self, start: int, stop: int) -> bytes:
        first = start // BLOCK
        if start % BLOCK == 0 and (stop % BLOCK == 0 or stop == self.size):
            return root(self.blocks[first : -(-stop // BLOCK)])
        base = first * BLOCK
        return root(self.leaves(first)[start - base : stop - base])


def root_of_range(size: int, lo: int, leaves: Sequence[bytes], proof: Sequence[bytes]) -> bytes:
    """The root that these neighbouring leaf hashes, from number `lo` on, and a proof lead to.

    Raises ProofError where the proof is not one for them.
    """
    hi = lo + len(leaves)
    if not (leaves and lo >= 0 and hi <= size):
        raise ProofError(f"no leaves {lo} to {hi} in a tree of {size}")
    rest = iter(proof)

    def walk(start: int, stop: int) -> bytes:
        if stop <= lo or start >= hi:
            try:
                return next(rest)
            except StopIteration:
                raise ProofError("a hash is missing") from None
        if lo <= start and stop <= hi:
            return root(leaves[start - lo : stop - lo])
        middle = start + _part(stop - start)
        left = walk(start, middle)
        return node_hash(left, walk(middle, stop))

    found = walk(0, size)
    if next(rest, None) is not None:
        raise ProofError("a hash too many")
    return found


def _part(size: int) -> int:
    """The greatest power of two below `size` (2 or more)."""
    return 1 << ((size - 1).bit_length() - 1)
