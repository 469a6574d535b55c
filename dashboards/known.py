"""Whether a query names only what `series.schema` has."""

import re
from collections.abc import Iterator

from series.schema import MEASUREMENTS, Measurement

_BY_NAME = {measurement.name: measurement for measurement in MEASUREMENTS}
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_FROM = re.compile(r'\bFROM\s+"((?:[^"\\]|\\.)*)"')
_ALIAS = re.compile(r'\bAS\s+"((?:[^"\\]|\\.)*)"')
_STRING = re.compile(r"'(?:[^'\\]|\\.)*'")


def unknown_names(query: str) -> list[str]:
    """The measurements, tags and fields in a query that the schema does not have.

    Identifiers are what stands in double quotes; a name that the query itself gives (`AS`) is
    known to its outer parts.
    """
    return list(dict.fromkeys(_unknown(_STRING.sub("''", query))))


def _unknown(query: str) -> Iterator[str]:
    sources = set(_FROM.findall(query))
    yield from sorted(sources - set(_BY_NAME))
    asked = [_BY_NAME[name] for name in sources if name in _BY_NAME]
    known = {name for one in asked for name in (*one.tags, *one.fields)}
    given = set(_ALIAS.findall(query))
    for name in _QUOTED.findall(query):
        if name not in known | sources | given and not any(_is_open(one, name) for one in asked):
            yield name


def _is_open(measurement: Measurement, name: str) -> bool:
    """Whether a field of this name may be in a measurement that lists not all of them."""
    names = measurement.open_names
    return bool(names) and re.fullmatch(names, name) is not None
