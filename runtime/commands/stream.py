"""`coldchain stream`: one Faust worker. Run as many as there are partitions to share."""

from typing import Annotated

import typer

from runtime.errors import UserError
from runtime.logger_files import ProfilesOption


def run(
    checkpoint: Annotated[
        float, typer.Option(help="Seconds between two checkpoints.", min=0.05)
    ] = 0.5,
    settle: Annotated[
        float, typer.Option(help="Seconds after which late readings are judged.", min=0.1)
    ] = 5.0,
    leg_patience: Annotated[
        float,
        typer.Option(help="Seconds that a parcel's leg waits for its last readings.", min=0.1),
    ] = 120.0,
    parcels_kept: Annotated[
        float,
        typer.Option(help="Hours that a parcel which is over stays in the worker's state.", min=0),
    ] = 72.0,
    silent: Annotated[
        float, typer.Option(help="Seconds after which a device not heard is silent.", min=1)
    ] = 180.0,
    stalled: Annotated[
        float,
        typer.Option(help="Seconds without a commit, while frames wait, until it stops.", min=1),
    ] = 900.0,
    metrics_port: Annotated[
        int | None,
        typer.Option(
            help="Serve /healthz and /metrics on this port of 127.0.0.1.", min=0, max=65535
        ),
    ] = None,
    profiles: ProfilesOption = None,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "warning",
) -> None:
    """Judge frames as they come: excursions to Kafka, readings and exposure to InfluxDB.

    Runs until it is stopped (Ctrl-C); what it had not finished comes again to the next worker.
    With settings from `coldchain.toml`, the environment, or the servers of `coldchain up`:

        coldchain stream --log-level info
    """
    import gc

    import faust

    from coldchain.profile_toml import ProfileError
    from runtime.profiles import load_profiles
    from runtime.settings import load_settings
    from streams.app import make_app
    from streams.settings import StreamSettings

    chosen = load_settings()
    try:
        known = load_profiles(profiles)
    except ProfileError as error:
        raise UserError(str(error)) from None
    settings = StreamSettings(
        kafka=chosen.kafka,
        series=chosen.series,
        profiles=known,
        checkpoint=checkpoint,
        settle=settle,
        silent_ms=round(silent * 1000),
        stalled=stalled,
        metrics_port=metrics_port,
        leg_patience=leg_patience,
        parcel_kept_ms=round(parcels_kept * 3_600_000),
    )
    try:
        app = make_app(settings)
    except LookupError as error:
        raise UserError(str(error.args[0])) from None
    except OSError as error:
        raise UserError(f"cannot listen on port {metrics_port}: {error.strerror}") from None
    # What is there by now stays for good; and a worker makes many small things that die young.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    faust.Worker(app, loglevel=log_level, redirect_stdouts=False).execute_from_commandline()
