"""Fonts for the PDF: one that has Chinese, from the machine; DejaVu, which is always there."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from audit.errors import AuditError

#: Files known to have Chinese, best first: regular, and bold where the family has it beside.
KNOWN: tuple[tuple[str, str], ...] = (
    ("NotoSansCJK-Regular.ttc", "NotoSansCJK-Bold.ttc"),
    ("NotoSansCJKsc-Regular.otf", "NotoSansCJKsc-Bold.otf"),
    ("NotoSansSC-Regular.ttf", "NotoSansSC-Bold.ttf"),
    ("NotoSansSC-Regular.otf", "NotoSansSC-Bold.otf"),
    ("SourceHanSansSC-Regular.otf", "SourceHanSansSC-Bold.otf"),
    ("wqy-zenhei.ttc", ""),
    ("wqy-microhei.ttc", ""),
    ("msyh.ttc", "msyhbd.ttc"),
    ("simhei.ttf", ""),
    ("Arial Unicode.ttf", ""),
    ("DroidSansFallbackFull.ttf", ""),
)
FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.local/share/fonts",
    "~/.fonts",
    "/Library/Fonts",
    "/System/Library/Fonts",
    "C:/Windows/Fonts",
)
MISSING = (
    "no font with Chinese was found: install one (Debian: apt install fonts-noto-cjk; Fedora: dnf"
    " install google-noto-sans-cjk-fonts), or name a .ttf, .otf or .ttc as [audit] font"
)


@dataclass(frozen=True, slots=True)
class Font:
    """Regular and bold (the regular again where there is none), each a file and a face in it."""

    regular: Path
    bold: Path
    regular_face: int = 0
    bold_face: int = 0


def chinese_font(named: Path | None = None, folders: Sequence[str] = FOLDERS) -> Font:
    """The font named, else the first known one of the machine. Raises AuditError: none is."""
    if named is not None:
        if not named.is_file():
            raise AuditError(f"[audit] font {named}: there is no such file")
        return _font(named, named)
    found = _found(tuple(folders))
    for regular, bold in KNOWN:
        if regular in found:
            return _font(found[regular], found.get(bold, found[regular]))
    raise AuditError(MISSING)


def latin_font() -> Font:
    """DejaVu Sans, which matplotlib brings."""
    folder = Path(str(files("matplotlib"))) / "mpl-data" / "fonts" / "ttf"
    return Font(folder / "DejaVuSans.ttf", folder / "DejaVuSans-Bold.ttf")


@cache
def _found(folders: tuple[str, ...]) -> dict[str, Path]:
    wanted = {name for pair in KNOWN for name in pair if name}
    found: dict[str, Path] = {}
    for path in _files(folders):
        if path.name in wanted:
            found.setdefault(path.name, path)
    return found


def _files(folders: Sequence[str]) -> Iterator[Path]:
    for folder in folders:
        for place, _, names in os.walk(Path(folder).expanduser()):
            for name in names:
                yield Path(place) / name


def _font(regular: Path, bold: Path) -> Font:
    return Font(regular, bold, _face(regular), _face(bold))


@cache
def _face(path: Path) -> int:
    """Of a collection the face for simplified Chinese, else the first."""
    if path.suffix.lower() != ".ttc":
        return 0
    from fontTools.ttLib import TTCollection

    with TTCollection(path, lazy=True) as faces:
        names = [str(one["name"].getDebugName(1)) for one in faces.fonts]
    return next((i for i, name in enumerate(names) if name.endswith(" SC")), 0)
