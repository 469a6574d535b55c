"""An InfluxQL query as grafana-foundation-sdk's boards hold one: the SDK brings none of its own.

Every identifier in a query is in double quotes, so that `known` can hold it against the schema.
"""

from dataclasses import dataclass
from typing import Any, Literal

from grafana_foundation_sdk.cog import builder as cogbuilder
from grafana_foundation_sdk.cog import runtime as cogruntime
from grafana_foundation_sdk.cog import variants as cogvariants
from grafana_foundation_sdk.models.dashboard import DataSourceRef

from series.schema import IN_SLOTS, RANKS

TYPE = "influxdb"
DATASOURCE_UID = "coldchain-influxdb"
DATASOURCE = DataSourceRef(type_val=TYPE, uid=DATASOURCE_UID)

Format = Literal["table", "time_series"]

#: What every question to `asset` and `fleet` asks for: the time range and the board's variables.
CHOSEN = '$timeFilter AND "kind" =~ /^$kind$/ AND "county" =~ /^$county$/'
#: The same for boards that are about some kinds only.
OF_LOCKERS = '"kind" =~ /^(locker|cabinet)$/'
OF_STORES = '"kind" =~ /^(precooler|warehouse|hub)$/'
LOCKERS = f'$timeFilter AND {OF_LOCKERS} AND "county" =~ /^$county$/'
STORES = f'$timeFilter AND {OF_STORES} AND "county" =~ /^$county$/'


def listed(name: str, where: str, fields: str) -> str:
    """The newest of a list of `ranked`, of each group, as an inner question.

    A list is told whole, so many points each time: the newest of them are all of it (0135). What
    is around this has to be ordered as it is.
    """
    return (
        f'SELECT {fields} FROM "ranked" WHERE {where} AND "list" = \'{name}\''  # noqa: S608
        f' GROUP BY "county", "kind", "partition" ORDER BY time DESC LIMIT {RANKS + 1}'
    )


def summed(field: str, where: str) -> str:
    """A field of `fleet` through time, of each group, summed: as it stood as 5 minutes began.

    One field a question: of several in one, the store would read all for each (0123). Asked for
    intervals of 5 minutes and more.
    """
    return (
        f'SELECT sum("{field}") AS "{field}" FROM (SELECT last("{IN_SLOTS[field]}") AS "{field}"'  # noqa: S608
        f' FROM "fleet" WHERE {where} GROUP BY time($__interval), "county", "kind", "partition"'
        " fill(none)) WHERE $timeFilter GROUP BY time($__interval) fill(null)"
    )


@dataclass(frozen=True)
class Query(cogvariants.Dataquery):
    """A target of a panel.

    `may_be_empty`: that it returns nothing can be good news (no device silent); not part of
    the board, `check` minds it.
    """

    query: str
    ref_id: str = "A"
    result_format: Format = "table"
    alias: str | None = None
    may_be_empty: bool = False

    def to_json(self) -> dict[str, object]:
        said: dict[str, object] = {
            "refId": self.ref_id,
            "datasource": DATASOURCE,
            "rawQuery": True,
            "query": self.query,
            "resultFormat": self.result_format,
        }
        return said if self.alias is None else {**said, "alias": self.alias}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Query":
        return cls(
            query=data["query"],
            ref_id=data.get("refId", "A"),
            result_format=data.get("resultFormat", "time_series"),
            alias=data.get("alias"),
        )


class Ask(cogbuilder.Builder[cogvariants.Dataquery]):
    """The builder that the SDK's panels take: `panel.with_target(Ask(Query(…)))`."""

    def __init__(self, query: Query) -> None:
        self._query = query

    def build(self) -> Query:
        return self._query


def register() -> None:
    """Let the SDK read boards with our queries back from JSON."""
    cogruntime.register_dataquery_variant(
        cogruntime.DataqueryConfig(identifier=TYPE, from_json_hook=Query.from_json)
    )
