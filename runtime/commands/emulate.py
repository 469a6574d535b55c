"""`coldchain emulate`: a city's sensors send, to Kafka, the front door or into a folder."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from runtime.errors import UserError

if TYPE_CHECKING:
    from sensor_emulator import Ledger, Progress, Scenario, Target, Truth
    from sensor_emulator.plan import Plan

UNITS = {"s": 1 / 60, "min": 1.0, "m": 1.0, "h": 60.0, "d": 1440.0}

Start = Literal["auto", "now", "scenario"]


def run(
    scenario: Annotated[
        str, typer.Option(help="A scenario of the library by its name, or a TOML file.")
    ] = "demo-morning",
    to: Annotated[
        str,
        typer.Option(
            help="`kafka`, a folder to write into, or the front door: http(s)://host:port, or the"
            " broker it listens to: mqtt(s)://host:port."
        ),
    ] = "kafka",
    tokens: Annotated[
        Path | None,
        typer.Option(help="The devices' tokens, as `coldchain ingest token issue` writes them."),
    ] = None,
    registry: Annotated[
        Path | None,
        typer.Option(help="Write its devices into this registry file, send nothing, and end."),
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Another day of the same city.")] = None,
    duration: Annotated[
        str | None, typer.Option(help="How much of it: `90s`, `40min`, `6h`, `2d`.")
    ] = None,
    speed: Annotated[
        str | None, typer.Option(help="Times real time, or `max`; a folder: `max`.")
    ] = None,
    truth: Annotated[
        Path | None, typer.Option(help="Write what really happened to this file.")
    ] = None,
    start: Annotated[
        Start,
        typer.Option(
            help="When its time begins: so that it ends about `now`, or on the `scenario`'s own"
            " date. A folder: `scenario`, so that one seed gives the same bytes."
        ),
    ] = "auto",
    profiles: Annotated[
        Path | None, typer.Option(help="A folder of profiles besides the shipped ones.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was sent as JSON.")] = False,
    list_scenarios: Annotated[
        bool, typer.Option("--list", help="List the library and the faults, and end.")
    ] = False,
) -> None:
    """Emulate vans, stores, lockers and parcels; send frames and scans. Ctrl-C ends it in order.

    Example: `coldchain emulate --scenario quiet-day --speed 60 --to kafka`, or
    `coldchain emulate --seed 3 --duration 2h --to city --truth city/truth.json`

    The front door has to know the devices and their tokens first:
    `coldchain emulate --registry devices.toml`, `coldchain ingest registry devices.toml`,
    `coldchain ingest token issue devices.toml --out tokens.json`, then
    `coldchain emulate --to http://127.0.0.1:8470 --tokens tokens.json`
    """
    import time

    import sensor_emulator as emulator
    from coldchain.profile_toml import ProfileError
    from runtime.commands.emulate_target import is_live, target_of
    from runtime.profiles import load_profiles
    from sensor_emulator.plan import plan

    if list_scenarios:
        _list()
        return
    try:
        known = load_profiles(profiles)
        chosen = _changed(emulator.load_scenario(scenario, known), known, seed, duration, speed)
        live = is_live(to)
        pace = chosen.speed if speed is not None or live else "max"
        at_end_now = start == "now" or (start == "auto" and live)
        now = time.time_ns() // 1_000_000
        start_ms = emulator.ends_now(chosen, pace, now) if at_end_now else chosen.start_ms
        if registry is not None:
            _write_registry(registry, chosen, start_ms)
            return
        book = emulator.Truth() if truth is not None else None
        _refuse_if_no_file(truth)
        _refuse_if_too_much(chosen, truth)
        target = target_of(to, tokens)
        try:
            planned = plan(chosen)
            ledger = _run(planned, target, known, start_ms, pace, book)
        finally:
            target.close()
    except (ProfileError, emulator.ScenarioError, emulator.TargetError) as error:
        raise UserError(str(error)) from None
    if truth is not None and book is not None:
        _write_truth(truth, book, planned, known, ledger, start_ms)
    _report(chosen, ledger, target, start_ms, as_json)
    if not ledger.complete:
        raise typer.Exit(130)


#: What an option changes, as a scenario calls it.
CHANGES = {"duration_minutes": "--duration", "speed": "--speed"}
#: What truth may keep of a run, bytes: the machine's memory is not asked for.
MOST_TRUTH = 6 * 1024**3


def _changed(
    scenario: "Scenario", profiles: Any, seed: int | None, duration: str | None, speed: str | None
) -> "Scenario":
    """The scenario with these options; refused by the same checks. Raises UserError."""
    from msgspec.structs import replace

    from sensor_emulator.scenario_checks import wrong

    changes: dict[str, Any] = {}
    if seed is not None:
        if seed < 0:
            raise UserError(f"--seed {seed}: a whole number from 0 on")
        changes["seed"] = seed
    if duration is not None:
        changes["duration_minutes"] = _minutes(duration)
    if speed is not None:
        changes["speed"] = _speed(speed)
    changed = replace(scenario, **changes)
    for key, said in wrong(changed, profiles, is_cut_short=duration is not None):
        raise UserError(f"{CHANGES.get(key, key)}: {said}")
    return changed


def _minutes(text: str) -> float:
    number = text.rstrip("abcdefghijklmnopqrstuvwxyz")
    try:
        minutes = float(number) * UNITS[text[len(number) :]]
    except (ValueError, KeyError):
        minutes = 0.0
    if not 0 < minutes < 400 * 1440:
        raise UserError(f"--duration {text!r}: write it as 90s, 40min, 6h or 2d")
    return minutes


def _speed(text: str) -> float | Literal["max"]:
    if text == "max":
        return "max"
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise UserError(f"--speed {text!r}: a number of times real time, such as 60, or max")
    return speed


def _run(
    planned: "Plan",
    target: "Target",
    profiles: Any,
    start_ms: int,
    speed: Any,
    book: Any,
) -> "Ledger":
    """The run; Ctrl-C and SIGTERM end it between two frames."""
    import signal
    import threading
    import time

    import sensor_emulator as emulator
    from runtime.servers.progress import progress

    stop = threading.Event()

    def end(*_: Any) -> None:
        """In order; a second Ctrl-C ends it at once, whatever has not arrived."""
        stop.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM)}
    began, done = time.monotonic(), 0.0
    try:
        with progress("emulating", 1.0) as advance:

            def show(now: "Progress") -> None:
                nonlocal done
                rate = now.readings / max(time.monotonic() - began, 1e-3)
                note = f"{now.readings:,} readings, {now.frames:,} frames, {rate:,.0f} readings/s"
                waiting = getattr(target, "waiting", 0)
                note += f", {waiting:,} waiting" if waiting else ""
                advance(now.share - done, note)
                done = now.share

            return emulator.run(
                planned.scenario,
                target,
                profiles=profiles,
                planned=planned,
                start_ms=start_ms,
                speed=speed,
                on_progress=show,
                stop=stop,
                truth=book,
            )
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _write_registry(path: Path, scenario: "Scenario", start_ms: int) -> None:
    from coldchain.registry_toml import dumps
    from sensor_emulator.plan import plan

    registrations = plan(scenario).fleet.registrations(start_ms)
    try:
        path.write_text(dumps(registrations), encoding="utf-8")
    except OSError as error:
        raise UserError(f"--registry {path}: {error.strerror}; give a file to write") from None
    typer.echo(f"{len(registrations):,} devices in {path}.")


def _refuse_if_no_file(truth: Path | None) -> None:
    """Said before the run rather than after it. Leaves no file that was not there."""
    if truth is None:
        return
    try:
        truth.parent.mkdir(parents=True, exist_ok=True)
        was_there = truth.exists()
        truth.open("ab").close()
        if not was_there:
            truth.unlink()
    except OSError as error:
        raise UserError(f"--truth {truth}: {error.strerror}; give a file to write") from None


def _refuse_if_too_much(scenario: "Scenario", truth: Path | None) -> None:
    """Truth keeps nine bytes a compartment and step of the model until the end."""
    if truth is None:
        return
    boxes = sum(one.count * len(one.rooms()) for one in scenario.fleet.values())
    steps = scenario.duration_ms // scenario.step_ms
    if boxes * steps * 9 > MOST_TRUTH:
        raise UserError(
            f"--truth: {boxes:,} compartments for {steps:,} steps take"
            f" {boxes * steps * 9 / 1024**3:,.0f} GiB, at most {MOST_TRUTH / 1024**3:.0f} GiB is"
            " kept; shorten it with --duration, or make the fleet smaller"
        )


def _write_truth(
    path: Path, book: "Truth", planned: "Plan", profiles: Any, ledger: "Ledger", start_ms: int
) -> None:
    """Whole or not at all: Ctrl-C while it is judged leaves the file as it was."""
    import msgspec

    from runtime.servers.progress import progress

    shift, done = start_ms - planned.scenario.start_ms, 0.0
    with progress("judging the truth", 1.0) as advance:

        def show(share: float) -> None:
            nonlocal done
            advance(share - done, f"{share:.0%} of the channels")
            done = share

        document = book.document(planned, profiles, ledger.counts, shift, show)
    half = path.with_name(path.name + ".part")
    try:
        half.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n")
        half.replace(path)
    except OSError as error:
        raise UserError(f"--truth {path}: {error.strerror}") from None
    finally:
        half.unlink(missing_ok=True)


def _report(
    scenario: "Scenario", ledger: "Ledger", target: "Target", start_ms: int, as_json: bool
) -> None:
    import json
    from dataclasses import asdict

    import sensor_emulator as emulator
    from coldchain.times import iso

    told = asdict(target.tally) if isinstance(target, emulator.FrontDoorTarget) else None
    if not as_json:
        rate = ledger.readings / max(ledger.seconds, 1e-3)
        typer.echo(
            f"{ledger.readings:,} readings in {ledger.frames:,} frames of {len(ledger.devices):,}"
            f" devices, from {iso(start_ms)}, in {ledger.seconds:.1f} s ({rate:,.0f} readings/s)"
            + (f"; {ledger.scans:,} scans of parcels" if ledger.scans else "")
            + ("" if ledger.complete else "; stopped early")
        )
        if told is not None:
            typer.echo(
                f"Front door: {told['accepted']:,} frames and scans accepted, {told['refused']:,}"
                + (f" refused ({told['why']} …)" if told["refused"] else " refused")
                + f"; {told['delayed']:,} requests told to come later,"
                f" {told['repeated']:,} frames and scans sent again."
            )
        return
    said = {
        "readings": ledger.readings,
        "frames": ledger.frames,
        "devices": len(ledger.devices),
        "made": ledger.made,
        "duplicated": ledger.duplicated,
        "corrupted": ledger.corrupted,
        "dropped": ledger.dropped,
        "scans": ledger.scans,
        "scans_missing": ledger.scans_missing,
        "seed": scenario.seed,
        "start": iso(start_ms),
        "first": None if ledger.first_at is None else iso(ledger.first_at),
        "last": None if ledger.last_at is None else iso(ledger.last_at),
        "seconds": round(ledger.seconds, 3),
        "complete": ledger.complete,
    }
    typer.echo(json.dumps(said if told is None else said | {"front_door": told}))


def _list() -> None:
    import sensor_emulator as emulator
    from sensor_emulator.faults import FAULTS

    for name, about in emulator.library().items():
        first = about.splitlines()[0].lstrip("# ")
        typer.echo(f"{name:24} {first}")
    typer.echo("")
    for kind, fault in FAULTS.items():
        said = "" if fault.measure == "nothing" else f"amount: {fault.measure} ({fault.usual:g})"
        typer.echo(f"{kind:24} {said}".rstrip())
