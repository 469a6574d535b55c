"""A drawing as shapes, in points (1/72 inch) from the upper left corner: for SVG and PDF alike."""

from dataclasses import dataclass
from typing import Literal

Point = tuple[float, float]
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Line:
    """A line through points; `dashed` for what is a limit and not a reading."""

    points: tuple[Point, ...]
    color: str
    width: float = 1.0
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A filled rectangle."""

    x: float
    y: float
    width: float
    height: float
    color: str


@dataclass(frozen=True, slots=True)
class Label:
    """A text whose baseline begins, is centred or ends at x, y."""

    x: float
    y: float
    text: str
    color: str
    size: float = 8.0
    anchor: Anchor = "start"


Shape = Line | Box | Label


@dataclass(frozen=True, slots=True)
class Drawing:
    """Shapes in the order they are drawn; `says` is what it shows, for who can't see it."""

    width: float
    height: float
    shapes: tuple[Shape, ...]
    says: str
