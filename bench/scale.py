"""How much a run of the bench does: as the docs have it, or a short look that all of it works."""

import sys
from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """`quick`: a tenth or less of everything; its figures are for nobody's docs."""

    quick: bool = False
    rounds: int = 3

    def of(self, full: int, quick: int) -> int:
        return quick if self.quick else full


def progress(said: str) -> None:
    """A line on stderr, so that the table stays alone on stdout."""
    print(f"bench: {said}", file=sys.stderr, flush=True)
