"""The demo's morning through real Kafka, worker, alerts and InfluxDB, and every board of it."""

import time
from pathlib import Path

import pytest

from broker.settings import KafkaSettings
from dashboards.boards import BOARDS
from dashboards.check import check_boards
from runtime.demo.play import Stage, Telling, play
from runtime.servers import Servers
from series.reader import Reader
from series.settings import SeriesSettings

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]

#: What may be empty after that morning, and why that is right.
EMPTY = {
    ("fleet-now", "Silent"): "every device is heard until the end",
    ("first-mile", "Not cold in time"): "all goods are cold before their deadline",
    ("alerts", "Time to acknowledge"): "nobody answers in a demo",
    ("alerts", "Rules' findings under way"): "every door is shut again by the end",
}


def test_every_panel_of_every_board_has_data_after_the_demos_morning(
    servers: Servers, kafka: KafkaSettings, series_settings: SeriesSettings, tmp_path: Path
) -> None:
    nothing = Telling(
        line=lambda _: None, record=lambda _: None, message=lambda _: None, share=lambda _, __: None
    )
    summary = play(
        Stage(servers.kind, kafka, series_settings, tmp_path), "demo-morning", 360.0, 0.0, nothing
    )
    assert summary.problems == []
    reader = Reader(series_settings)
    [told] = reader.query('SELECT "last_at" FROM "worker"')
    reader.close()
    begun = min(int(str(row[0])) for row in told.values)
    now = time.time_ns() // 1_000_000  # alerts stand at the time at which they were raised
    checks = check_boards(series_settings, BOARDS, begun, now, slow_ms=float("inf"))
    assert [one for one in checks if one.problem] == []
    rows: dict[tuple[str, str], int] = {}
    for one in checks:
        panel = one.board, one.panel
        rows[panel] = rows.get(panel, 0) + one.rows
    assert {panel for panel, count in rows.items() if not count} <= set(EMPTY)
    asked = {(board.slug, asked.panel) for board in BOARDS for asked in board.asked("en")}
    assert asked <= set(rows)
