"""What the boards need to know of a Grafana."""

from dataclasses import dataclass

#: Where the pages are when nobody said otherwise.
CONSOLE = "http://127.0.0.1:8380"


@dataclass(frozen=True, slots=True)
class GrafanaSettings:
    """Where Grafana is, and the folder that is ours there.

    `token`: a service account's, who may edit folders, boards and data sources. `influxdb_url` is
    InfluxDB as Grafana sees it (empty: as we do); `console_url`: where people reach the pages.
    `timeout` is seconds, of one request.
    """

    url: str = "http://127.0.0.1:3000"
    token: str = ""
    folder_uid: str = "coldchain"
    folder_title: str = "Coldchain"
    influxdb_url: str = ""
    console_url: str = CONSOLE
    timeout: float = 10.0
