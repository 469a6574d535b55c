"""A Grafana by its HTTP API, through grafana-api: what push needs and no more.

The data source goes by its uid (the library's calls by number are gone from new Grafanas).
"""

from typing import Any
from urllib.parse import urlsplit

import requests
from grafana_api.grafana_api import GrafanaClientError, GrafanaException
from grafana_api.grafana_face import GrafanaFace

from .settings import GrafanaSettings

Json = dict[str, Any]


class GrafanaError(Exception):
    """Grafana does not answer, or refuses; the message is one line that says what."""


class Grafana:
    """One Grafana. Every method raises GrafanaError."""

    def __init__(self, settings: GrafanaSettings) -> None:
        parts = urlsplit(settings.url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise GrafanaError(f"not a URL of Grafana: {settings.url!r}")
        if not settings.token:
            raise GrafanaError("Grafana asks for a service account's token, and there is none")
        path = parts.path.strip("/")
        self._url = settings.url
        self._face = GrafanaFace(
            settings.token,
            host=parts.hostname,
            port=parts.port,
            url_path_prefix=f"{path}/" if path else "",
            protocol=parts.scheme,
            timeout=settings.timeout,
        )

    def close(self) -> None:
        self._face.api.s.close()

    def folder(self, uid: str) -> Json | None:
        return self._find(self._face.folder.get_folder, uid)

    def make_folder(self, uid: str, title: str) -> None:
        self._do(self._face.folder.create_folder, title, uid)

    def rename_folder(self, uid: str, title: str, version: int) -> None:
        self._do(self._face.folder.update_folder, uid, title, version)

    def data_source(self, uid: str) -> Json | None:
        return self._find(self._face.api.GET, f"/datasources/uid/{uid}")

    def make_data_source(self, source: Json) -> None:
        self._do(self._face.datasource.create_datasource, source)

    def change_data_source(self, uid: str, source: Json) -> None:
        self._do(self._face.api.PUT, f"/datasources/uid/{uid}", source)

    def board(self, uid: str) -> Json | None:
        return self._find(self._face.dashboard.get_dashboard, uid)

    def save_board(self, board: Json, folder_uid: str) -> None:
        self._do(
            self._face.dashboard.update_dashboard,
            {"dashboard": {**board, "id": None}, "folderUid": folder_uid, "overwrite": True},
        )

    def remove_board(self, uid: str) -> None:
        self._do(self._face.dashboard.delete_dashboard, uid)

    def boards(self, tag: str, folder_uid: str) -> list[Json]:
        """The boards with a tag in a folder: `uid` and `title` of each."""
        found = self._do(self._face.api.GET, f"/search?type=dash-db&limit=5000&tag={tag}")
        return [one for one in found if one.get("folderUid") == folder_uid]

    def _find(self, call: Any, *given: Any) -> Json | None:
        """What a call finds, or None where Grafana has it not."""
        try:
            found: Json = self._do(call, *given)
        except GrafanaError as error:
            cause = error.__cause__
            if isinstance(cause, GrafanaClientError) and cause.status_code == 404:
                return None
            raise
        return found

    def _do(self, call: Any, *given: Any) -> Any:
        try:
            return call(*given)
        except GrafanaException as error:
            raise GrafanaError(f"Grafana at {self._url} refuses: {error}") from error
        except requests.RequestException as error:
            raise GrafanaError(
                f"Grafana at {self._url} does not answer: {type(error).__name__}"
            ) from error
