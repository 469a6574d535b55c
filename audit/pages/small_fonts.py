"""A font with Chinese, cut down once to the signs that records are written with.

A whole one has 65,000 glyphs: to embed twenty of them takes seconds, most of it to read the rest.
Cut down to GB 2312 and Latin it takes tenths. It is made when first needed and kept in a folder;
a document with other signs in it is written with the whole font.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path

from .fonts import Font

#: Raised when what is cut changes.
_VERSION = 1
_LATIN = (range(0x20, 0x7F), range(0xA0, 0x180), range(0x2010, 0x2040), range(0x3000, 0x3020))
_WIDE = range(0xFF01, 0xFF5F)
_MORE = (0x2103, 0x2190, 0x2192, 0x2212, 0x2264, 0x2265)
#: Tables that a page does not need: how glyphs join, stand upright, and are hinted.
_DROPPED = ("GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "DSIG", "STAT")


@cache
def signs() -> frozenset[int]:
    """The code points that are kept: GB 2312, Latin, and punctuation of both."""
    found = {one for part in (*_LATIN, _WIDE, _MORE) for one in part}
    for high in range(0xB0, 0xF8):
        for low in range(0xA1, 0xFF):
            try:
                found.add(ord(bytes((high, low)).decode("gb2312")))
            except UnicodeDecodeError:
                continue
    return frozenset(found)


def small_font(font: Font, folder: Path, text: Iterable[str]) -> Font:
    """The font cut down, made where it is not there yet; the font itself where `text` has signs
    besides, or the folder can't be written."""
    if any(ord(sign) not in signs() for sign in text if sign > "~"):
        return font
    try:
        regular = _kept(font.regular, font.regular_face, folder)
        bold = _kept(font.bold, font.bold_face, folder)
    except OSError:
        return font
    return replace(font, regular=regular, bold=bold, regular_face=0, bold_face=0)


def _kept(path: Path, face: int, folder: Path) -> Path:
    about = path.stat()
    which = f"{_VERSION} {path} {face} {about.st_size} {about.st_mtime_ns}"
    made = folder / f"{path.stem}-{sha256(which.encode()).hexdigest()[:16]}.otf"
    if made.is_file():
        return made
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(made):
        if not made.is_file():
            draft = made.with_name(f"{made.name}.{os.getpid()}")
            _cut(path, face, draft)
            draft.replace(made)
    return made


@contextmanager
def _alone(made: Path) -> Iterator[None]:
    """One process makes it; others wait and find it."""
    import fcntl

    with made.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _cut(path: Path, face: int, draft: Path) -> None:
    from fontTools.subset import Options, Subsetter
    from fontTools.ttLib import TTFont

    options = Options()
    options.layout_features = []
    options.hinting = False
    options.desubroutinize = True
    options.notdef_outline = True
    options.name_IDs = ["*"]
    options.drop_tables += _DROPPED
    cutter = Subsetter(options)
    cutter.populate(unicodes=signs())
    with TTFont(path, fontNumber=face, lazy=True) as font:
        cutter.subset(font)
        font.save(draft)
