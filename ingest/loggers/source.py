"""A file as blocks of whole lines, in UTF-8, each with the number of its first line."""

import codecs
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from .errors import LoggerFileError

BLOCK_BYTES = 1 << 20
LONGEST_LINE = 1 << 20

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: What files of other kinds begin with, and what to say of them.
_OTHERS = {
    b"PK\x03\x04": "a workbook or archive: save it as CSV",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook: save it as CSV",
    b"%PDF": "a PDF: export the readings as CSV",
}


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines of a file; `line` is the number of the first, from 1."""

    data: bytes
    line: int

    @property
    def lines(self) -> int:
        """How many lines there are, the last one ended or not."""
        return count_lines(self.data)

    def halves(self) -> tuple["Block", "Block"]:
        """Cut in two near the middle, between lines; it has at least two."""
        middle = self.data.find(b"\n", len(self.data) // 2) + 1
        if middle in (0, len(self.data)):
            middle = self.data.rfind(b"\n", 0, len(self.data) - 1) + 1
        head, tail = self.data[:middle], self.data[middle:]
        return Block(head, self.line), Block(tail, self.line + count_lines(head))

    def after(self, lines: int) -> "Block":
        """Without its first lines."""
        at = 0
        for _ in range(lines):
            at = self.data.find(b"\n", at) + 1
            if at == 0:
                return Block(b"", self.line + lines)
        return Block(self.data[at:], self.line + lines)


def count_lines(data: bytes) -> int:
    """How many lines these bytes have, the last one ended or not."""
    # Numpy's count is quicker than bytes' own, and lets other threads work meanwhile.
    ended = int(np.count_nonzero(np.frombuffer(data, dtype=np.uint8) == ord(b"\n")))
    return ended + (bool(data) and not data.endswith(b"\n"))


def blocks(path: Path, size: int = BLOCK_BYTES) -> Iterator[bytes]:
    """The file in order, some whole lines at a time; nothing for an empty file.

    Byte-order marks are taken off, UTF-16 is turned into UTF-8, line ends into line feeds (all
    but CRLF, which readers know). Raises LoggerFileError where it can't be read, or is no text.
    """
    try:
        with path.open("rb") as file:
            yield from _whole_lines(_texts(file, path, size), path)
    except OSError as error:
        raise LoggerFileError(f"{path}: can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise LoggerFileError(f"{path}: begins as UTF-16 text and is none") from None


def decoded(line: bytes) -> str:
    """A line as text: UTF-8, else the Chinese encodings, else with marks for what is neither."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        # Western °C and °F would read as Chinese characters.
        for unit in (b"C", b"F"):
            line = line.replace(b"\xb0" + unit, "°".encode("gb18030") + unit)
        return line.decode("gb18030", "replace")


def _texts(file: BinaryIO, path: Path, size: int) -> Iterator[bytes]:
    chunk = file.read(size)
    if chunk.startswith(_UTF16):
        decode = codecs.getincrementaldecoder("utf-16")().decode
        while chunk:
            yield _ended(decode(chunk).encode(), len(chunk) < size)
            chunk = file.read(size)
        decode(b"", final=True)
        return
    for magic, what in _OTHERS.items():
        if chunk.startswith(magic):
            raise LoggerFileError(f"{path}: is {what}")
    if b"\0" in chunk:
        raise LoggerFileError(f"{path}: is not a text file")
    old_mac = b"\r" in chunk and b"\n" not in chunk
    is_last = len(chunk) < size
    text = chunk.removeprefix(codecs.BOM_UTF8)
    while text:
        if old_mac:
            text = text.replace(b"\r", b"\n")
        elif not text.endswith(b"\n") and not is_last:
            text += file.readline(LONGEST_LINE)
        yield _ended(text, is_last)
        text = file.read(size)
        is_last = len(text) < size


def _ended(text: bytes, is_last: bool) -> bytes:
    """The last line ended like the others."""
    return text if not is_last or text.endswith(b"\n") else text + b"\n"


def _whole_lines(texts: Iterator[bytes], path: Path) -> Iterator[bytes]:
    rest = b""
    for text in texts:
        cut = text.rfind(b"\n") + 1
        if cut == 0:
            rest += text
            if len(rest) > LONGEST_LINE + BLOCK_BYTES:
                raise LoggerFileError(f"{path}: has a line longer than any reading")
            continue
        yield rest + text[:cut] if rest else text[:cut]
        rest = text[cut:]
    if rest:
        yield rest
