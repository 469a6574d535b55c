"""Settings: `coldchain.toml` and the environment, the latter winning, as each room's own type.

    [kafka]                              COLDCHAIN_KAFKA_SERVERS=…
    servers = "kafka.example:9092"
    [influxdb]                           COLDCHAIN_INFLUXDB_TOKEN_FILE=/run/secrets/influxdb
    token_file = "/run/secrets/influxdb"

A section's keys are the fields of its type. A secret may come from a file, by `_file`. What
neither names is as the servers of `coldchain up` have it while they are up, else the default.
"""

import dataclasses
import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, get_type_hints

import msgspec

from broker.settings import KafkaSettings
from series.settings import SeriesSettings

from .errors import UserError
from .servers.state import running_environment

T = TypeVar("T")

FILE = "coldchain.toml"
#: Sections that a file may have. `kafka`, `influxdb` and `people` are read here, the others by
#: the commands whose rooms they set, through `load_section`.
SECTIONS = (
    "kafka",
    "influxdb",
    "people",
    "alerts",
    "audit",
    "console",
    "streams",
    "ingest",
    "emulator",
    "dashboards",
)
SECRETS = frozenset({"password", "private_key", "secret", "token"})


@dataclass(frozen=True, slots=True)
class PeopleSettings:
    """What people read: `zone` is an IANA time zone, `language` zh-CN or en."""

    zone: str = "Asia/Shanghai"
    language: str = "zh-CN"


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that a command may hand to a room."""

    kafka: KafkaSettings
    series: SeriesSettings
    people: PeopleSettings


@dataclass(frozen=True, slots=True)
class Given:
    """What was given where: an environment, a parsed file and its name, and what is running."""

    environment: Mapping[str, str]
    file: str = FILE
    table: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    running: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def load_settings() -> Settings:
    """The settings in force. Raises UserError, one line that names source and key."""
    given = given_here()
    return Settings(
        kafka=section("kafka", KafkaSettings, given),
        series=section("influxdb", SeriesSettings, given),
        people=section("people", PeopleSettings, given),
    )


def load_section(name: str, kind: type[T]) -> T:
    """The settings of one section, as the dataclass `kind`. Raises UserError."""
    return section(name, kind, given_here())


def given_here() -> Given:
    """The process's environment and the settings file (`COLDCHAIN_CONFIG`, else in this folder)."""
    named = os.environ.get("COLDCHAIN_CONFIG")
    path = Path(named or FILE)
    table: Mapping[str, Any] = {}
    if named or path.is_file():
        table = _read(path)
    return Given(os.environ, str(path), table, running_environment())


def _read(path: Path) -> Mapping[str, Any]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{path} can't be read: {error}") from None
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"{path} is not TOML: {error}") from None
    for name, value in table.items():
        if name not in SECTIONS:
            raise UserError(f"{path}: no section [{name}]; there are {', '.join(SECTIONS)}")
        if not isinstance(value, dict):
            raise UserError(f"{path}: {name} has to be a section, [{name}]")
    return table


def section(name: str, kind: type[T], given: Given) -> T:
    """A section's settings out of what was given; `kind` is a dataclass with defaults."""
    types = get_type_hints(kind)
    keys = [one.name for one in dataclasses.fields(kind)]  # type: ignore[arg-type]
    table = given.table.get(name, {})
    known = {*keys, *(f"{key}_file" for key in keys if key in SECRETS)}
    for key in table:
        if key not in known:
            raise UserError(f"{given.file}: [{name}] has no key {key!r}; it has {', '.join(keys)}")
    _refuse_unknown_variables(name, known, given)
    chosen: dict[str, Any] = {}
    for key in keys:
        found = _find(name, key, given)
        if found is not None:
            chosen[key] = _checked(name, key, types[key], *found)
    return kind(**chosen)


def _refuse_unknown_variables(name: str, known: set[str], given: Given) -> None:
    """A misspelt variable would otherwise silently mean the default."""
    start = _variable(name, "")
    for variable in given.environment:
        if variable.startswith(start) and variable.removeprefix(start).lower() not in known:
            named = ", ".join(_variable(name, key) for key in sorted(known))
            raise UserError(f"environment: no setting {variable}; there are {named}")


def _variable(name: str, key: str) -> str:
    return f"COLDCHAIN_{name}_{key}".upper()


def _find(name: str, key: str, given: Given) -> tuple[Any, str] | None:
    """The value and where it is from; the first that has it wins."""
    variable = _variable(name, key)
    table = given.table.get(name, {})
    places = (
        (given.environment, variable, f"environment: {variable}"),
        (table, key, f"{given.file}: [{name}] {key}"),
    )
    for place, entry, source in places:
        suffix = "_FILE" if place is given.environment else "_file"
        if entry in place:
            return place[entry], source
        if key in SECRETS and entry + suffix in place:
            return _secret(place[entry + suffix], source + suffix), source + suffix
    if variable in given.running:
        return given.running[variable], "the running servers"
    return None


def _secret(path: Any, source: str) -> str:
    try:
        return Path(str(path)).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{source} can't be read: {error}") from None


def _checked(name: str, key: str, kind: Any, value: Any, source: str) -> Any:
    said = "(kept secret)" if key in SECRETS else repr(value)
    try:
        # Everything in the environment is text; a file's values have types of their own.
        chosen = msgspec.convert(
            value, kind, strict=not source.startswith("environment"), dec_hook=_path
        )
    except (msgspec.ValidationError, ValueError) as error:
        raise UserError(f"{source} is {said}: {error}") from None
    check = _CHECKS.get((name, key))
    if check is not None and not check[0](chosen):
        raise UserError(f"{source} is {said}: it has to be {check[1]}")
    return chosen


def _path(kind: type, value: Any) -> Any:
    if kind is Path and isinstance(value, str):
        return Path(value).expanduser()
    raise ValueError(f"not a {kind.__name__}")


def _host_ports(text: str) -> bool:
    return all(
        host and port.isdigit() and 0 < int(port) < 65_536
        for host, _, port in (one.rpartition(":") for one in text.split(","))
    )


def _zone(text: str) -> bool:
    from zoneinfo import ZoneInfo

    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        return False
    return True


#: What a value has to be beyond its type.
_CHECKS: dict[tuple[str, str], tuple[Callable[[Any], bool], str]] = {
    ("kafka", "servers"): (_host_ports, "host:port, comma-separated"),
    ("kafka", "partitions"): (lambda value: value >= 1, "1 or more"),
    ("kafka", "replication"): (lambda value: value >= 1, "1 or more"),
    ("kafka", "ca_file"): (lambda value: value is None or value.is_file(), "a file that is there"),
    ("influxdb", "url"): (
        lambda value: value.startswith(("http://", "https://")) and len(value) > 8,
        "an address beginning with http:// or https://",
    ),
    ("influxdb", "bucket"): (bool, "a name"),
    ("influxdb", "retention_days"): (lambda value: value >= 0, "0 (for ever) or more days"),
    ("influxdb", "timeout"): (lambda value: value > 0, "more than 0 seconds"),
    ("influxdb", "give_up_after"): (lambda value: value >= 0, "0 or more seconds"),
    ("influxdb", "batch_lines"): (lambda value: value >= 1, "1 or more"),
    ("influxdb", "max_pending_lines"): (lambda value: value >= 1, "1 or more"),
    ("console", "port"): (lambda value: 0 <= value < 65_536, "0 (any free one) to 65535"),
    ("console", "link_hours"): (lambda value: 0 < value <= 744, "more than 0, at most 744"),
    ("people", "zone"): (_zone, "an IANA time zone, such as Asia/Shanghai"),
    ("people", "language"): (lambda value: value in ("zh-CN", "en"), "zh-CN or en"),
}
