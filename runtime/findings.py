"""Findings shown: to a person as lines, to a program as JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict

import typer
from rich.console import Console
from rich.text import Text

from .health import Finding, Look
from .settings import load_settings

_MARKS = {"well": ("ok", "green"), "note": ("--", "yellow"), "bad": ("!!", "red bold")}


def report(looks: Sequence[Look], as_json: bool) -> int:
    """Look at all of these and show what was found; the exit status: 0 well, 1 not."""
    settings = load_settings()
    findings: list[Finding] = []
    console = Console(highlight=False, soft_wrap=True)
    for look in looks:
        finding = look(settings)
        findings.append(finding)
        if not as_json:  # each at once: some looks take seconds
            mark, style = _MARKS[finding.state]
            console.print(Text(f"{mark}  {finding.what}: {finding.said}", style=style))
            if finding.mend:
                console.print(Text(f"    -> {finding.mend}"))
    well = not any(finding.state == "bad" for finding in findings)
    if as_json:
        typer.echo(
            json.dumps({"well": well, "findings": [asdict(one) for one in findings]}, indent=1)
        )
    return 0 if well else 1
