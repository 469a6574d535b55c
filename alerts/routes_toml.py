"""Routes as TOML, checked: every mistake is one line that names file and place.

    [[recipients]]
    name = "wang"
    language = "zh-CN"
    crews = ["harbour"]
    shift = ["06:00-14:00"]
    quiet = ["22:00-07:00"]
    channels = { phone = "env:WANG_PHONE", mail = "file:secrets/wang-mail" }

    [[rules]]
    name = "medicine"
    profile = ["medicine-*", "vaccine-*"]
    severity = ["critical"]
    to = ["@crew", "wang", "zhao"]
    escalate = [{ after_minutes = 10, to = ["duty"] }]
    repeat_minutes = 30

    [default]
    to = ["duty"]

A channel is an apprise URL, and as such a secret: it is named by an environment variable or a
file (beside the routes), never written here.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from coldchain.records import Severity
from coldchain.registry import Kind
from coldchain.times import MINUTE_MS

from .hours import Hours, parse
from .routes import (
    CREW,
    DEFAULT,
    GROUPS,
    MEDICINE,
    Language,
    Recipient,
    Role,
    Routes,
    Rule,
    Step,
)

#: A week: more is a mistake in the unit.
_MOST_MINUTES = 7 * 24 * 60


class RoutesError(ValueError):
    """Routes refused; the message says in one line what and where."""


class _Recipient(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    channels: dict[str, str]
    language: Language = "zh-CN"
    crews: list[str] = []
    counties: list[str] = []
    shift: list[str] = []
    quiet: list[str] = []
    role: Role = "courier"


class _Step(msgspec.Struct, forbid_unknown_fields=True):
    after_minutes: float
    to: list[str]


class _Default(msgspec.Struct, forbid_unknown_fields=True):
    to: list[str]
    escalate: list[_Step] = []
    repeat_minutes: float | None = None


class _Rule(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    to: list[str]
    escalate: list[_Step] = []
    repeat_minutes: float | None = None
    device: list[str] = []
    compartment: list[str] = []
    asset: list[str] = []
    kind: list[Kind] = []
    county: list[str] = []
    crew: list[str] = []
    profile: list[str] = []
    subject: list[str] = []
    severity: list[Severity] = []


class _File(msgspec.Struct, forbid_unknown_fields=True):
    recipients: list[_Recipient]
    default: _Default
    rules: list[_Rule] = []


def read_routes(
    path: Path,
    environment: Mapping[str, str],
    fault_of: Callable[[str], str] = lambda _: "",
) -> Routes:
    """The routes in a file. Raises RoutesError. `fault_of` says why a URL can't be used, if so."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise RoutesError(f"{path} can't be read: {error}") from None

    def look_up(source: str) -> str:
        return _look_up(source, environment, path.parent)

    return parse_routes(text, str(path), look_up, fault_of)


def parse_routes(
    text: str,
    file: str,
    look_up: Callable[[str], str],
    fault_of: Callable[[str], str] = lambda _: "",
) -> Routes:
    """The routes in a text. `look_up` turns `env:…` and `file:…` into what they hold.

    Raises RoutesError (and what `look_up` raises, as RoutesError, with its place).
    """
    try:
        given = msgspec.convert(tomllib.loads(text), _File)
    except tomllib.TOMLDecodeError as error:
        raise RoutesError(f"{file} is not TOML: {error}") from None
    except msgspec.ValidationError as error:
        raise RoutesError(f"{file}: {error}") from None
    recipients: dict[str, Recipient] = {}
    for one in given.recipients:
        place = f"{file}: recipient {one.name!r}"
        if not one.name or one.name.startswith("@") or one.name in recipients:
            raise RoutesError(f"{place}: a name is needed, used once, without @ before it")
        recipients[one.name] = _recipient(one, place, look_up, fault_of)
    seen: set[str] = {DEFAULT}
    rules: list[Rule] = []
    for rule in given.rules:
        place = f"{file}: rule {rule.name!r}"
        if not rule.name or rule.name in seen:
            raise RoutesError(f"{place}: a name is needed, used once, and not {DEFAULT!r}")
        seen.add(rule.name)
        to, steps = _whom(rule.to, rule.escalate, recipients, place)
        rules.append(
            Rule(
                rule.name,
                to,
                steps,
                repeat=_repeat(rule.repeat_minutes, place),
                device=tuple(rule.device),
                compartment=tuple(rule.compartment),
                asset=tuple(rule.asset),
                kind=tuple(rule.kind),
                county=tuple(rule.county),
                crew=tuple(rule.crew),
                profile=tuple(rule.profile),
                subject=tuple(rule.subject),
                severity=tuple(rule.severity),
            )
        )
    to, steps = _whom(given.default.to, given.default.escalate, recipients, f"{file}: default")
    if all(name in GROUPS for name in to):
        raise RoutesError(f"{file}: default: needs a name; {CREW} alone may be nobody")
    repeat = _repeat(given.default.repeat_minutes, f"{file}: default")
    default = Rule(DEFAULT, to, steps, repeat)
    for made in rules:
        _check_medicine(made, default, f"{file}: rule {made.name!r}")
    return Routes(recipients, default, tuple(rules))


def _check_medicine(rule: Rule, default: Rule, place: str) -> None:
    """Who names medicine in a rule has to reach the people that its alarms need, whoever is in.

    A crew or a depot may be nobody; where the rule names nobody beside them, the default holds.
    """
    is_critical = not rule.severity or "critical" in rule.severity
    if not is_critical or not any(map(_names_medicine, rule.profile)):
        return
    sure = _named(default)
    if any(name not in GROUPS for name in rule.to):
        sure = _named(rule) | sure
    if len(sure) < MEDICINE.people:
        raise RoutesError(
            f"{place}: a critical alarm about medicine goes to at least {MEDICINE.people} people, "
            f"and with nobody in a crew or depot this reaches {len(sure)}: name more in `to`, "
            "`escalate` or the default"
        )


def _named(rule: Rule) -> set[str]:
    """The people that a rule and its steps name."""
    names = [*rule.to, *(name for step in rule.steps for name in step.to)]
    return {name for name in names if name not in GROUPS}


def _names_medicine(pattern: str) -> bool:
    """Whether a pattern of profiles means medicine's; one that fits all means nothing."""
    plain = re.split(r"[*?\[]", pattern, maxsplit=1)[0]
    return bool(plain) and any(
        one.rstrip("*").startswith(plain) or plain.startswith(one.rstrip("*"))
        for one in MEDICINE.profile
    )


def _repeat(minutes: float | None, place: str) -> int | None:
    if minutes is not None and not 0 <= minutes <= _MOST_MINUTES:
        raise RoutesError(f"{place}: repeat_minutes is 0 (never) to {_MOST_MINUTES}")
    return None if minutes is None else round(minutes * MINUTE_MS)


def _hours(given: list[str], place: str) -> tuple[Hours, ...]:
    try:
        return tuple(map(parse, given))
    except ValueError as error:
        raise RoutesError(f"{place}: {error}") from None


def _recipient(
    given: _Recipient,
    place: str,
    look_up: Callable[[str], str],
    fault_of: Callable[[str], str],
) -> Recipient:
    if not given.channels:
        raise RoutesError(f"{place}: has no channel")
    channels: dict[str, str] = {}
    for name, source in given.channels.items():
        try:
            url = look_up(source)
        except RoutesError as error:
            raise RoutesError(f"{place}: channel {name!r}: {error}") from None
        if fault := fault_of(url):
            # The URL itself is a secret: say where it is from, not what it is.
            raise RoutesError(f"{place}: channel {name!r}: {source} {fault}")
        channels[name] = url
    return Recipient(
        given.name,
        channels,
        given.language,
        tuple(given.crews),
        tuple(given.counties),
        _hours(given.shift, f"{place}: shift"),
        _hours(given.quiet, f"{place}: quiet"),
        given.role,
    )


def _whom(
    to: list[str], escalate: list[_Step], recipients: Mapping[str, Recipient], place: str
) -> tuple[tuple[str, ...], tuple[Step, ...]]:
    steps: list[Step] = []
    for step in escalate:
        if not 0 <= step.after_minutes <= _MOST_MINUTES:
            raise RoutesError(
                f"{place}: escalate: after_minutes has to rise, within 0 to {_MOST_MINUTES}"
            )
        after = round(step.after_minutes * MINUTE_MS)
        if steps and after < steps[-1].after:
            raise RoutesError(f"{place}: escalate: after_minutes has to rise from 0")
        steps.append(Step(after, tuple(step.to)))
    for names in (to, *(step.to for step in steps)):
        if not names:
            raise RoutesError(f"{place}: `to` names nobody")
        for name in names:
            if name not in GROUPS and name not in recipients:
                known = ", ".join([*GROUPS, *recipients])
                raise RoutesError(f"{place}: no recipient {name!r}; there are {known}")
    return tuple(to), tuple(steps)


def _look_up(source: str, environment: Mapping[str, str], folder: Path) -> str:
    kind, _, name = source.partition(":")
    if kind == "env" and name:
        if not environment.get(name):
            raise RoutesError(f"the environment has no {name}")
        return environment[name]
    if kind == "file" and name:
        try:
            return (folder / name).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise RoutesError(f"{name} can't be read: {error}") from None
    raise RoutesError("an address is given as env:NAME or file:PATH, never written here")
