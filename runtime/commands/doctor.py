"""`coldchain doctor`: what is wrong here, and how to mend it."""

from typing import Annotated

import typer


def run(
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Look at everything that the servers rest on, and say what to do: exit 0 when all is well.

    Example: `coldchain doctor`
    """
    from runtime.audit_health import archive
    from runtime.findings import report
    from runtime.health import DOCTOR
    from runtime.worker_health import workers

    raise typer.Exit(report((*DOCTOR, workers, archive), as_json))
