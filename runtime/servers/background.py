"""`coldchain up` and `down`: servers that outlive the command that started them."""

import os
import shutil
import signal
import time
from collections.abc import Mapping
from pathlib import Path

from runtime.folders import state_folder

from . import state
from .cache import locked
from .docker import bring_up_containers, take_down_containers
from .errors import ServerError
from .local import Choice, chosen
from .native import fetch
from .supervisor import log, spawn

_PATIENCE_S = 180.0
_GRACE_S = 45.0


def data_folder() -> Path:
    """Where native servers that are up keep their data and logs."""
    return state_folder() / "servers"


def _secrets() -> Path:
    return state_folder() / "compose-secrets.json"


def bring_up(choice: Choice, wanted: Mapping[str, int]) -> tuple[state.Running, bool]:
    """The servers that are up, started unless they are already; and whether they were started.

    Raises ServerError.
    """
    with locked(state_folder() / "up.lock"):
        running = state.read()
        if running is not None and state.is_alive(running):
            return running, False
        if chosen(choice) == "docker":
            running = bring_up_containers(wanted, _secrets())
            state.note(running)
            return running, True
        fetch()
        return _spawned(wanted), True


def _spawned(wanted: Mapping[str, int]) -> state.Running:
    state.forget()
    folder = data_folder()
    supervisor = spawn(folder, wanted)
    deadline = time.monotonic() + _PATIENCE_S
    try:
        while time.monotonic() < deadline:
            running = state.read()
            if running is not None and running.supervisor == supervisor.pid:
                return running
            if supervisor.poll() is not None:
                raise ServerError(f"the servers did not start: {_last_words(folder)}")
            time.sleep(0.1)
        raise ServerError(f"the servers do not get ready: see {log(folder)}")
    except BaseException:
        supervisor.terminate()
        supervisor.wait(_GRACE_S)
        raise


def _last_words(folder: Path) -> str:
    lines = log(folder).read_text(errors="replace").strip().splitlines()
    return f"{lines[-1] if lines else 'no reason given'} (all of it: {log(folder)})"


def take_down(delete_data: bool = False) -> bool:
    """Stop the servers that are up, cleanly; whether there were any. Raises ServerError."""
    with locked(state_folder() / "up.lock"):
        running = state.read()
        if running is not None and running.kind == "docker":
            take_down_containers(_secrets(), delete_data)
        elif running is not None and state.is_alive(running):
            _end(running)
        state.forget()
        if delete_data:
            shutil.rmtree(data_folder(), ignore_errors=True)
        return running is not None


def _end(running: state.Running) -> None:
    """Ask it to end, and end it by force when it does not."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        os.kill(running.supervisor, number)
        deadline = time.monotonic() + _GRACE_S
        while time.monotonic() < deadline:
            if not state.is_alive(running):
                return
            time.sleep(0.05)
    raise ServerError(f"the servers' supervisor (process {running.supervisor}) can't be ended")
