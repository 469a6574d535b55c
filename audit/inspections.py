"""What people enter: samplings and their results, dispositions. Rows of the ledger, sealed.

Nothing is overwritten: a result that corrects another names it. People are pseudonymous ids.
Times are ISO 8601 UTC.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from coldchain.reasons import Language

from .errors import AuditError
from .sampling.plans import Level, Severity

Text = Annotated[str, Meta(max_length=1000)]
Who = Annotated[str, Meta(min_length=1, max_length=128)]
Id = Annotated[str, Meta(min_length=1, max_length=128)]
Decision = Literal["hold", "release", "reject"]


class _Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, tag_field="did"):
    v: Literal[1] = 1
    id: Id
    at: str
    by: Who


class Booked(_Row, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="booked"):
    """A slot for a lot's sampling. What is booked is the slot, never the parcels.

    By AQL (`aql`, `level`) or to accept on none (`confidence`, `nonconforming`: shares).
    `series` is the run of lots that the switching rules follow; empty: a lot by itself.
    """

    lot: Id
    slot: str
    place: Text = ""
    series: str = ""
    level: Level = "II"
    aql: float | None = None
    confidence: float | None = None
    nonconforming: float | None = None


class Frozen(_Row, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="frozen"):
    """The lot's list, frozen, and the plan it gives; the seed is committed to by its SHA-256."""

    parcels: list[str]
    list_sha256: str
    seed_sha256: str
    severity: Severity
    size: int
    accept: int
    letter: str = ""


class Opened(_Row, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="opened"):
    """The van is open: the seed is revealed, and what it draws. `picked` are by risk, with
    reasons: a list apart, outside accept and reject numbers."""

    seed: str
    drawn: list[str]
    picked: dict[str, str] = {}


class Result(_Row, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="result"):
    """What was found of one parcel. `corrects` names the result that this one stands for now."""

    sampling: Id
    parcel: Id
    samplers: Annotated[list[Who], Meta(min_length=2, max_length=2)]
    seals: list[str]
    retained: Text = ""
    conforming: bool
    celsius: float | None = None
    findings: Text = ""
    corrects: str = ""


class Decided(_Row, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="decided"):
    """The lot is accepted or not, by so many nonconforming of its sample."""

    nonconforming: int
    accepted: bool


class Switched(_Row, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="switched"):
    """A person lets a series go over: to reduced inspection, or on after it was stopped."""

    series: Id
    to: Literal["reduced", "tightened"]
    reason: Text


class Disposition(_Row, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="disposition"):
    """A named person's decision on a parcel, apart from what was measured.

    `signature` is Ed25519 over this row without it, by the key of fingerprint `key`. Where that is
    the person's own, `public` is the key (hex), and `vouched` the word of the archive's key
    `vouched_by` that it is theirs (audit/people.py).
    """

    parcel: Id
    decision: Decision
    role: Who
    reason: Annotated[str, Meta(min_length=1, max_length=1000)]
    key: str = ""
    signature: str = ""
    public: str = ""
    vouched_by: str = ""
    vouched: str = ""


class Shared(_Row, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="shared"):
    """Another authority (`to`) may see these parcels' records until then, by a link."""

    to: Who
    parcels: Annotated[list[Id], Meta(min_length=1, max_length=1000)]
    until: str
    reason: Annotated[str, Meta(min_length=1, max_length=1000)]


class Viewed(_Row, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="viewed"):
    """What was seen over such a link, each time."""

    share: Id
    what: Text


class Withdrawn(_Row, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="withdrawn"):
    """Such a link holds no longer."""

    share: Id
    reason: Text = ""


class Pruned(_Row, frozen=True, kw_only=True, forbid_unknown_fields=True, tag="pruned"):
    """Shards older than their goods' profiles ask for were removed, all of before `until`."""

    shards: int
    entries: int
    until: str


Row = (
    Booked
    | Frozen
    | Opened
    | Result
    | Decided
    | Switched
    | Disposition
    | Shared
    | Viewed
    | Withdrawn
    | Pruned
)

_decoder: msgspec.json.Decoder[Row] = msgspec.json.Decoder(Row)


def encode_row(row: Row) -> bytes:
    return msgspec.json.encode(row)


def entry(row: Row) -> bytes:
    """A row as the ledger takes it: what could not be read back would be there for ever.

    Raises AuditError.
    """
    raw = encode_row(row)
    try:
        decode_row(raw)
    except msgspec.DecodeError as error:
        raise AuditError(f"this can't be entered: {error}") from None
    return raw


def decode_row(raw: bytes) -> Row:
    """Raises msgspec.DecodeError."""
    return _decoder.decode(raw)


_SENTENCES: Mapping[type, Mapping[Language, str]] = {
    Booked: {
        "en": "{at} {by}: sampling {id} booked for lot {lot}, {slot}",
        "zh-CN": "{at} {by}：为批 {lot} 预约抽检 {id}，时段 {slot}",
    },
    Frozen: {
        "en": "{at} {by}: list frozen, {count} parcels (SHA-256 {list_sha256:.16}…); {size} to be"
        " drawn, accepted at {accept} nonconforming",
        "zh-CN": "{at} {by}：清单冻结，共 {count} 件（SHA-256 {list_sha256:.16}…）；抽取 {size}"
        " 件，接收数 {accept}",
    },
    Opened: {
        "en": "{at} {by}: opened, {count} parcels drawn in sampling {id}",
        "zh-CN": "{at} {by}：开箱，抽检 {id} 抽取 {count} 件",
    },
    Result: {
        "en": "{at} {by}: {word} in sampling {sampling}{celsius}; samplers {samplers}; seals"
        " {seals}; retained {retained}. {findings}",
        "zh-CN": "{at} {by}：抽检 {sampling} {word}{celsius}；抽样人 {samplers}；封签 {seals}；"
        "留样 {retained}。{findings}",
    },
    Decided: {
        "en": "{at} {by}: lot {word}, {nonconforming} nonconforming",
        "zh-CN": "{at} {by}：批{word}，不合格 {nonconforming} 件",
    },
    Switched: {
        "en": "{at} {by}: series {series} goes over to {to} inspection: {reason}",
        "zh-CN": "{at} {by}：系列 {series} 转为{to}检验：{reason}",
    },
    Disposition: {
        "en": "{at} {by} ({role}): {word}. {reason}",
        "zh-CN": "{at} {by}（{role}）：{word}。{reason}",
    },
    Shared: {
        "en": "{at} {by}: {count} parcels shown to {to} until {until}: {reason}",
        "zh-CN": "{at} {by}：向 {to} 开放 {count} 件包裹的记录，至 {until}：{reason}",
    },
    Viewed: {
        "en": "{at} {by} looked at {what}",
        "zh-CN": "{at} {by} 查看了 {what}",
    },
    Pruned: {
        "en": "{at} {by}: {shards} shards ({entries} entries) removed after their retention, up to"
        " {until}",
        "zh-CN": "{at} {by}：按保存期限删除 {shards} 个分片（{entries} 条），至 {until}",
    },
    Withdrawn: {
        "en": "{at} {by}: withdrawn. {reason}",
        "zh-CN": "{at} {by}：收回。{reason}",
    },
}
_WORDS: Mapping[Language, Mapping[object, str]] = {
    "en": {
        True: "conforming",
        False: "nonconforming",
        "hold": "held",
        "release": "released",
        "reject": "rejected",
        "accepted": "accepted",
        "refused": "not accepted",
        "reduced": "reduced",
        "tightened": "tightened",
    },
    "zh-CN": {
        True: "合格",
        False: "不合格",
        "hold": "扣留",
        "release": "放行",
        "reject": "拒收",
        "accepted": "接收",
        "refused": "不接收",
        "reduced": "放宽",
        "tightened": "加严",
    },
}


def sentence(raw: bytes, language: Language, local: Callable[[str], str]) -> str:
    """A row as a person reads it; `local` tells a time as their clock has it."""
    row = decode_row(raw)
    words = _WORDS[language]
    values: dict[str, object] = {**msgspec.structs.asdict(row), "at": local(row.at)}
    if isinstance(row, Booked):
        values["slot"] = local(row.slot)
    elif isinstance(row, Frozen):
        values["count"] = len(row.parcels)
    elif isinstance(row, Opened):
        values["count"] = len(row.drawn)
    elif isinstance(row, Result):
        values |= {
            "word": words[row.conforming],
            "samplers": ", ".join(row.samplers),
            "seals": ", ".join(row.seals) or "–",
            "retained": row.retained or "–",
            "celsius": "" if row.celsius is None else f" ({row.celsius:g} °C)",
        }
    elif isinstance(row, Decided):
        values["word"] = words["accepted" if row.accepted else "refused"]
    elif isinstance(row, Switched):
        values["to"] = words[row.to]
    elif isinstance(row, Shared):
        values |= {"until": local(row.until), "count": len(row.parcels)}
    elif isinstance(row, Pruned):
        values["until"] = local(row.until)
    elif isinstance(row, Disposition):
        values["word"] = words[row.decision]
    return _SENTENCES[type(row)][language].format(**values).strip()
