"""The contracts: JSON Schemas of every record and the front door's OpenAPI document, generated
from their types into docs/contracts/.

python -m runtime.contracts            write them
python -m runtime.contracts --check    say which differ, and exit 1 if any does
"""

import json
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from audit.alert_history import Line as AlertLine
from audit.dossier import Dossier
from audit.inspections import Row as InspectionRow
from audit.seals import SignedSeal
from coldchain.alert_commands import Command
from coldchain.custody import CustodyEvent
from coldchain.evaluation import Evaluation
from coldchain.frames import Frame
from coldchain.parcel_records import AboardRecord, ParcelRecord
from coldchain.records import ConditionRecord, ExcursionRecord
from coldchain.registry import Registration
from coldchain.truth import Score, TruthFile
from coldchain.whole import Judged
from ingest.door.openapi import document

FOLDER = Path(__file__).parents[1] / "docs" / "contracts"
DOOR = "ingest.openapi.json"
KINDS = ("*.schema.json", "*.openapi.json")

#: File name -> the type, and where it is met.
CONTRACTS: dict[str, tuple[Any, str]] = {
    "frame": (Frame, "a record of coldchain.frames"),
    "registration": (Registration, "a record of coldchain.registry"),
    "custody-event": (CustodyEvent, "a record of coldchain.custody"),
    "excursion": (ExcursionRecord, "a record of coldchain.excursions"),
    "condition": (ConditionRecord, "a record of coldchain.excursions that has a rule"),
    "parcel": (ParcelRecord, "a record of coldchain.parcels"),
    "aboard": (AboardRecord, "a record of coldchain.aboard"),
    "alert-command": (Command, "a record of coldchain.alert-commands"),
    "truth": (TruthFile, "what coldchain emulate --truth writes"),
    "score": (Score, "what coldchain score --json prints"),
    "judged-folder": (Judged, "what coldchain evaluate DIR --json prints"),
    "seal": (SignedSeal, "a record of coldchain.seals"),
    "alert-history": (AlertLine, "a step of an alert, or who was told of it, as sealed"),
    "inspection": (InspectionRow, "what is entered at the inspector's desk, as sealed"),
    "record": (Dossier, "record.json of a bundle; coldchain audit record --as json"),
    "evaluation": (list[Evaluation], "what coldchain evaluate --json prints"),
}


def schemas() -> dict[str, str]:
    """Each contract's file name and text."""
    return {f"{name}.schema.json": _text(name, *CONTRACTS[name]) for name in CONTRACTS}


def texts() -> dict[str, str]:
    """Each file's name and text: the schemas, and what the front door answers to."""
    return {**schemas(), DOOR: json.dumps(document(), indent=2, ensure_ascii=False) + "\n"}


def stale(folder: Path = FOLDER) -> list[str]:
    """What in the folder is not as the types have it: file names, missing and left-over too."""
    wanted = texts()
    found = (file for kind in KINDS for file in folder.glob(kind))
    there = {file.name: file.read_text(encoding="utf-8") for file in found}
    names = sorted(wanted.keys() | there.keys())
    return [name for name in names if wanted.get(name) != there.get(name)]


def write(folder: Path = FOLDER) -> None:
    """Make the folder what the types have."""
    folder.mkdir(parents=True, exist_ok=True)
    wanted = texts()
    for name in stale(folder):
        if name in wanted:
            (folder / name).write_text(wanted[name], encoding="utf-8")
        else:
            (folder / name).unlink()


def _text(name: str, kind: Any, about: str) -> str:
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": name,
        "$comment": about,
        **msgspec.json.schema(kind),
    }
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def main(
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 if stale.")
    ] = False,
) -> None:
    """Write the JSON Schemas of all records, and the OpenAPI document, into docs/contracts/."""
    names = stale()
    if not check:
        write()
    for name in names:
        typer.echo(f"docs/contracts/{name}: {'stale' if check else 'written'}")
    if check and names:
        typer.echo("run: python -m runtime.contracts", err=True)
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
