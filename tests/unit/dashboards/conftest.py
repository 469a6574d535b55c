"""A Grafana that keeps what it is given, and holds each request against Grafana's own OpenAPI."""

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jsonschema
import pytest

OPENAPI = Path(__file__).parents[4] / "shared" / "schemas" / "grafana-9.4-openapi3.json"
TOKEN = "glsa_secret"
Json = dict[str, Any]


class Contract:
    """Grafana's description of its API: which paths there are, and what a body looks like."""

    def __init__(self, document: Json) -> None:
        self._components = document["components"]
        self._paths = {tuple(path.split("/")): said for path, said in document["paths"].items()}

    def complaint(self, method: str, path: str, body: Any) -> str | None:
        """What is wrong with a request, or None."""
        operations = [
            said for parts, said in self._paths.items() if self._matches(parts, path.split("/"))
        ]
        named = [one[method.lower()] for one in operations if method.lower() in one]
        if not named:
            return f"no {method} {path} in the API"
        wanted = named[0].get("requestBody")
        if wanted is None:
            return None if body is None else f"{method} {path} takes no body"
        schema = wanted["content"]["application/json"]["schema"]
        whole = {**schema, "components": self._components}
        error = jsonschema.exceptions.best_match(
            jsonschema.Draft7Validator(whole).iter_errors(body)
        )
        return None if error is None else f"{method} {path}: {error.message}"

    @staticmethod
    def _matches(parts: tuple[str, ...], path: list[str]) -> bool:
        return len(parts) == len(path) and all(
            part == given or part.startswith("{") for part, given in zip(parts, path, strict=True)
        )


@dataclass
class FakeGrafana:
    """What it keeps, what it was asked (`GET /path`), and what was wrong with that."""

    contract: Contract
    url: str = ""
    folders: dict[str, Json] = field(default_factory=dict)
    sources: dict[str, Json] = field(default_factory=dict)
    boards: dict[str, tuple[Json, str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def changes(self) -> list[str]:
        """The requests that were no mere question."""
        return [one for one in self.asked if not one.startswith("GET ")]

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> Any:
        """What Grafana answers; None where it has it not."""
        match method, path.strip("/").split("/"):
            case "GET", ["folders", uid]:
                return self.folders.get(uid)
            case "POST", ["folders"]:
                self.folders[body["uid"]] = {**body, "id": 1, "version": 1}
                return self.folders[body["uid"]]
            case "PUT", ["folders", uid]:
                assert body["version"] == self.folders[uid]["version"]
                self.folders[uid] |= {"title": body["title"], "version": body["version"] + 1}
                return self.folders[uid]
            case "GET", ["datasources", "uid", uid]:
                return self.sources.get(uid)
            case ("POST", ["datasources"]) | ("PUT", ["datasources", "uid", _]):
                kept = {key: value for key, value in body.items() if key != "secureJsonData"}
                secure = dict.fromkeys(body.get("secureJsonData", {}), True)
                self.sources[body["uid"]] = {**kept, "id": 7, "secureJsonFields": secure}
                return {"message": "done"}
            case "GET", ["dashboards", "uid", uid]:
                if uid not in self.boards:
                    return None
                board, folder = self.boards[uid]
                return {"dashboard": board, "meta": {"folderUid": folder}}
            case "POST", ["dashboards", "db"]:
                board = body["dashboard"]
                version = self.boards.get(board["uid"], ({"version": 0}, ""))[0]["version"] + 1
                self.boards[board["uid"]] = (
                    {**board, "id": 3, "version": version},
                    body["folderUid"],
                )
                return {"uid": board["uid"], "version": version}
            case "DELETE", ["dashboards", "uid", uid]:
                del self.boards[uid]
                return {"title": uid}
            case "GET", ["search"]:
                [tag] = query["tag"]
                return [
                    {"uid": uid, "title": board["title"], "folderUid": folder}
                    for uid, (board, folder) in self.boards.items()
                    if tag in board["tags"]
                ]
        raise AssertionError(f"not asked of a Grafana so far: {method} {path}")


@pytest.fixture(scope="session")
def contract() -> Contract:
    if not OPENAPI.is_file():
        pytest.skip("Grafana's OpenAPI is not here: it is no part of the project (../shared)")
    return Contract(json.loads(OPENAPI.read_text(encoding="utf-8")))


@pytest.fixture
def grafana(contract: Contract) -> Iterator[FakeGrafana]:
    fake = FakeGrafana(contract)

    class Handler(BaseHTTPRequestHandler):
        def do_any(self) -> None:
            target = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            prefix = "/grafana/api"
            path = target.path.removeprefix(prefix)
            fake.asked.append(f"{self.command} {path}")
            complaint = fake.contract.complaint(self.command, path, body)
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                self.reply(401, {"message": "Invalid API key"})
            elif not target.path.startswith(prefix) or complaint is not None:
                fake.complaints.append(complaint or f"{target.path} is not under {prefix}")
                self.reply(400, {"message": fake.complaints[-1]})
            else:
                found = fake.answer(self.command, path, parse_qs(target.query), body)
                self.reply(200 if found is not None else 404, found or {"message": "not found"})

        do_GET = do_POST = do_PUT = do_DELETE = do_any  # noqa: N815 - the library's names

        def reply(self, status: int, body: Any) -> None:
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    fake.url = f"http://127.0.0.1:{server.server_port}/grafana/"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield fake
    server.shutdown()
    thread.join()
    server.server_close()
    assert fake.complaints == []
