"""Bringing a Grafana to what the code says: folder, data source, boards; by uid, so never twice.

What is there and right stays untouched, so that a second push changes nothing and says so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from coldchain.reasons import Language
from series.settings import SeriesSettings

from .boards.board import TAG, Board
from .grafana import Grafana
from .influxql import DATASOURCE_UID, TYPE
from .settings import GrafanaSettings
from .words import LANGUAGES

Outcome = Literal["created", "updated", "unchanged", "removed", "not in code"]

#: What Grafana keeps of a board beside what it was given.
_ITS_OWN = frozenset({"id", "version"})


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one thing: its kind (`folder`, `data source`, `board`), uid and title."""

    kind: str
    uid: str
    title: str
    outcome: Outcome


def data_source(series: SeriesSettings, url: str = "") -> dict[str, Any]:
    """Our InfluxDB as a Grafana data source for InfluxQL: 1.8 and 2.7 take the same.

    A 2.7 finds the database by its bucket's name, and asks for the token in a header, as a 1.8
    takes `user:password`.
    """
    source: dict[str, Any] = {
        "uid": DATASOURCE_UID,
        "name": "Coldchain InfluxDB",
        "type": TYPE,
        "access": "proxy",
        "url": url or series.url,
        "database": series.bucket,
        "isDefault": False,
        "jsonData": {"dbName": series.bucket, "httpMode": "POST", "timeInterval": "10s"},
    }
    if series.token:
        source["jsonData"]["httpHeaderName1"] = "Authorization"
        source["secureJsonData"] = {"httpHeaderValue1": f"Token {series.token}"}
    return source


def push(
    settings: GrafanaSettings,
    series: SeriesSettings,
    boards: Sequence[Board],
    languages: Iterable[Language] = LANGUAGES,
    remove: bool = False,
) -> list[Change]:
    """Create or update folder, data source and boards; say what became of each.

    Boards of ours in the folder that the code no longer has are named, and removed only where
    `remove` asks for it. Raises GrafanaError.
    """
    grafana = Grafana(settings)
    try:
        changes = [_folder(grafana, settings), _source(grafana, series, settings.influxdb_url)]
        ours = [(board, language) for board in boards for language in languages]
        changes += [_board(grafana, one, language, settings) for one, language in ours]
        uids = {board.uid(language) for board in boards for language in LANGUAGES}
        changes += _rest(grafana, uids, settings.folder_uid, remove)
        return changes
    finally:
        grafana.close()


def _folder(grafana: Grafana, settings: GrafanaSettings) -> Change:
    uid, title = settings.folder_uid, settings.folder_title
    there = grafana.folder(uid)
    if there is None:
        grafana.make_folder(uid, title)
        return Change("folder", uid, title, "created")
    if there["title"] != title:
        grafana.rename_folder(uid, title, there["version"])
        return Change("folder", uid, title, "updated")
    return Change("folder", uid, title, "unchanged")


def _source(grafana: Grafana, series: SeriesSettings, url: str) -> Change:
    wanted = data_source(series, url)
    uid, title = wanted["uid"], wanted["name"]
    there = grafana.data_source(uid)
    if there is None:
        grafana.make_data_source(wanted)
        return Change("data source", uid, title, "created")
    secret = wanted.get("secureJsonData", {})
    seen = {key: value for key, value in wanted.items() if key != "secureJsonData"}
    is_same = all(there.get(key) == value for key, value in seen.items())
    if not is_same or secret:  # Grafana shows no secret: it is sent again, in case it is new
        grafana.change_data_source(uid, wanted)
    return Change("data source", uid, title, "unchanged" if is_same else "updated")


def _board(grafana: Grafana, board: Board, language: Language, settings: GrafanaSettings) -> Change:
    wanted, folder_uid = board.json(language, settings.console_url), settings.folder_uid
    uid, title = board.uid(language), board.title(language)
    there = grafana.board(uid)
    if there is not None:
        kept = {key: value for key, value in there["dashboard"].items() if key not in _ITS_OWN}
        if kept == wanted and there["meta"].get("folderUid") == folder_uid:
            return Change("board", uid, title, "unchanged")
    grafana.save_board(wanted, folder_uid)
    return Change("board", uid, title, "created" if there is None else "updated")


def _rest(grafana: Grafana, ours: set[str], folder_uid: str, remove: bool) -> list[Change]:
    rest = [one for one in grafana.boards(TAG, folder_uid) if one["uid"] not in ours]
    if remove:
        for one in rest:
            grafana.remove_board(one["uid"])
    outcome: Outcome = "removed" if remove else "not in code"
    return [Change("board", one["uid"], one["title"], outcome) for one in rest]
