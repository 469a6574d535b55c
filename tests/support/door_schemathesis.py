"""For schemathesis: what a schema can't say of a body that it calls valid is set right, no more.

Whole numbers are written without a point (to a schema 1.0 is one too); as many values as times; no
channel twice; no sample after 2262; a scan that is not to come; and lines of JSON, of which a
schema sees text only.
"""

from typing import Any

import msgspec
import schemathesis
from schemathesis import GenerationMode

from coldchain.frames import LATEST_MS

LINES = "application/x-ndjson"
FRAME = b'{"v":1,"device":"van-1","boot":1,"seq":1,"sent":1795413720500,"channels":[]}'
SCAN = b'{"id":"s1","parcel":"p1","act":"loaded","at":"2026-10-31T06:00:00Z","device":"van-1"}'


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Called by schemathesis before each request."""
    if case.method != "POST" or case.meta is None:
        return
    if case.meta.generation.mode is not GenerationMode.POSITIVE:
        return
    if case.media_type == LINES:
        case.body = FRAME + b"\n" + FRAME if case.path == "/v1/frames" else SCAN
        return
    for one in case.body if isinstance(case.body, list) else [case.body]:
        if isinstance(one, dict):
            _set_right(one)


def _set_right(item: dict[str, Any]) -> None:
    _whole(item, "v", "boot", "seq", "sent")
    for channel in item.get("channels", []):
        _whole(channel, "start", "step")
        if channel.get("at") is not None:
            channel["at"] = [int(at) for at in channel["at"]]
    channels = item.get("channels", [])
    named: dict[str, Any] = {channel["name"]: channel for channel in channels}
    if channels:
        item["channels"] = list(named.values())
    for channel in named.values():
        at, values = channel.get("at"), channel["values"]
        if at is not None:
            count = min(len(at), len(values))
            channel["at"], channel["values"] = at[:count], values[:count]
        elif channel["start"] + len(values) * channel["step"] > LATEST_MS:
            channel["start"] = 0
    if "at" in item and item["at"][:4] > "2024":
        item["at"] = "2024" + item["at"][4:]


def _whole(item: dict[str, Any], *names: str) -> None:
    for name in names:
        if isinstance(item.get(name), float):
            item[name] = int(item[name])


assert msgspec.json.decode(FRAME)["device"] == msgspec.json.decode(SCAN)["device"] == "van-1"
