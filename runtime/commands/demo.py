"""`coldchain demo`: the main job, start to end, on real servers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runtime.errors import UserError
from runtime.servers.local import Choice

if TYPE_CHECKING:
    from rich.console import Console

    from runtime.demo.play import Stage, Telling
    from runtime.demo.summary import Summary


def run(
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the servers up, and say where everything is.")
    ] = False,
    outage: Annotated[
        float, typer.Option(help="Stop InfluxDB for so many seconds in the middle.", min=0)
    ] = 0.0,
    scenario: Annotated[
        str, typer.Option(help="A scenario of the library, or a TOML file.")
    ] = "demo-morning",
    speed: Annotated[float, typer.Option(help="How many times real time.", min=1)] = 360.0,
    servers: Annotated[
        Choice, typer.Option(help="Containers, native processes, or what this machine has.")
    ] = "auto",
    out: Annotated[Path, typer.Option(help="Where the summary and logs go.")] = Path("demo-out"),
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")] = False,
) -> None:
    """A city's morning: emulate, process, alert, ask the boards; ends by itself with a summary.

    Exit status 0 when everything sent is stored, every seeded fault was found and told, and
    nothing else was; 1 when not.

    Example: `coldchain demo --outage 20`, or `coldchain demo --keep`
    """
    from rich.console import Console

    import sensor_emulator as emulator
    from runtime.demo.lag import Behind
    from runtime.demo.play import play
    from runtime.servers.progress import progress

    if keep and outage:
        raise UserError("--outage stops a server, which --keep leaves to others: give one of them")
    console = Console(stderr=True, highlight=False)
    try:
        with _stage(keep, servers, out) as stage, progress("emulating", 1.0, console) as advance:
            summary = play(stage, scenario, speed, outage, _telling(console, advance))
    except Behind as error:
        raise UserError(f"{error}; see {out / 'worker.log'}") from None
    except (emulator.ScenarioError, emulator.TargetError) as error:
        raise UserError(str(error)) from None
    _report(summary, out, as_json)
    if keep:
        _say_where(stage, console)
    if summary.problems:
        raise typer.Exit(1)


@contextmanager
def _stage(keep: bool, servers: Choice, out: Path) -> Iterator["Stage"]:
    """Servers with topics and bucket of this demo's own."""
    import time
    from dataclasses import replace

    from runtime.demo.play import Stage
    from runtime.ready import make_ready, settings_of
    from runtime.servers import Servers, local_servers
    from runtime.servers.background import bring_up
    from runtime.settings import load_settings

    settings = load_settings()
    if keep:
        running, _ = bring_up(servers, {})
        kafka, series = settings_of(running.environment, settings.kafka, settings.series)
        name = f"demo-{time.strftime('%Y%m%d-%H%M%S')}"
        kafka, series = replace(kafka, prefix=f"{name}."), replace(series, bucket=name)
        make_ready(kafka, series)
        yield Stage("docker" if running.kind == "docker" else "native", kafka, series, out)
        return

    def prepare(started: Servers) -> None:
        make_ready(*settings_of(started.environment, settings.kafka, settings.series))

    with local_servers(servers, prepare=prepare) as started:
        kafka, series = settings_of(started.environment, settings.kafka, settings.series)
        yield Stage(started.kind, kafka, series, out, {"influxdb": started.influxdb})


def _telling(console: "Console", advance: object) -> "Telling":
    from rich.markup import escape

    from coldchain.records import ExcursionRecord
    from runtime.demo.phone import Received
    from runtime.demo.play import Telling

    def record(one: ExcursionRecord) -> None:
        if one.state == "opened" or (one.state == "closed" and one.confirmed is None):
            return  # seen on boards, never told to a person
        style = "red" if one.severity == "critical" else "yellow"
        console.print(
            f"[{style}]{one.state:9}[/] {escape(one.device)} {escape(one.channel)} "
            f"{one.limit}: {one.minutes:.0f} min beyond, peak {one.peak:.1f} °C"
        )

    def message(one: Received) -> None:
        console.print(f"[cyan]{one.to:9}[/] {escape(one.title)}")
        for line in one.body.splitlines():
            console.print(f"          {escape(line)}", style="dim")

    return Telling(
        line=lambda text: console.print(f"[bold]demo[/]      {escape(text)}"),
        record=record,
        message=message,
        share=advance,  # type: ignore[arg-type]
    )


def _report(summary: "Summary", out: Path, as_json: bool) -> None:
    import msgspec

    if as_json:
        typer.echo(msgspec.json.format(msgspec.json.encode(summary), indent=1))
        return
    found = sum(bool(one["found"]) for one in summary.faults)
    typer.echo(
        f"\n{summary.readings_sent:,} readings sent in {summary.frames:,} frames, "
        f"{summary.readings_stored:,} stored, {summary.rejected} rejected\n"
        f"{found} of {len(summary.faults)} faults found, {len(summary.excursions)} excursions "
        f"confirmed, {len(summary.messages)} messages delivered\n"
        f"{summary.panels} panels answered, the slowest in {summary.slowest_panel_ms:.0f} ms\n"
        f"{summary.seconds:.0f} s on {summary.servers} servers; all of it: {out / 'summary.json'}"
    )
    for problem in summary.problems:
        typer.echo(f"not as it should be: {problem}")


def _say_where(stage: "Stage", console: "Console") -> None:
    console.print(
        f"\nThe servers stay up. Kafka: {stage.kafka.servers}, topics {stage.kafka.prefix}…; "
        f"InfluxDB: {stage.series.url}, bucket {stage.series.bucket}.\n"
        f"To use them from `coldchain`:\n"
        f"  export COLDCHAIN_KAFKA_PREFIX={stage.kafka.prefix} "
        f"COLDCHAIN_INFLUXDB_BUCKET={stage.series.bucket}\n"
        f"  coldchain dashboards check\n"
        f"`coldchain down` stops them."
    )
