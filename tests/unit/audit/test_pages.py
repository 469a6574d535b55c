"""Records as pages: all that is known is on them, in both languages; gaps stay gaps."""

import re
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from archive_made import KEY, seal_hourly
from parcel_day import PARCEL, START, everything, warm_on_the_way

from audit.errors import AuditError
from audit.judging import Readings
from audit.pages.drawing import Box, Label, Line
from audit.pages.figures import Curve, draw, ticks
from audit.pages.fonts import MISSING, chinese_font, latin_font
from audit.pages.html import svg
from audit.pages.words import WORDS
from audit.records import Archive, ParcelFile, open_archive
from audit.verify import verify
from coldchain.celsius import MICRO
from coldchain.limits import Limit
from coldchain.thinning import thinned
from coldchain.times import HOUR_MS, MINUTE_MS

ZONE = ZoneInfo("Asia/Shanghai")
WARM = Limit("warm", "above", 4 * MICRO, 30 * MINUTE_MS, "critical")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("archive")
    seal_hourly(made, everything(warm_on_the_way))
    (made / "keys").mkdir()
    (made / "keys" / f"{KEY.public.fingerprint}.pem").write_text(KEY.public.pem())
    return made


@pytest.fixture(scope="module")
def record(folder: Path) -> ParcelFile:
    with open_archive(folder) as archive:
        return archive.record(PARCEL)


def test_the_page_says_verdict_reasons_custody_and_profile(record: ParcelFile) -> None:
    page = record.html("en", ZONE).decode()
    for said in (
        "Out of limits", "warm: above 4 °C for", PARCEL, "store-1 / main", "keeper-1 → driver-7",
        "2026-11-23 16:05:00", "delivered", "id = &quot;iced-seafood&quot;",
    ):  # fmt: skip
        assert said in page, said
    assert page.count("<svg") == 2
    chinese = record.html("zh-CN", ZONE).decode()
    for said in ("超限", "高于 4 °C 达", "投递", "温度曲线"):
        assert said in chinese, said


def test_nothing_on_the_page_is_fetched_or_run(record: ParcelFile) -> None:
    page = record.html("en", ZONE).decode()
    assert not re.search(r"<script|<link|<img|https?://|url\(", page)


def test_names_and_notes_cannot_write_the_page(folder: Path) -> None:
    from audit.pages.document import Document, Paragraph, Table
    from audit.pages.html import write_html

    bad = '<script>alert(1)</script>&"'
    page = write_html(
        Document(bad, bad, "en", (Paragraph(bad), Table((bad,), ((bad,),), (1,))), bad)
    ).decode()
    assert "<script>" not in page
    assert page.count("&lt;script&gt;") == 7


def test_the_pdf_has_every_page_numbered_and_its_fonts_inside(record: ParcelFile) -> None:
    pdf = record.pdf("en", ZONE, latin_font().regular)
    assert pdf.startswith(b"%PDF-")
    assert b"/FontFile" in pdf
    assert record.pdf("en", ZONE, latin_font().regular) == pdf, "the same record, the same file"


def test_without_a_chinese_font_the_error_says_what_to_install(
    tmp_path: Path, record: ParcelFile
) -> None:
    with pytest.raises(AuditError, match="fonts-noto-cjk"):
        chinese_font(folders=(str(tmp_path),))
    assert "apt install" in MISSING
    with pytest.raises(AuditError, match="no such file"):
        record.pdf("zh-CN", ZONE, tmp_path / "none.ttf")


def test_both_languages_have_every_word() -> None:
    assert WORDS["en"].keys() == WORDS["zh-CN"].keys()
    fields = re.compile(r"{(\w+)")
    for key, text in WORDS["en"].items():
        assert set(fields.findall(text)) == set(fields.findall(WORDS["zh-CN"][key])), key


def test_the_bundle_of_an_archive_holds_and_has_both_languages(folder: Path) -> None:
    with open_archive(folder) as archive:
        assert isinstance(archive, Archive)
        one = archive.record(PARCEL, prove=True)
        packed = archive.bundle(one, KEY, ZONE, START + 60 * HOUR_MS)
    assert verify(packed, KEY.public).holds
    assert b"record.zh-CN.html" in packed
    assert b"record.en.html" in packed
    assert b"record.en.pdf" in packed


def curve(times: list[int], celsius: list[float], span: tuple[int, int]) -> Curve:
    values = np.array([round(c * MICRO) for c in celsius], dtype=np.int64)
    readings = Readings(np.array(times, dtype=np.int64), values)
    return Curve(readings, span, [WARM], [], 10 * MINUTE_MS, "what it shows")


def test_a_gap_is_grey_and_no_line_goes_through_it() -> None:
    minutes = [*range(20), *range(60, 80)]
    drawing = draw(curve([m * MINUTE_MS for m in minutes], [2.0] * 40, (0, 80 * MINUTE_MS)), UTC)
    lines = [s for s in drawing.shapes if isinstance(s, Line) and len(s.points) > 2]
    assert len(lines) == 2
    grey = [s for s in drawing.shapes if isinstance(s, Box)]
    assert len(grey) >= 1
    gap = max(grey, key=lambda box: box.width)
    assert all(
        x <= gap.x + 0.1 or x >= gap.x + gap.width - 0.1 for line in lines for x, _ in line.points
    )
    assert 'aria-label="what it shows"' in svg(drawing)


def test_nothing_read_is_all_grey_and_one_reading_a_dot() -> None:
    empty = draw(curve([], [], (0, HOUR_MS)), UTC)
    assert not [s for s in empty.shapes if isinstance(s, Line) and len(s.points) > 2]
    assert max(s.width for s in empty.shapes if isinstance(s, Box)) > 400
    lone = draw(curve([30 * MINUTE_MS], [2.0], (0, HOUR_MS)), UTC)
    assert [s for s in lone.shapes if isinstance(s, Box) and s.width == 2.0]


def test_no_peak_is_thinned_away() -> None:
    times = np.arange(200_000, dtype=np.int64) * 1000
    values = np.zeros(200_000, dtype=np.int64)
    values[123_457], values[50_001] = 9, -9
    rows = thinned(times, values)
    assert {50_001, 123_457, 0, 199_999} <= set(rows.tolist())
    assert len(rows) <= 4 * 1_600


def test_times_on_the_axis_are_round_and_of_the_zone() -> None:
    start = round(datetime(2026, 11, 23, 8, 7, tzinfo=UTC).timestamp() * 1000)
    found = ticks((start, start + 6 * HOUR_MS), ZONE)
    assert [text for _, text in found][:2] == ["11-23 17:00", "18:00"]
    assert len(found) <= 9
    long = ticks((start, start + 20 * 24 * HOUR_MS), ZONE)
    assert all(re.fullmatch(r"\d\d-\d\d", text) for _, text in long)


def test_limits_of_one_level_do_not_write_over_each_other() -> None:
    twice = Limit("warming", "above", 4 * MICRO, 0, "warning")
    made = curve([0, MINUTE_MS], [3.0, 3.1], (0, HOUR_MS))
    drawing = draw(Curve(made.readings, made.span, [WARM, twice], [], 10 * MINUTE_MS, ""), UTC)
    heights = [s.y for s in drawing.shapes if isinstance(s, Label) and "warm" in s.text]
    assert len(heights) == 2
    assert abs(heights[0] - heights[1]) >= 8
