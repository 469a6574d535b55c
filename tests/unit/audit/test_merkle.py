"""Trees after RFC 9162: known roots, and proofs of any range."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.merkle import BLOCK, EMPTY, ProofError, Tree, blocks_of, leaf_hash, root, root_of_range

# The eight leaves of the test tree that RFC 6962 implementations share, and its roots by size.
LEAVES = [
    bytes.fromhex(one)
    for one in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def by_the_book(hashes: list[bytes]) -> bytes:
    """The tree hash as the RFC's recursion has it."""
    if not hashes:
        return sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    k = 1
    while k * 2 < len(hashes):
        k *= 2
    return sha256(b"\x01" + by_the_book(hashes[:k]) + by_the_book(hashes[k:])).digest()


def tree(hashes: list[bytes]) -> Tree:
    return Tree(len(hashes), blocks_of(hashes), lambda i: hashes[i * BLOCK : (i + 1) * BLOCK])


def hashes(count: int) -> list[bytes]:
    return [leaf_hash(str(i).encode()) for i in range(count)]


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_those_that_certificate_logs_agree_on(size: int) -> None:
    assert root([leaf_hash(leaf) for leaf in LEAVES[:size]]).hex() == ROOTS[size - 1]


@pytest.mark.parametrize("size", [0, 1, 2, 3, 7, 255, 256, 257, 511, 513, 1000])
def test_pairing_level_by_level_is_the_recursion_of_the_rfc(size: int) -> None:
    leaves = hashes(size)
    assert root(leaves) == by_the_book(leaves)
    assert root(blocks_of(leaves)) == root(leaves)
    assert root([]) == EMPTY


@given(st.integers(1, 1100), st.data())
def test_any_range_of_any_tree_is_proved_and_no_other_leaves_are(
    size: int, data: st.DataObject
) -> None:
    leaves = hashes(size)
    lo = data.draw(st.integers(0, size - 1))
    hi = data.draw(st.integers(lo + 1, min(size, lo + 300)))
    proof = tree(leaves).prove(lo, hi)
    assert root_of_range(size, lo, leaves[lo:hi], proof) == root(leaves)

    changed = [*leaves[lo:hi]]
    index = data.draw(st.integers(0, len(changed) - 1))
    changed[index] = leaf_hash(b"another")
    assert root_of_range(size, lo, changed, proof) != root(leaves)
    if proof:
        bad = [*proof]
        bad[data.draw(st.integers(0, len(bad) - 1))] = leaf_hash(b"another")
        assert root_of_range(size, lo, leaves[lo:hi], bad) != root(leaves)
        with pytest.raises(ProofError):
            root_of_range(size, lo, leaves[lo:hi], proof[1:])
    with pytest.raises(ProofError):
        root_of_range(size, lo, leaves[lo:hi], [*proof, leaves[0]])


def test_a_range_outside_the_tree_is_refused() -> None:
    with pytest.raises(ProofError):
        root_of_range(3, 2, hashes(2), [])
    with pytest.raises(ProofError):
        root_of_range(3, 0, [], [])
    with pytest.raises(ValueError, match="no leaves"):
        tree(hashes(3)).prove(2, 2)
