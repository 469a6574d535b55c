"""Whether a query names only what `series.schema` has."""

import re
from collections.abc import Iterator

from series.schema import MEASUREMENTS

_BY_NAME = {measurement.name: measurement for measurement in MEASUREMENTS}
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
_FROM = re.compile(r'\bFROM\s+"((?:[^"\\]|\\.)*)"')
_ALIAS = re.compile(r'\bAS\s+"((?:[^"\\]|\\.)*)"')
_STRING = re.compile(r"'(?:[^'\\]|\\.)*'")


def unknown_names(query: str) -> list[str]:
    """The measurements, tags and fields in a query that the schema does not have.

    Identifiers are what stands in double quotes; a name that the query itself gives (`AS`) is
    known to its outer parts. A measurement with open fields may be asked for any.
    """
    return list(dict.fromkeys(_unknown(_STRING.sub("''", query))))


def _unknown(query: str) -> Iterator[str]:
    sources = set(_FROM.findall(query))
    yield from sorted(sources - set(_BY_NAME))
    asked = [_BY_NAME[name] for name in sources if name in _BY_NAME]
    if any(measurement.open_fields for measurement in asked):
        return
    known = {name for one in asked for name in (*one.tags, *one.fields)}
    given = set(_ALIAS.findall(query))
    for name in _QUOTED.findall(query):
        if name not in known | sources | given:
            yield name
