import re
from zoneinfo import ZoneInfo

import pytest

from dashboards.boards import BOARDS
from dashboards.preview import preview
from series.settings import SeriesSettings

pytestmark = pytest.mark.integration

END = 1_795_500_000_000
START = END - 3_600_000


def test_the_page_shows_every_panels_data_and_asks_nothing_of_any_host(
    small_fleet: SeriesSettings,
) -> None:
    page = preview(small_fleet, BOARDS, "zh-CN", START, END, ZoneInfo("Asia/Shanghai"))
    for board in BOARDS:
        assert f"<h1>{board.title('zh-CN')}</h1>" in page
        for asked in board.asked("zh-CN"):
            assert f">{asked.panel}" in page
    assert "warehouse-38" in page
    assert "余量 &lt; 0.5 °C" in page
    assert page.count("<polyline") >= 6
    assert page.count("<circle") >= 40
    assert not re.search(r"https?://|src=|href=|@import|url\(", page)


def test_an_empty_store_makes_a_page_all_the_same(series_settings: SeriesSettings) -> None:
    page = preview(series_settings, BOARDS, "en", START, END, ZoneInfo("UTC"))
    assert page.count('class="none"') >= 4
