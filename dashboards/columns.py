"""Columns of tables: what a stored field is called, its unit, how it is coloured."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders import table
from grafana_foundation_sdk.models.dashboard import (
    DataTransformerConfig,
    DynamicConfigValue,
    ValueMap,
    ValueMapping,
    ValueMappingResult,
)

from coldchain.reasons import Language
from coldchain.registry import Kind

from . import palette
from .words import words

TIME = "dateTimeAsLocal"
#: A moment as how long ago it is.
AGO = "dateTimeFromNow"
CELSIUS = "celsius"
MINUTES = "m"
SECONDS = "s"
KINDS: tuple[str, ...] = get_args(Kind)


@dataclass(frozen=True)
class Column:
    """A column: the field's name, the key of its title, and what else Grafana should know.

    `steps`: the thresholds that colour its text. `none`: what is read where the store has -1, a
    moment that is not there yet.
    """

    field: str
    title: str
    unit: str | None = None
    decimals: int | None = None
    mappings: tuple[ValueMapping, ...] = ()
    is_coloured: bool = False
    link: str | None = None
    leads_to: str = "asset"
    width: int | None = None
    steps: Callable[[], build.ThresholdsConfig] | None = None
    none: str | None = None

    def properties(self, language: Language) -> list[DynamicConfigValue]:
        """The field's overrides."""
        said: list[tuple[str, object]] = [("displayName", words(self.title, language))]
        if self.unit is not None:
            said.append(("unit", self.unit))
        if self.decimals is not None:
            said.append(("decimals", self.decimals))
        mappings = [*self.mappings, *([] if self.none is None else [_not_yet(self.none)])]
        if mappings:
            said.append(("mappings", mappings))
        if self.steps is not None:
            said.append(("thresholds", self.steps().build()))
        if self.is_coloured or self.steps is not None:
            kind = "color-background" if self.is_coloured else "color-text"
            said.append(("custom.cellOptions", {"type": kind, "mode": "basic"}))
        if self.link is not None:
            said.append(("links", [{"title": words(self.leads_to, language), "url": self.link}]))
        if self.width is not None:
            said.append(("custom.width", self.width))
        return [DynamicConfigValue(key, value) for key, value in said]


def _not_yet(text: str) -> ValueMapping:
    return ValueMap({"-1": ValueMappingResult(text=text, index=0)})


def board_link(slug: str, language: Language) -> str:
    """Where a device's name leads: to a board about it, with the time range kept."""
    suffix = "zh" if language == "zh-CN" else "en"
    return f"/d/coldchain-{slug}-{suffix}?var-device=${{__value.raw}}&${{__url_time_range}}"


def alert_link() -> str:
    """Where an alert leads: to its page, where it is answered. Its row holds its `id`."""
    return "${console}/a/${__data.fields.id}"


def device(language: Language, slug: str = "asset") -> Column:
    """A device, leading to the board about one."""
    return Column("device", "device", link=board_link(slug, language), leads_to=slug)


def kind(language: Language) -> Column:
    return Column("kind", "kind", mappings=tuple(palette.named(KINDS, language)))


def severity(language: Language) -> Column:
    return Column(
        "severity", "state", mappings=tuple(palette.severities(language)), is_coloured=True
    )


def with_columns(panel: table.Panel, columns: Sequence[Column], language: Language) -> table.Panel:
    """The panel showing these columns, in their order in its query."""
    for column in columns:
        panel = panel.override_by_name(column.field, column.properties(language))
    return panel


def hidden(panel: table.Panel, *fields: str) -> table.Panel:
    """The panel with these fields kept (to sort by) and not shown."""
    for field in fields:
        panel = panel.override_by_name(field, [DynamicConfigValue("custom.hidden", True)])
    return panel


def sort_step(field: str, *, is_descending: bool) -> DataTransformerConfig:
    """What sorts a panel's rows by a field."""
    sort = {"fields": {}, "sort": [{"field": field, "desc": is_descending}]}
    return DataTransformerConfig(id_val="sortBy", options=sort)


def by_greatest(panel: table.Panel, field: str) -> table.Panel:
    """The panel with its rows by this field, the greatest first.

    InfluxQL hands the rows of `top` over by time.
    """
    return panel.with_transformation(sort_step(field, is_descending=True))


def by_least(panel: table.Panel, field: str) -> table.Panel:
    """The panel with its rows by this field, the least first."""
    return panel.with_transformation(sort_step(field, is_descending=False))


def grouped(panel: table.Panel, field: str, how: Mapping[str, str]) -> table.Panel:
    """The panel with one row for each value of a field; `how`: what is made of the others.

    A column is then called `devices (sum)`.
    """
    fields: dict[str, dict[str, object]] = {field: {"aggregations": [], "operation": "groupby"}}
    for other, calculation in how.items():
        fields[other] = {"aggregations": [calculation], "operation": "aggregate"}
    return panel.with_transformation(
        DataTransformerConfig(id_val="groupBy", options={"fields": fields})
    )
