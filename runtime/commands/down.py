"""`coldchain down`: stop what `coldchain up` started."""

from typing import Annotated

import typer


def run(
    delete_data: Annotated[
        bool, typer.Option("--delete-data", help="Remove what Kafka and InfluxDB stored, too.")
    ] = False,
) -> None:
    """Stop the local servers, cleanly. Where none are up, nothing happens.

    Example: `coldchain down`
    """
    from runtime.servers.background import take_down

    were_up = take_down(delete_data)
    typer.echo("The servers are down." if were_up else "No servers were up.", err=True)
