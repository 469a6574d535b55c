"""What the series store needs to know of its server."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SeriesSettings:
    """Where InfluxDB is, and how patient to be with it.

    `token`: 2.x's token, or `user:password` of a 1.8 (empty where it asks for none). `bucket` is
    the database of a 1.8. `retention_days` 0 keeps for ever. `timeout` and `give_up_after` are
    seconds: of one request, and of a write's retries before its caller has to stop.
    """

    url: str = "http://127.0.0.1:8086"
    token: str = ""
    org: str = "coldchain"
    bucket: str = "coldchain"
    retention_days: int = 0
    timeout: float = 30.0
    give_up_after: float = 600.0
    batch_lines: int = 5_000
    max_pending_lines: int = 100_000
