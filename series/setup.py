"""Making the store ready: the bucket (a database in 1.8) and how long it keeps."""

import msgspec

from .http import Answer, Connection
from .reader import name
from .settings import SeriesSettings

DAY_S = 86_400

#: How many days a 1.8's shard spans, by the least days of retention; it may not outlast what is
#: kept, and is dropped whole.
_SHARD_DAYS = ((180, 7), (2, 1))


class SetupError(Exception):
    """InfluxDB would not make the bucket; the message says what it said."""


class _Health(msgspec.Struct):
    version: str = ""


class _Named(msgspec.Struct):
    id: str
    name: str


class _Buckets(msgspec.Struct):
    buckets: list[_Named] = []


class _Orgs(msgspec.Struct):
    orgs: list[_Named] = []


def version(settings: SeriesSettings) -> str:
    """What the server says it is (`v2.7.10`; a 1.8 may say `unknown`). Raises Unreachable."""
    connection = Connection(settings)
    try:
        answer = connection.request("GET", "/health")
        return msgspec.json.decode(answer.body, type=_Health).version
    except msgspec.DecodeError:
        return "unknown"
    finally:
        connection.close()


def is_second(said: str) -> bool:
    """Whether a version said is of InfluxDB 2."""
    return said.removeprefix("v").startswith("2")


def ensure_bucket(settings: SeriesSettings) -> None:
    """Make the bucket if there is none, and set how long it keeps. Safe to call again.

    Raises Unreachable, SetupError.
    """
    if is_second(version(settings)):
        _ensure_second(settings)
    else:
        _ensure_first(settings)


def _ensure_first(settings: SeriesSettings) -> None:
    days = settings.retention_days
    keep = f"{days}d" if days else "INF"
    shard = next((f"{span}d" for least, span in _SHARD_DAYS if days >= least or not days), "1h")
    database = name(settings.bucket)
    connection = Connection(settings)
    try:
        for statement in (
            f"CREATE DATABASE {database}",
            f'ALTER RETENTION POLICY "autogen" ON {database}'
            f" DURATION {keep} SHARD DURATION {shard} DEFAULT",
        ):
            answer = connection.request("POST", "/query", {"q": statement})
            if answer.status != 200 or b'"error"' in answer.body:
                raise SetupError(_said(answer))
    finally:
        connection.close()


def _ensure_second(settings: SeriesSettings) -> None:
    # 0 seconds is for ever; a list left empty would leave an existing bucket's rule as it is.
    rules = [{"type": "expire", "everySeconds": settings.retention_days * DAY_S}]
    connection = Connection(settings)
    json = {"Content-Type": "application/json"}
    try:
        found = connection.request(
            "GET", "/api/v2/buckets", {"name": settings.bucket, "org": settings.org}
        )
        buckets = (
            msgspec.json.decode(found.body, type=_Buckets).buckets if found.status == 200 else []
        )
        if buckets:
            body = msgspec.json.encode({"retentionRules": rules})
            path = f"/api/v2/buckets/{buckets[0].id}"
            answer = connection.request("PATCH", path, None, body, json)
        else:
            orgs = connection.request("GET", "/api/v2/orgs", {"org": settings.org})
            if orgs.status != 200:
                raise SetupError(_said(orgs))
            [org, *_] = msgspec.json.decode(orgs.body, type=_Orgs).orgs
            body = msgspec.json.encode(
                {"orgID": org.id, "name": settings.bucket, "retentionRules": rules}
            )
            answer = connection.request("POST", "/api/v2/buckets", None, body, json)
        if answer.status >= 300:
            raise SetupError(_said(answer))
    finally:
        connection.close()


def _said(answer: Answer) -> str:
    return f"status {answer.status}: {answer.body.decode(errors='replace').strip()[:300]}"
