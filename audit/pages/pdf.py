"""A document as PDF (A4), by fpdf2: fonts embedded, tables that go on over pages, drawings as
vectors."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from fpdf import FPDF
from fpdf.enums import TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace

from .document import Banner, Document, Facts, Figure, Heading, Paragraph, Source, Table
from .drawing import Box, Label, Line
from .fonts import Font

MARGIN = 15.0
#: A point in mm.
POINT = 25.4 / 72
INK, MUTED, RULE, PAPER = "#25303b", "#5b6773", "#d9dee3", "#ffffff"
TONES = {
    "": INK,
    "accept": "#1f6b26",
    "review": "#8a5200",
    "reject": "#b21f1f",
    "remark": MUTED,
}
GROUNDS = {"accept": "#e6f3e8", "review": "#fdf1dc", "reject": "#fae3e3"}


def write_pdf(document: Document, font: Font, made: datetime, spare: Font | None = None) -> bytes:
    """The document as a file. `made` goes into it as its date; `spare` has the signs that `font`
    lacks."""
    pdf = _Pdf(document, font, spare)
    pdf.set_creation_date(made)
    for block in document.blocks:
        _WRITERS[type(block)](pdf, block)
    return bytes(pdf.output())


class _Pdf(FPDF):
    def __init__(self, document: Document, font: Font, spare: Font | None) -> None:
        super().__init__(format="A4")
        self._document = document
        self._add_font("main", font)
        if spare is not None:
            face = spare.regular_face
            self.add_font("spare", "", spare.regular, collection_font_number=face)
            self.set_fallback_fonts(["spare"], exact_match=False)
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(True, margin=18)
        self.set_title(document.title)
        self.set_lang(document.language)
        self.set_creator("coldchain")
        self.add_page()
        self.say(document.title, 16, bold=True)
        self.say(document.subtitle, 9, MUTED)

    def _add_font(self, name: str, font: Font) -> None:
        for style, path, face in (
            ("", font.regular, font.regular_face),
            ("B", font.bold, font.bold_face),
        ):
            self.add_font(name, style, path, collection_font_number=face)

    def say(self, text: str, size: float, color: str = INK, bold: bool = False) -> None:
        """A paragraph over the whole width."""
        self.set_font("main", "B" if bold else "", size)
        self.set_text_color(color)
        self.multi_cell(0, size * 0.5, text, align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def room(self, height: float) -> None:
        """A new page where so many mm are not left on this one."""
        if self.will_page_break(height):
            self.add_page()

    def footer(self) -> None:
        self.set_y(-13)
        self.set_font("main", "", 7)
        self.set_text_color(MUTED)
        self.cell(0, 5, self._document.footer, align="L")
        self.set_y(-13)
        self.cell(0, 5, f"{self.page_no()} / {{nb}}", align="R")


def _heading(pdf: _Pdf, one: Heading) -> None:
    pdf.room(25)
    pdf.ln(4)
    pdf.say(one.text, 12, bold=True)
    pdf.set_draw_color(RULE)
    pdf.line(pdf.l_margin, pdf.get_y(), pdf.w - pdf.r_margin, pdf.get_y())
    pdf.ln(2)


def _paragraph(pdf: _Pdf, one: Paragraph) -> None:
    pdf.say(one.text, 9, TONES[one.tone])


def _banner(pdf: _Pdf, one: Banner) -> None:
    pdf.ln(3)
    pdf.set_font("main", "B", 13)
    pdf.set_text_color(TONES[one.tone])
    pdf.set_fill_color(GROUNDS[one.tone])
    pdf.multi_cell(
        0, 10, one.text, align="L", fill=True, padding=(0, 3), new_x=XPos.LMARGIN, new_y=YPos.NEXT
    )
    pdf.ln(2)


def _facts(pdf: _Pdf, one: Facts) -> None:
    pdf.set_fill_color(PAPER)
    pdf.set_font("main", "", 9)
    pdf.set_text_color(INK)
    with pdf.table(
        borders_layout=TableBordersLayout.NONE,
        col_widths=(28, 72),
        first_row_as_headings=False,
        line_height=5,
        text_align="LEFT",
    ) as table:
        for name, value in one.rows:
            row = table.row()
            row.cell(name, style=FontFace(color=MUTED))
            row.cell(value)


def _table(pdf: _Pdf, one: Table) -> None:
    pdf.set_fill_color(PAPER)  # else a row has the colour of what was filled last
    pdf.set_font("main", "", 8)
    pdf.set_text_color(INK)
    pdf.set_draw_color(RULE)
    tones = one.tones or ("",) * len(one.rows)
    with pdf.table(
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        col_widths=one.widths,
        headings_style=FontFace(emphasis="BOLD", color=MUTED),
        line_height=4.5,
        text_align="LEFT",
        padding=0.6,
    ) as table:
        table.row(one.head)
        for cells, tone in zip(one.rows, tones, strict=True):
            table.row(cells, style=FontFace(color=TONES[tone]))
    pdf.ln(2)


def _figure(pdf: _Pdf, one: Figure) -> None:
    drawing = one.drawing
    scale = (pdf.w - pdf.l_margin - pdf.r_margin) / drawing.width
    height = drawing.height * scale
    pdf.room(height + 14)
    pdf.say(one.title, 9, bold=True)
    if one.caption:
        pdf.say(one.caption, 8, MUTED)
    left, top = pdf.l_margin, pdf.get_y() + 1
    for shape in drawing.shapes:
        _SHAPES[type(shape)](pdf, shape, left, top, scale)
    pdf.set_xy(left, top + height + 2)


def _line(pdf: _Pdf, one: Line, left: float, top: float, scale: float) -> None:
    pdf.set_draw_color(one.color)
    pdf.set_line_width(one.width * scale * 0.8)
    if one.dashed:
        pdf.set_dash_pattern(1.2, 1)
    pdf.polyline([(left + x * scale, top + y * scale) for x, y in one.points])
    pdf.set_dash_pattern()
    pdf.set_line_width(0.2)


def _box(pdf: _Pdf, one: Box, left: float, top: float, scale: float) -> None:
    pdf.set_fill_color(one.color)
    pdf.rect(left + one.x * scale, top + one.y * scale, one.width * scale, one.height * scale, "F")


def _label(pdf: _Pdf, one: Label, left: float, top: float, scale: float) -> None:
    pdf.set_font("main", "", one.size * scale / POINT)
    pdf.set_text_color(one.color)
    width = pdf.get_string_width(one.text)
    shift = {"start": 0.0, "middle": width / 2, "end": width}[one.anchor]
    pdf.text(left + one.x * scale - shift, top + one.y * scale, one.text)


def _source(pdf: _Pdf, one: Source) -> None:
    pdf.say(one.text, 6.5, MUTED)


_SHAPES: Mapping[type, Callable[[_Pdf, Any, float, float, float], None]] = {
    Line: _line,
    Box: _box,
    Label: _label,
}
_WRITERS: Mapping[type, Callable[[_Pdf, Any], None]] = {
    Heading: _heading,
    Paragraph: _paragraph,
    Banner: _banner,
    Facts: _facts,
    Table: _table,
    Figure: _figure,
    Source: _source,
}
