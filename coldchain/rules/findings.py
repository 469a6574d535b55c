"""What a rule finds, and the spell: a condition that has to last before it is one."""

from typing import Protocol, TypeVar

import msgspec


class Finding(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A rule's finding: the condition held from `since`, counts from `due`, ended at `until`.

    Times in ms; `until` is None while it stands. `values` are the figures of its sentence.
    """

    rule: str
    since: int
    due: int
    until: int | None = None
    values: dict[str, float] = {}


class Spell(msgspec.Struct, array_like=True):
    """A condition that holds since `since` (ms), or does not (None)."""

    since: int | None = None


State = TypeVar("State")


class Rule(Protocol[State]):
    """What every rule is; see the package."""

    @property
    def id(self) -> str: ...

    def fresh(self) -> State: ...

    def observe(self, state: State, at: int, value: float) -> Finding | None: ...

    def standing(self, state: State, now: int) -> Finding | None: ...


def hold(
    rule: str,
    spell: Spell,
    at: int,
    is_on: bool,
    patience: int,
    values: dict[str, float] | None = None,
) -> Finding | None:
    """Carry a spell to `at`; the finding it was, if it lasted `patience` ms and ends here."""
    if is_on:
        if spell.since is None:
            spell.since = at
        return None
    found = held(rule, spell, at, patience, values)
    spell.since = None
    return None if found is None else msgspec.structs.replace(found, until=at)


def held(
    rule: str, spell: Spell, now: int, patience: int, values: dict[str, float] | None = None
) -> Finding | None:
    """The finding that stands at `now`: a spell that has lasted `patience` ms."""
    if spell.since is None or now - spell.since < patience:
        return None
    return Finding(rule, spell.since, spell.since + patience, None, values or {})
