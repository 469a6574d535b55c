"""Fonts cut down: the signs of records are in them, others are written with the whole font."""

from pathlib import Path

from audit.pages.fonts import Font, latin_font
from audit.pages.small_fonts import signs, small_font
from audit.pages.words import WORDS


def test_every_word_of_a_record_is_in_what_is_kept() -> None:
    for words in WORDS.values():
        for text in words.values():
            assert {ord(sign) for sign in text} <= signs(), text


def test_a_font_is_cut_down_once_and_kept(tmp_path: Path) -> None:
    from fontTools.ttLib import TTFont

    font = latin_font()
    small = small_font(font, tmp_path, "van-1 → store-1, 2–8 °C")
    assert small.regular.parent == small.bold.parent == tmp_path
    assert small.regular != small.bold
    made = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.otf")}
    assert small_font(font, tmp_path, "again") == small
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.otf")} == made
    with TTFont(small.regular) as cut, TTFont(font.regular) as whole:
        kept = set(cut.getBestCmap())
        assert kept == signs() & set(whole.getBestCmap())
        assert "GSUB" not in cut


def test_signs_besides_are_written_with_the_whole_font(tmp_path: Path) -> None:
    font = latin_font()
    assert small_font(font, tmp_path, "𠮷野家") == font
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_costs_time_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    font = latin_font()
    assert small_font(font, tmp_path / "file" / "fonts", "plain") == font
    gone = Font(tmp_path / "gone.ttf", tmp_path / "gone.ttf")
    assert small_font(gone, tmp_path, "plain") == gone
