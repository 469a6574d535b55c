"""Who is told of an alert, and why. Pure: `route` decides, the reasons come with the decision.

The first rule that fits decides; else, and where a rule finds nobody, the default. `@crew` stands
for those who answer for the crew that the registry names for the asset, those on shift first;
`@depot` for those who answer for its county. Where a case asks for more people than its rule
names (medicine, critical: three), those of its later steps and of the default are told at once.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Literal

from coldchain.records import Severity

from .hours import Hours

Language = Literal["zh-CN", "en"]
Role = Literal["courier", "operator", "inspector"]

CREW = "@crew"
DEPOT = "@depot"
GROUPS = (CREW, DEPOT)
DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Recipient:
    """A person. `channels`: a channel's name -> its apprise URL, which is a secret.

    `shift`: the hours in which they answer for their crews (none: always). `quiet`: those in
    which warnings wait for them; a critical one never does. `role`: what the pages show them.
    """

    name: str
    channels: dict[str, str] = field(repr=False)
    language: Language = "zh-CN"
    crews: tuple[str, ...] = ()
    counties: tuple[str, ...] = ()
    shift: tuple[Hours, ...] = ()
    quiet: tuple[Hours, ...] = ()
    role: Role = "courier"


@dataclass(frozen=True, slots=True)
class Step:
    """Who is told too, where nobody answered `after` ms since the alert was first told."""

    after: int
    to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """Whom a kind of case goes to. An empty pattern list fits anything; patterns are globs.

    `repeat`: after how many ms those told hear it again while nobody answers (None: as the
    settings say; 0: never).
    """

    name: str
    to: tuple[str, ...]
    steps: tuple[Step, ...] = ()
    repeat: int | None = None
    device: tuple[str, ...] = ()
    compartment: tuple[str, ...] = ()
    asset: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    county: tuple[str, ...] = ()
    crew: tuple[str, ...] = ()
    profile: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    severity: tuple[Severity, ...] = ()


@dataclass(frozen=True, slots=True)
class AtLeast:
    """So many people are told at once of a critical case of these profiles (globs)."""

    people: int
    profile: tuple[str, ...]


#: GSP's annex on cold storage and transport: an alarm goes to at least three people (DOMAIN.md).
MEDICINE = AtLeast(3, ("medicine-*", "vaccine-*"))


@dataclass(frozen=True, slots=True)
class Routes:
    """Everybody who can be told, the rules in order, and what holds where none fits."""

    recipients: dict[str, Recipient]
    default: Rule
    rules: tuple[Rule, ...] = ()
    at_least: tuple[AtLeast, ...] = (MEDICINE,)


@dataclass(frozen=True, slots=True)
class Case:
    """What the routes look at. `asset`, `kind`, `crew`, `county` are empty for a device unknown.

    `subject`: a limit's side, or the fleet's rule. `minute`: of the day, in the people's zone.
    """

    device: str
    severity: Severity
    profile: str = ""
    asset: str = ""
    kind: str = ""
    crew: str = ""
    county: str = ""
    compartment: str = ""
    subject: str = ""
    minute: int = 0


@dataclass(frozen=True, slots=True)
class Addressee:
    """A person to tell, and why them."""

    recipient: Recipient
    why: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Who is told at once, who with each later step (ms, people), and how that was found.

    `missing`: how many people short of what the case asks for the routes are.
    """

    rule: str
    now: tuple[Addressee, ...]
    steps: tuple[tuple[int, tuple[Addressee, ...]], ...]
    because: tuple[str, ...]
    repeat: int | None = None
    missing: int = 0


_PATTERNS = (
    "device",
    "asset",
    "compartment",
    "kind",
    "county",
    "crew",
    "profile",
    "subject",
    "severity",
)


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
        because.append(
            f"rule {rule.name!r} fits, but nobody answers for crew {case.crew!r}"
            + (f" or depot {case.county!r}" if DEPOT in rule.to else "")
        )
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
    least = max(
        (
            one.people
            for one in routes.at_least
            if case.severity == "critical" and _fits(case.profile, one.profile)
        ),
        default=0,
    )
    if len(told) < least:
        told = _more(routes, told, steps, case, least)
        because.append(f"{case.profile} asks for {least} people at once")
    missing = max(0, least - len(told))
    if missing:
        because.append(f"the routes have {len(told)}: {missing} too few")
    return Decision(rule.name, told, steps, tuple(because), rule.repeat, missing)


def _more(
    routes: Routes,
    told: tuple[Addressee, ...],
    steps: tuple[tuple[int, tuple[Addressee, ...]], ...],
    case: Case,
    least: int,
) -> tuple[Addressee, ...]:
    """Those told, and of the steps and the default as many more as are needed."""
    found = {one.recipient.name: one for one in told}
    default = (routes.default.to, *(step.to for step in routes.default.steps))
    others = [one for _, people in steps for one in people]
    others += [one for names in default for one in _people(routes, names, case, DEFAULT)]
    for one in others:
        if len(found) < least:
            found.setdefault(one.recipient.name, one)
    return tuple(found.values())


def _fits(value: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(value, pattern) for pattern in patterns)


def _mismatch(rule: Rule, case: Case) -> str:
    """What of the case does not fit the rule; empty where all does."""
    for name in _PATTERNS:
        patterns: tuple[str, ...] = getattr(rule, name)
        value: str = getattr(case, name)
        if patterns and not _fits(value, patterns):
            return f"{name} {value!r} is none of {', '.join(patterns)}"
    return ""


def _people(routes: Routes, names: Iterable[str], case: Case, source: str) -> tuple[Addressee, ...]:
    """The people that names stand for, each once, in order."""
    found: dict[str, Addressee] = {}
    for name in names:
        if name == CREW:
            for one in _crew(routes, case):
                found.setdefault(one.name, Addressee(one, f"{source}: crew {case.crew}"))
        elif name == DEPOT:
            for one in routes.recipients.values():
                if case.county and case.county in one.counties:
                    found.setdefault(one.name, Addressee(one, f"{source}: depot {case.county}"))
        else:
            found.setdefault(name, Addressee(routes.recipients[name], f"{source}: by name"))
    return tuple(found.values())


def _crew(routes: Routes, case: Case) -> list[Recipient]:
    """Those of the crew who are on shift; where none is, all of them."""
    crew = [one for one in routes.recipients.values() if case.crew and case.crew in one.crews]
    on_shift = [
        one for one in crew if not one.shift or any(hours.hold(case.minute) for hours in one.shift)
    ]
    return on_shift or crew
