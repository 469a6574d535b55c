"""Prints the installed packages that the project itself, without extras, does not need."""

from importlib.metadata import distributions, requires

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_PROJECT = "coldchain"
#: What installs and uninstalls.
_KEEP = {"pip"}


def needed(name: str, extras: frozenset[str], seen: set[tuple[str, frozenset[str]]]) -> None:
    """Add a distribution and all that it requires to `seen`, extras asked for included."""
    if (name, extras) in seen:
        return
    seen.add((name, extras))
    for text in requires(name) or []:
        wanted = Requirement(text)
        for extra in extras or {""}:
            if wanted.marker is None or wanted.marker.evaluate({"extra": extra}):
                needed(canonicalize_name(wanted.name), frozenset(wanted.extras), seen)


def main() -> None:
    """One name a line."""
    seen: set[tuple[str, frozenset[str]]] = set()
    needed(_PROJECT, frozenset(), seen)
    keep = {name for name, _ in seen} | _KEEP
    there = {canonicalize_name(one.metadata["Name"]) for one in distributions()}
    print("\n".join(sorted(there - keep)))


if __name__ == "__main__":
    main()
