"""Fonts cut down: the signs of records are in them, and others once a document has them."""

from pathlib import Path

from audit.pages.fonts import Font, latin_font
from audit.pages.small_fonts import always, small_font
from audit.pages.words import WORDS


def signs_in(path: Path) -> set[int]:
    from fontTools.ttLib import TTFont

    with TTFont(path) as font:
        return set(font.getBestCmap())


def test_every_word_of_a_record_is_in_what_is_kept() -> None:
    for words in WORDS.values():
        for text in words.values():
            assert {ord(sign) for sign in text} <= always(), text


def test_a_font_is_cut_down_once_and_grows_with_what_is_written(tmp_path: Path) -> None:
    font = latin_font()
    small = small_font(font, tmp_path, "van-1 → store-1, 2-8 °C")
    assert small.regular.parent == small.bold.parent == tmp_path
    assert small.regular != small.bold
    whole = signs_in(font.regular)
    assert signs_in(small.regular) == always() & whole
    made = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    assert small_font(font, tmp_path, "again") == small
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == made

    small_font(font, tmp_path, "Ж")
    more = small_font(font, tmp_path, "Я")
    assert signs_in(more.bold) >= {ord("Ж"), ord("Я")}
    assert signs_in(more.regular) == (always() & whole) | {ord("Ж"), ord("Я")}
    assert small_font(font, tmp_path, "ЖЯ") == more


def test_a_sign_that_the_font_lacks_is_not_looked_for_again(tmp_path: Path) -> None:
    font = latin_font()
    small_font(font, tmp_path, "𠮷\ud800")
    made = {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    small_font(font, tmp_path, "𠮷")
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == made


def test_a_folder_that_cannot_be_written_costs_time_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    font = latin_font()
    assert small_font(font, tmp_path / "file" / "fonts", "plain") == font
    gone = Font(tmp_path / "gone.ttf", tmp_path / "gone.ttf")
    assert small_font(gone, tmp_path, "plain") == gone
