"""The process behind `coldchain up`: keeps native servers until it is told to end.

It notes where they are once they are ready, starts again what ended by itself, and ends them
with itself on SIGTERM. Should it be killed, the kernel ends them with it (Linux).
"""

import os
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

from . import state
from .errors import ServerError
from .native import native_servers
from .process import Process
from .servers import Servers

_LOOK_EVERY_S = 0.5
_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 30.0


def supervise(folder: Path, wanted: Mapping[str, int]) -> None:
    """Keep servers with their data in `folder`; returns only by an exception (SystemExit)."""
    try:
        with native_servers(folder, wanted=wanted) as servers:
            _note(servers)
            _keep(servers)
    finally:
        state.forget()


def _children(servers: Servers) -> dict[str, Process]:
    both = {"kafka": servers.kafka, "influxdb": servers.influxdb}
    return {name: child for name, child in both.items() if isinstance(child, Process)}


def _note(servers: Servers) -> None:
    state.note(
        state.Running(
            kind=servers.kind,
            supervisor=os.getpid(),
            began=state.began(os.getpid()),
            environment=servers.environment,
            folder=str(servers.folder),
            pids={name: child.pid or 0 for name, child in _children(servers).items()},
        )
    )


def _keep(servers: Servers) -> None:
    wait = _FIRST_WAIT_S
    while True:
        time.sleep(_LOOK_EVERY_S)
        ended = [child for child in _children(servers).values() if not child.running]
        if not ended:
            wait = _FIRST_WAIT_S
            continue
        for child in ended:
            _say(f"{child.name} ended by itself ({child.returncode}): starting it again")
            try:
                child.start()
            except ServerError as error:
                _say(str(error))
                child.stop()
                time.sleep(wait)
                wait = min(2 * wait, _LONGEST_WAIT_S)
        _note(servers)


def _say(text: str) -> None:
    print(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), text, flush=True)  # noqa: T201


def spawn(folder: Path, wanted: Mapping[str, int]) -> subprocess.Popen[bytes]:
    """Start a supervisor that outlives this process, its words going to `supervisor.log`."""
    folder.mkdir(parents=True, exist_ok=True)
    ports = [f"{name}={port}" for name, port in wanted.items()]
    with log(folder).open("ab") as words:
        return subprocess.Popen(
            [sys.executable, "-m", "runtime.servers.supervisor", str(folder), *ports],
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def log(folder: Path) -> Path:
    """The supervisor's log."""
    return folder / "supervisor.log"


def _main(folder: str, *wanted: str) -> None:
    ports = {name: int(port) for name, _, port in (one.partition("=") for one in wanted)}
    try:
        supervise(Path(folder), ports)
    except ServerError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    _main(*sys.argv[1:])
