import pytest

from dashboards.known import unknown_names


@pytest.mark.parametrize(
    ("query", "unknown"),
    [
        ('SELECT last("severity") FROM "asset" GROUP BY "device"', []),
        ('SELECT last("severty") FROM "asset" GROUP BY "devise"', ["severty", "devise"]),
        ('SELECT max("v") FROM "asssets"', ["asssets", "v"]),
        ('SELECT max("rank") FROM (SELECT "open" * 2 AS "rank" FROM "asset")', []),
        ('SELECT max("rank") FROM (SELECT "open" * 2 AS "rnk" FROM "asset")', ["rank"]),
        ('SELECT max("air.rear") FROM "reading" WHERE "device" = \'v\'', []),
        ('SELECT max("temprature") FROM "reading" WHERE "device" = \'v\'', ["temprature"]),
        ('SELECT max("warm_ms") FROM "piece"', []),
        ('SELECT max("maximum") FROM "piece"', ["maximum"]),
        ('SELECT "state" FROM "excursion" WHERE "state" <> \'say "what"\'', []),
        ('SHOW TAG VALUES FROM "asset" WITH KEY = "kind"', []),
        ('SHOW TAG VALUES FROM "asset" WITH KEY = "knid"', ["knid"]),
    ],
)
def test_names_are_held_against_the_schema(query: str, unknown: list[str]) -> None:
    assert unknown_names(query) == unknown
