"""A font with Chinese, cut down to the signs that records were written with so far.

A whole one has 65,000 glyphs: to embed a few hundred of them takes seconds, most of it to read the
rest. Cut down it takes tenths. What is kept grows: a document with signs that are not in it yet is
written with a font cut anew, of those besides; that takes about as long as the whole font would.
"""

import os
from collections.abc import Iterable
from dataclasses import replace
from functools import cache
from hashlib import sha256
from pathlib import Path

import msgspec

from .fonts import Font
from .words import WORDS

#: Raised when what is cut changes.
_VERSION = 2
_LATIN = (range(0x20, 0x7F), range(0xA0, 0x180), range(0x2010, 0x2040))
_WIDE = (range(0x3000, 0x3020), range(0xFF01, 0xFF5F))
_MORE = (0x2103, 0x2190, 0x2192, 0x2212, 0x2264, 0x2265)
#: Tables that a page does not need: how glyphs join, stand upright, and are hinted.
_DROPPED = ("GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx", "DSIG", "STAT")


@cache
def always() -> frozenset[int]:
    """The code points that every font cut down has: Latin, and every word of a record."""
    found = {one for part in (*_LATIN, *_WIDE, _MORE) for one in part}
    for words in WORDS.values():
        found |= {ord(sign) for text in words.values() for sign in text}
    return frozenset(found)


def small_font(font: Font, folder: Path, text: Iterable[str]) -> Font:
    """The font cut down, with the signs of `text` in it; the font itself where the folder can't be
    written."""
    wanted = always() | {ord(sign) for sign in text}
    try:
        regular = _kept(font.regular, font.regular_face, folder, wanted)
        bold = _kept(font.bold, font.bold_face, folder, wanted)
    except OSError:
        return font
    return replace(font, regular=regular, bold=bold, regular_face=0, bold_face=0)


class _Kept(msgspec.Struct):
    """Which file is in use, and which signs were asked for so far: a sign that the font lacks is
    not looked for again."""

    file: str
    signs: list[int]


def _kept(path: Path, face: int, folder: Path, wanted: frozenset[int]) -> Path:
    """The file that is kept, with these signs as far as the font has them."""
    about = path.stat()
    which = f"{_VERSION} {path} {face} {about.st_size} {about.st_mtime_ns}"
    noted = folder / f"{path.stem}-{_short(which)}.json"
    kept = _read(noted)
    if kept is not None and wanted.issubset(kept.signs) and (folder / kept.file).is_file():
        return folder / kept.file
    signs = sorted(wanted.union(() if kept is None else kept.signs))
    folder.mkdir(parents=True, exist_ok=True)
    # Named by what is in it: another process that cuts at the same time makes a file of its own.
    made = folder / f"{path.stem}-{_short(f'{which} {signs}')}.otf"
    draft = made.with_name(f"{made.name}.{os.getpid()}")
    _cut(path, face, draft, signs)
    draft.replace(made)
    draft.write_bytes(msgspec.json.encode(_Kept(made.name, signs)))
    draft.replace(noted)
    return made


def _read(noted: Path) -> _Kept | None:
    try:
        return msgspec.json.decode(noted.read_bytes(), type=_Kept)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _short(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


def _cut(path: Path, face: int, draft: Path, wanted: Iterable[int]) -> None:
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
    cutter.populate(unicodes=wanted)
    with TTFont(path, fontNumber=face, lazy=True) as font:
        cutter.subset(font)
        font.save(draft)
