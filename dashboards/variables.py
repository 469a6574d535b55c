"""The boards' variables: kind, county, device."""

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models import dashboard

from coldchain.reasons import Language
from series.schema import ASSET

from .influxql import DATASOURCE
from .words import words

ALL = ".*"


def tag_values(tag: str, where: str = "", measurement: str = ASSET.name) -> str:
    """The question that lists a tag's values; `where`: of which series."""
    question = f'SHOW TAG VALUES FROM "{measurement}" WITH KEY = "{tag}"'
    return f"{question} WHERE {where}" if where else question


def choice(
    tag: str, language: Language, where: str = "", measurement: str = ASSET.name
) -> build.QueryVariable:
    """Some or all values of a tag; all by default (those without the tag too)."""
    return (
        _of(tag, language, tag_values(tag, where, measurement))
        .multi(True)
        .include_all(True)
        .all_value(ALL)
        .current(dashboard.VariableOption(selected=True, text="All", value="$__all"))
    )


def one(
    tag: str, language: Language, where: str = "", measurement: str = ASSET.name
) -> build.QueryVariable:
    """One value of a tag: the first until another is chosen."""
    question = tag_values(tag, where, measurement)
    return _of(tag, language, question).multi(False).include_all(False)


def _of(tag: str, language: Language, question: str) -> build.QueryVariable:
    return (
        build.QueryVariable(tag)
        .label(words(tag, language))
        .datasource(DATASOURCE)
        .query(question)
        .refresh(dashboard.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(dashboard.VariableSort.ALPHABETICAL_ASC)
    )
