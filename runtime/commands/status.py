"""`coldchain status`: what runs where, and how it is."""

from typing import Annotated

import typer


def run(
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """What runs where and how it is: exit status 0 when all is well, else 1.

    Looks at the servers that the settings name: those of `coldchain up` where they say nothing.

    Example: `coldchain status --json`
    """
    from runtime.findings import report
    from runtime.health import STATUS
    from runtime.worker_health import workers

    raise typer.Exit(report((*STATUS, workers), as_json))
