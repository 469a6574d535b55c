"""The OpenAPI document of the front door, out of the types and the table of answers."""

from functools import cache
from typing import Any

import msgspec

from coldchain.custody import CustodyEvent
from coldchain.frames import QUANTITIES, Frame

from .answers import REFUSALS, RETRIED, Accepted, Problem
from .reading import JSON, LINES

_REF = "#/components/schemas/{name}"
_ITEMS: dict[str, tuple[type, str]] = {
    "frames": (Frame, "Telemetry frames of the device whose token it is"),
    "custody": (CustodyEvent, "Custody scans made at the device whose token it is"),
}
_PROBES = {
    "/healthz": ("Whether the process lives", {"200": "It does"}),
    "/readyz": (
        "Whether a request of the largest size can be kept: in Kafka, or in the spool",
        {"200": "It can", "503": "It can't: not straight to Kafka, and the spool as good as full"},
    ),
}

_LEAP = "20([02468][048]|[13579][26])"
#: A date that is one, a time, a zone. Before 2000 nothing was scanned.
DATE_TIME = (
    r"^(20[0-9]{2}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
    r"|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
    rf"|{_LEAP}-02-29)"
    r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,6})?"
    r"(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
)

#: What no schema can say; it is told.
_UNSAID = (
    "\n\n    As many values as times, no channel twice in a frame, no sample after 2262, and whole"
    " numbers\n    without a decimal point: a schema can't say so."
)


@cache
def document() -> dict[str, Any]:
    """The document, OpenAPI 3.1."""
    kinds = [*(kind for kind, _ in _ITEMS.values()), Accepted, Problem]
    _, schemas = msgspec.json.schema_components(kinds, ref_template=_REF)
    _tighten(schemas["Channel"])
    schemas["CustodyEvent"]["properties"]["at"] |= {
        "format": "date-time",
        "pattern": DATE_TIME,
        "description": "RFC 3339, seconds and zone said; not ahead of the clock here",
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Coldchain: the front door",
            "version": "1",
            "description": "Telemetry and custody scans in. 202 means kept: in Kafka, confirmed by"
            " all replicas, or on disk. Sending the same again is harmless.",
        },
        "paths": {
            **{f"/v1/{name}": _post(name, *_ITEMS[name]) for name in _ITEMS},
            **{path: _probe(*told) for path, told in _PROBES.items()},
            "/metrics": {
                "get": {
                    "summary": "Counters, for Prometheus",
                    "responses": {
                        "200": {
                            "description": "Prometheus' text format",
                            "content": {"text/plain": {"schema": {"type": "string"}}},
                        }
                    },
                }
            },
            "/openapi.json": _probe("This document", {"200": "OpenAPI 3.1"}),
        },
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _post(name: str, kind: type, summary: str) -> dict[str, Any]:
    one = {"$ref": _REF.format(name=kind.__name__)}
    many = {"type": "array", "items": one, "minItems": 1}
    refusals = {str(status): _refusal(status, told) for status, (_, told) in REFUSALS.items()}
    accepted = {
        "description": "Those counted are kept; those refused are in the dead letters",
        "content": _content("Accepted"),
    }
    return {
        "post": {
            "operationId": name,
            "summary": summary,
            "security": [{"token": []}],
            "requestBody": {
                "required": True,
                "content": {
                    JSON: {"schema": {"anyOf": [one, many]}},
                    LINES: {
                        "schema": {"type": "string", "description": f"{kind.__name__}: one a line"}
                    },
                },
            },
            "responses": {"202": accepted, **refusals},
        }
    }


def _refusal(status: int, told: str) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if status in RETRIED:
        about, schema = "Seconds to wait", {"type": "integer", "minimum": 1}
        headers["Retry-After"] = {"description": about, "schema": schema, "required": True}
    if status == 401:
        headers["WWW-Authenticate"] = {"schema": {"type": "string"}, "required": True}
    extra = {"headers": headers} if headers else {}
    return {"description": told, "content": _content("Problem"), **extra}


def _probe(summary: str, answers: dict[str, str]) -> dict[str, Any]:
    body = {JSON: {"schema": {"type": "object"}}}
    responses = {code: {"description": told, "content": body} for code, told in answers.items()}
    return {"get": {"summary": summary, "responses": responses}}


def _content(name: str) -> dict[str, Any]:
    return {JSON: {"schema": {"$ref": _REF.format(name=name)}}}


def _tighten(channel: dict[str, Any]) -> None:
    """What the type does not say, and the check asks for, so far as a schema can say it."""
    channel["description"] += _UNSAID
    name = channel["properties"]["name"]
    name["pattern"] = name["pattern"].replace("[a-z]+", f"({'|'.join(sorted(QUANTITIES))})")
    evenly = {"start": {"type": "integer"}, "step": {"type": "integer"}, "at": {"type": "null"}}
    at_times = {"at": {"type": "array"}, "start": {"type": "null"}, "step": {"type": "null"}}
    channel["oneOf"] = [
        {"required": ["start", "step"], "properties": evenly},
        {"required": ["at"], "properties": at_times},
    ]
