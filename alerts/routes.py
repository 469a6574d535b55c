"""Who is told of an alert, and why. Pure: `route` decides, the reasons come with the decision.

The first rule that fits decides; else, and where a rule finds nobody, the default. `@crew` stands
for those who answer for the crew that the registry names for the asset.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

from coldchain.records import Severity

Language = Literal["zh-CN", "en"]

CREW = "@crew"
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person. `channels`: a channel's name -> its apprise URL, which is a secret."""

    name: str
    channels: dict[str, str] = field(repr=False)
    language: Language = "zh-CN"
    crews: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """Who is told too, where nobody answered `after` ms since the alert was first told."""

    after: int
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """Whom a kind of case goes to. An empty pattern list fits anything; patterns are globs."""

    name: str
    to: tuple[str, ...]
    steps: tuple[Step, ...] = ()
    device: tuple[str, ...] = ()
    asset: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    crew: tuple[str, ...] = ()
    profile: tuple[str, ...] = ()
    severity: tuple[Severity, ...] = ()


@dataclass(frozen=True, slots=True)
class Routes:
    """Everybody who can be told, the rules in order, and what holds where none fits."""

    recipients: dict[str, Recipient]
    default: Rule
    rules: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """What the routes look at. `asset`, `kind` and `crew` are empty for a device unknown."""

    device: str
    severity: Severity
    profile: str = ""
    asset: str = ""
    kind: str = ""
    crew: str = ""


@dataclass(frozen=True, slots=True)
class Addressee:
    """A person to tell, and why them."""

    recipient: Recipient
    why: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Who is told at once, who with each later step (ms, people), and how that was found."""

    rule: str
    now: tuple[Addressee, ...]
    steps: tuple[tuple[int, tuple[Addressee, ...]], ...]
    because: tuple[str, ...]


_PATTERNS = ("device", "asset", "kind", "crew", "profile", "severity")


def route(routes: Routes, case: Case) -> Decision:
    """Who is told of this case. Never nobody, where the default names somebody."""
    because: list[str] = []
    for rule in routes.rules:
        against = _mismatch(rule, case)
        if against:
            because.append(f"rule {rule.name!r} does not fit: {against}")
            continue
        told = _people(routes, rule.to, case, f"rule {rule.name!r}")
        if told:
            because.append(f"rule {rule.name!r} fits")
            return _decision(routes, rule, told, case, because)
        because.append(f"rule {rule.name!r} fits, but nobody answers for crew {case.crew!r}")
        break
    else:
        because.append("no rule fits" if routes.rules else "there are no rules")
    because.append("so the default holds")
    told = _people(routes, routes.default.to, case, DEFAULT)
    return _decision(routes, routes.default, told, case, because)


def _decision(
    routes: Routes, rule: Rule, told: tuple[Addressee, ...], case: Case, because: list[str]
) -> Decision:
    steps = tuple(
        (step.after, _people(routes, step.to, case, f"{rule.name!r}, step {number}"))
        for number, step in enumerate(rule.steps, 1)
    )
    return Decision(rule.name, told, steps, tuple(because))


def _mismatch(rule: Rule, case: Case) -> str:
    """What of the case does not fit the rule; empty where all does."""
    for name in _PATTERNS:
        patterns: tuple[str, ...] = getattr(rule, name)
        value: str = getattr(case, name)
        if patterns and not any(fnmatchcase(value, pattern) for pattern in patterns):
            return f"{name} {value!r} is none of {', '.join(patterns)}"
    return ""


def _people(routes: Routes, names: Iterable[str], case: Case, source: str) -> tuple[Addressee, ...]:
    """The people that names stand for, each once, in order."""
    found: dict[str, Addressee] = {}
    for name in names:
        if name == CREW:
            for one in routes.recipients.values():
                if case.crew and case.crew in one.crews:
                    found.setdefault(one.name, Addressee(one, f"{source}: crew {case.crew}"))
        else:
            found.setdefault(name, Addressee(routes.recipients[name], f"{source}: by name"))
    return tuple(found.values())
