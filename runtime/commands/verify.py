"""`coldchain verify`: a bundle checked offline."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from runtime.errors import UserError

if TYPE_CHECKING:
    from audit.seals import SignedSeal
    from audit.verify_set import VerifiedSet

Language = Literal["zh-CN", "en"]

EXIT_NOT_PROVED = 1


def run(
    bundle: Annotated[
        Path, typer.Argument(help="A bundle, as `coldchain audit record --as bundle` writes it.")
    ],
    key: Annotated[
        Path | None,
        typer.Option(help="The archive's public key as published (PEM).", metavar="FILE"),
    ] = None,
    deposited: Annotated[
        Path | None,
        typer.Option(help="A day's seal as somebody else keeps it.", metavar="FILE"),
    ] = None,
    tsa_root: Annotated[
        Path | None,
        typer.Option(help="A time-stamping service's root certificate (PEM).", metavar="FILE"),
    ] = None,
    language: Annotated[
        Language | None, typer.Option(help="Of what is said; else as the settings say.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Check a bundle, offline: exit status 0 where it holds, 1 where anything is wrong.

    What is proved is said, and what is not. Without `--key` the bundle is checked against the key
    inside it: compare the fingerprint with the one that the archive publishes.

    Example: `coldchain verify 106141415115000596.bundle --key harbour-key.pem`
    """
    import json

    from audit.signing import public_from_pem
    from audit.timestamps import roots_of
    from audit.verify import verify
    from audit.verify_set import is_set, verify_set
    from runtime.settings import load_settings

    chosen: Language = language or ("en" if load_settings().people.language == "en" else "zh-CN")
    packed = _bytes(bundle)
    trusted = None if key is None else public_from_pem(_bytes(key), str(key))
    kept = None if deposited is None else _seal(deposited)
    roots = [] if tsa_root is None else roots_of(_bytes(tsa_root), str(tsa_root))
    if is_set(packed):
        _tell_set(verify_set(packed, trusted, kept, roots), chosen, as_json)
        return
    found = verify(packed, trusted, kept, roots)
    verdict = None if found.dossier is None else found.dossier.record.verdict
    lists = {"proved": found.proved, "not_proved": found.not_proved, "faults": found.faults}
    if as_json:
        said = {
            name: [{"code": one.code, "text": one.text(chosen)} for one in statements]
            for name, statements in lists.items()
        }
        head = {"holds": found.holds, "parcel": found.parcel, "verdict": verdict}
        typer.echo(json.dumps({**head, **said}, ensure_ascii=False))
    else:
        for name, statements in lists.items():
            for one in statements:
                typer.echo(f"{_SIGNS[name]} {_NAMES[chosen][name]}  {one.text(chosen)}")
        holds = "holds" if trusted is not None else "holds-by-itself"
        typer.echo(_NAMES[chosen][holds if found.holds else "fails"].format(parcel=found.parcel))
    if not found.holds:
        raise typer.Exit(EXIT_NOT_PROVED)


def _tell_set(found: "VerifiedSet", chosen: Language, as_json: bool) -> None:
    """A consignment's bundle: each parcel in a line, what is wrong in full."""
    import json

    if as_json:
        parcels = {
            parcel: {
                "holds": one.holds,
                "verdict": None if one.dossier is None else one.dossier.record.verdict,
                "proved": [each.code for each in one.proved],
                "not_proved": [each.code for each in one.not_proved],
                "faults": [each.text(chosen) for each in one.faults],
            }
            for parcel, one in found.parcels.items()
        }
        faults = [each.text(chosen) for each in found.faults]
        said = {"holds": found.holds, "name": found.name, "faults": faults, "parcels": parcels}
        typer.echo(json.dumps(said, ensure_ascii=False))
    else:
        names = _NAMES[chosen]
        for statement in found.proved:
            typer.echo(f"{_SIGNS['proved']} {names['proved']}  {statement.text(chosen)}")
        for parcel, one in found.parcels.items():
            verdict = "-" if one.dossier is None else one.dossier.record.verdict
            sign = "proved" if one.holds else "faults"
            typer.echo(f"{_SIGNS[sign]} {names[sign]}  {parcel}: {verdict}")
            for fault in one.faults:
                typer.echo(f"    {fault.text(chosen)}")
        unproved = {s.text(chosen) for one in found.parcels.values() for s in one.not_proved}
        for text in sorted(unproved):
            typer.echo(f"{_SIGNS['not_proved']} {names['not_proved']}  {text}")
        for statement in found.faults:
            typer.echo(f"{_SIGNS['faults']} {names['faults']}  {statement.text(chosen)}")
        end = "set-holds" if found.holds else "fails"
        typer.echo(names[end].format(name=found.name, count=len(found.parcels)))
    if not found.holds:
        raise typer.Exit(EXIT_NOT_PROVED)


def _seal(path: Path) -> "SignedSeal":
    from audit.seals import SealError, decode_signed

    try:
        return decode_signed(_bytes(path))
    except SealError as error:
        raise UserError(f"{path}: {error}") from None


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"{path} can't be read: {error.strerror}") from None


_SIGNS = {"proved": "+", "not_proved": "?", "faults": "!"}
_NAMES: dict[Language, dict[str, str]] = {
    "en": {
        "proved": "proved    ",
        "not_proved": "not proved",
        "faults": "WRONG     ",
        "holds": "The bundle of parcel {parcel} holds.",
        "holds-by-itself": "The bundle of parcel {parcel} holds by the key inside it;"
        " whose key that is, nothing here shows.",
        "set-holds": "The bundle of {name} holds: {count} parcels.",
        "fails": "The bundle does not hold.",
    },
    "zh-CN": {
        "proved": "已证明",
        "not_proved": "未证明",
        "faults": "有误  ",
        "holds": "包裹 {parcel} 的证据包成立。",
        "holds-by-itself": "包裹 {parcel} 的证据包按其所含密钥成立；该密钥归谁所有，此处未证明。",
        "set-holds": "{name} 的证据包成立：{count} 件包裹。",
        "fails": "证据包不成立。",
    },
}
