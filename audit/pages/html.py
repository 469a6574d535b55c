"""A document as one HTML file that needs nothing else: style and drawings are in it."""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from .document import Banner, Document, Facts, Figure, Heading, Paragraph, Source, Table
from .drawing import Box, Drawing, Label, Line

_STYLE = """
:root{color-scheme:light}
body{font:15px/1.5 system-ui,"Noto Sans CJK SC","Microsoft YaHei","PingFang SC",sans-serif;
 color:#25303b;margin:0 auto;max-width:60rem;padding:1.5rem}
h1{font-size:1.5rem;margin:0}
h2{font-size:1.1rem;margin:1.8rem 0 .5rem;border-bottom:1px solid #d9dee3}
p{margin:.4rem 0}.sub{color:#5b6773}
.banner{font-size:1.25rem;font-weight:700;padding:.6rem .9rem;margin:1rem 0;border-left:.5rem solid}
.banner.accept{background:#e6f3e8;border-color:#2e7d32}
.banner.review{background:#fdf1dc;border-color:#b26a00}
.banner.reject{background:#fae3e3;border-color:#c62828}
.accept{color:#1f6b26}.review{color:#8a5200}.reject{color:#b21f1f}.remark{color:#5b6773}
table{border-collapse:collapse;width:100%;font-size:.88rem}
th,td{text-align:left;vertical-align:top;padding:.25rem .5rem;border-bottom:1px solid #e7eaed;
 overflow-wrap:break-word}
th{font-weight:600;color:#5b6773}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem;margin:.5rem 0}
dt{color:#5b6773}dd{margin:0}figure{margin:.8rem 0;break-inside:avoid}
figcaption{font-size:.85rem;color:#5b6773}svg{width:100%;height:auto}
pre{font-size:.75rem;white-space:pre-wrap;overflow-wrap:anywhere;background:#f5f6f7;padding:.6rem}
footer{margin-top:2rem;color:#5b6773;font-size:.8rem}
.wide{overflow-x:auto}
@media print{body{max-width:none;padding:0}tr{break-inside:avoid}}
"""


def write_html(document: Document) -> bytes:
    """The document as a file, UTF-8."""
    body = "\n".join(_WRITERS[type(block)](block) for block in document.blocks)
    return (
        f'<!doctype html>\n<html lang="{document.language}">\n<head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(document.title)}</title><style>{_STYLE}</style></head>\n<body>\n"
        f'<h1>{escape(document.title)}</h1><p class="sub">{escape(document.subtitle)}</p>\n'
        f"{body}\n<footer>{escape(document.footer)}</footer>\n</body></html>\n"
    ).encode()


def svg(drawing: Drawing) -> str:
    """A drawing as SVG, for a page."""
    shapes = "".join(_SHAPES[type(shape)](shape) for shape in drawing.shapes)
    return (
        f'<svg viewBox="0 0 {drawing.width:g} {drawing.height:g}" role="img"'
        f' aria-label="{escape(drawing.says)}" font-family="inherit">{shapes}</svg>'
    )


def _line(one: Line) -> str:
    points = " ".join(f"{x:g},{y:g}" for x, y in one.points)
    dashes = ' stroke-dasharray="4 3"' if one.dashed else ""
    return (
        f'<polyline points="{points}" fill="none" stroke="{one.color}"'
        f' stroke-width="{one.width:g}"{dashes}/>'
    )


def _box(one: Box) -> str:
    return (
        f'<rect x="{one.x:g}" y="{one.y:g}" width="{one.width:g}" height="{one.height:g}"'
        f' fill="{one.color}"/>'
    )


def _label(one: Label) -> str:
    return (
        f'<text x="{one.x:g}" y="{one.y:g}" font-size="{one.size:g}" fill="{one.color}"'
        f' text-anchor="{one.anchor}">{escape(one.text)}</text>'
    )


def _table(one: Table) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in one.head)
    tones = one.tones or ("",) * len(one.rows)
    rows = "".join(
        f'<tr class="{tone}">' + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>"
        for row, tone in zip(one.rows, tones, strict=True)
    )
    inner = f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody>"
    return f'<div class="wide"><table>{inner}</table></div>'


def _facts(one: Facts) -> str:
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in one.rows)
    return f"<dl>{rows}</dl>"


def _figure(one: Figure) -> str:
    caption = f"<br>{escape(one.caption)}" if one.caption else ""
    return (
        f"<figure><figcaption><strong>{escape(one.title)}</strong>{caption}</figcaption>"
        f"{svg(one.drawing)}</figure>"
    )


_SHAPES: Mapping[type, Callable[[Any], str]] = {Line: _line, Box: _box, Label: _label}
_WRITERS: Mapping[type, Callable[[Any], str]] = {
    Heading: lambda one: f"<h2>{escape(one.text)}</h2>",
    Paragraph: lambda one: f'<p class="{one.tone}">{escape(one.text)}</p>',
    Banner: lambda one: f'<p class="banner {one.tone}">{escape(one.text)}</p>',
    Facts: _facts,
    Table: _table,
    Figure: _figure,
    Source: lambda one: f"<pre>{escape(one.text)}</pre>",
}
