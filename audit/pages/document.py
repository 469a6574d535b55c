"""A document as blocks, from which HTML and PDF are written."""

from dataclasses import dataclass
from typing import Literal

from coldchain.reasons import Language

from .drawing import Drawing

#: How a thing reads: as the verdict it stands for, as a remark, or plainly.
Tone = Literal["", "accept", "review", "reject", "remark"]


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Banner:
    """What has to be seen first."""

    text: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Facts:
    """Names and values, two columns."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`widths` are shares of the page; `tones` one a row, where given."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...]
    tones: tuple[Tone, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    title: str
    drawing: Drawing
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A text of a file, as it is."""

    text: str


Block = Heading | Paragraph | Banner | Facts | Table | Figure | Source


@dataclass(frozen=True, slots=True)
class Document:
    """`footer` is on every page, with the page's number after it."""

    title: str
    subtitle: str
    language: Language
    blocks: tuple[Block, ...]
    footer: str
