"""What compose hands to Grafana is what push would make."""

from pathlib import Path
from typing import Any

import yaml

from dashboards.push import data_source
from dashboards.settings import GrafanaSettings
from series.settings import SeriesSettings

FOLDER = Path(__file__).parents[3] / "dashboards" / "provisioning"


def read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    return found


def test_the_provisioned_data_source_is_the_one_that_push_makes() -> None:
    [source] = read("datasources/coldchain.yaml")["datasources"]
    series = SeriesSettings(
        url="${COLDCHAIN_INFLUXDB_URL}",
        token="${COLDCHAIN_INFLUXDB_TOKEN}",
        bucket="${COLDCHAIN_INFLUXDB_BUCKET}",
    )
    assert source == {**data_source(series), "editable": False}


def test_the_provisioned_boards_go_into_the_folder_that_push_uses() -> None:
    [provider] = read("dashboards/coldchain.yaml")["providers"]
    settings = GrafanaSettings()
    assert provider["folderUid"] == settings.folder_uid
    assert provider["folder"] == settings.folder_title
