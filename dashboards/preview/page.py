"""The page: each board's panels on Grafana's grid of 24 columns."""

import re
from collections.abc import Iterable
from html import escape
from zoneinfo import ZoneInfo

from grafana_foundation_sdk.models import dashboard

from coldchain.reasons import Language
from dashboards.boards.board import Board
from dashboards.check import filled, first_values
from dashboards.macros import span_ms
from series.reader import Reader
from series.settings import SeriesSettings

from .fields import Shown
from .panels import DRAW, Asked

_STYLE = """
body{margin:16px;background:#fff;color:#1b1b1b}
body,svg text{font:13px/1.4 system-ui,"Noto Sans CJK SC",sans-serif}
h1{font-size:20px;margin:24px 0 2px}h1+p{margin:0 0 10px;color:#555}
.board{display:grid;grid-template-columns:repeat(24,1fr);gap:8px;align-items:start}
section{border:1px solid #d5d5d5;border-radius:4px;padding:8px}
section{min-width:0;overflow:auto;max-height:480px}
h2{font-size:13px;margin:0 0 6px}h2 small{font-weight:400;color:#666}
.tiles{display:flex;gap:8px;flex-wrap:wrap}
.tile{flex:1;min-width:110px;padding:8px 10px;border-radius:4px}
.tile span{display:block;font-size:12px}.tile b{font-size:24px;white-space:nowrap}
.tile:last-child{flex:1.7}.tile:last-child b{font-size:16px;line-height:34px}
table{border-collapse:collapse;width:100%;white-space:nowrap}
td,th{text-align:left;padding:3px 8px;border-bottom:1px solid #e5e5e5}th{font-weight:600}
td{font-variant-numeric:tabular-nums}
svg{width:100%;display:block}svg text{font-size:11px;fill:#555}
.grid{stroke:#e3e3e3}.map{background:#eef2f4}
.legend{margin:4px 0 0}.legend span{margin-right:12px;white-space:nowrap}
.legend i{display:inline-block;width:10px;height:10px;margin-right:4px;border-radius:2px}
.none{color:#666;margin:12px}ul{margin:4px 0;padding-left:20px}
"""


def preview(
    series: SeriesSettings,
    boards: Iterable[Board],
    language: Language,
    start_ms: int,
    end_ms: int,
    zone: ZoneInfo,
) -> str:
    """The boards' data for [start_ms, end_ms] as one HTML page. Raises Unreachable, QueryError."""
    reader = Reader(series)
    try:
        parts = [_board(reader, board, language, start_ms, end_ms, zone) for board in boards]
    finally:
        reader.close()
    return (
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f"<title>Coldchain</title><style>{_STYLE}</style></head>"
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _board(
    reader: Reader, board: Board, language: Language, start_ms: int, end_ms: int, zone: ZoneInfo
) -> str:
    values = first_values(reader, board, start_ms, end_ms)
    parts: list[str] = []
    asked = list(board.asked(language))
    for panel, json in zip(_panels(board, language), board.json(language)["panels"], strict=True):
        answers = [
            (one.query.alias, reader.query(filled(one, values, start_ms, end_ms)))
            for one in asked
            if one.panel == panel.title
        ]
        since = end_ms - span_ms(panel.time_from) if panel.time_from else start_ms
        place = json["gridPos"]
        note = f" <small>{escape(panel.time_from)}</small>" if panel.time_from else ""
        parts.append(
            f'<section style="grid-column:span {place["w"]}" title="{escape(json["description"])}">'
            f"<h2>{escape(json['title'])}{note}</h2>"
            f"{DRAW[json['type']](Asked(json, answers, since, end_ms, zone))}</section>"
        )
    moment = Shown("", unit="dateTimeAsLocal")
    span = f"{moment.text(start_ms, zone)} – {moment.text(end_ms, zone)} ({zone.key})"
    only = "".join(
        f" · {name} = {_plain(value)}" for name, value in values.items() if value != ".*"
    )
    return (
        f"<h1>{escape(board.title(language))}</h1><p>{escape(span + only)}</p>"
        f'<div class="board">{"".join(parts)}</div>'
    )


def _panels(board: Board, language: Language) -> list[dashboard.Panel]:
    found = board.dashboard(language).panels or []
    return [panel for panel in found if isinstance(panel, dashboard.Panel)]


def _plain(expression: str) -> str:
    """A name out of the regular expression that finds it."""
    return re.sub(r"\\(.)", r"\1", expression)
