"""`coldchain up`: local servers that outlive the command."""

import json
import os
import shlex
from typing import Annotated

import typer

from runtime.servers.local import Choice


def run(
    servers: Annotated[
        Choice, typer.Option(help="Containers, native processes, or what this machine has.")
    ] = "auto",
    kafka_port: Annotated[int | None, typer.Option(help="Kafka's port; else a free one.")] = None,
    influxdb_port: Annotated[
        int | None, typer.Option(help="InfluxDB's port; else a free one.")
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the settings as one JSON object.")
    ] = False,
) -> None:
    """Start Kafka and InfluxDB in the background, topics and bucket made. Twice is harmless.

    Prints the settings for other programs; `coldchain` itself finds these servers without them.

    Example: `eval "$(coldchain up)"`, or `coldchain up --json`
    """
    from runtime.ready import make_ready, settings_of
    from runtime.servers.background import bring_up
    from runtime.settings import load_settings

    settings = load_settings()
    wanted = {
        name: port
        for name, port in (("kafka", kafka_port), ("influxdb", influxdb_port))
        if port is not None
    }
    running, started = bring_up(servers, wanted)
    topics = make_ready(*settings_of(running.environment, settings.kafka, settings.series))
    shadowed = [
        name for name, value in running.environment.items() if os.environ.get(name, value) != value
    ]
    typer.echo(
        f"{running.kind} servers {'are up' if started else 'were up already'}; "
        f"{len(topics)} topics made. `coldchain down` stops them.",
        err=True,
    )
    if shadowed:
        typer.echo(f"Mind that {', '.join(shadowed)} in the environment say otherwise.", err=True)
    if as_json:
        typer.echo(json.dumps(running.environment, indent=1))
        return
    for name, value in running.environment.items():
        typer.echo(f"export {name}={shlex.quote(value)}")
