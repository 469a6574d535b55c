"""Chance that can be repeated: every stream of random numbers comes from the seed and a name.

So a van's round does not change when another van is added, and the same seed gives the same
bytes in any process.
"""

import hashlib

import numpy as np


def generator(seed: int, *name: str | int) -> np.random.Generator:
    """The random numbers of this name under this seed."""
    digest = hashlib.sha256("\x1f".join(map(str, name)).encode()).digest()
    words = np.frombuffer(digest[:16], dtype="<u4")
    return np.random.default_rng([seed, *words.tolist()])
