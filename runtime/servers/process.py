"""One server as a child process: started, waited for, stopped, and never left behind.

Each child has its own process group, so that Ctrl-C reaches us first and we stop children in
order. Should we die without stopping them (SIGKILL), the kernel ends them (Linux).
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from .errors import ServerError

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None
#: The kernel counts the death of the *thread* that started a child, so one that lives as long
#: as we do starts them all.
_starter = ThreadPoolExecutor(1, thread_name_prefix="starter")


def die_with_parent() -> None:
    """In a new child: have the kernel end it when the thread that started it ends (Linux)."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


@dataclass
class Process:
    """A command run in the background, its output going to a log file.

    `ready` asks the server whether it answers. `patience` and `grace` are seconds: to get
    ready, and to end by itself once asked to.
    """

    name: str
    command: Sequence[str]
    log: Path
    ready: Callable[[], bool]
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    patience: float = 120.0
    grace: float = 15.0
    _child: subprocess.Popen[bytes] | None = None

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child is not None else None

    @property
    def returncode(self) -> int | None:
        return None if self._child is None else self._child.poll()

    def launch(self) -> None:
        """Start it, without waiting. Nothing happens where it runs already."""
        if self.running:
            return
        self._child = _starter.submit(self._spawn).result()

    def _spawn(self) -> subprocess.Popen[bytes]:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            try:
                return subprocess.Popen(
                    list(self.command),
                    cwd=self.folder,
                    env={**os.environ, **self.environment},
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                    preexec_fn=die_with_parent,
                )
            except OSError as error:
                raise ServerError(f"{self.name} could not be started: {error}") from error

    def wait_ready(self) -> None:
        """Wait until it answers. Raises ServerError, with the log's tail, when it never does."""
        deadline = time.monotonic() + self.patience
        while not self.ready():
            if not self.running:
                raise ServerError(f"{self.name} ended at once: {self.tail()}")
            if time.monotonic() > deadline:
                raise ServerError(f"{self.name} does not answer: {self.tail()}")
            time.sleep(0.1)

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.launch()
        self.wait_ready()

    def ask_to_stop(self) -> None:
        """Ask it to end, without waiting."""
        self._signal(signal.SIGTERM)

    def stop(self) -> None:
        """Ask it to end, wait for it, and end it by force where it does not."""
        self.ask_to_stop()
        if self._child is not None:
            try:
                self._child.wait(self.grace)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """End it at once (SIGKILL), as a crash would."""
        self._signal(signal.SIGKILL)
        if self._child is not None:
            self._child.wait()

    def _signal(self, number: signal.Signals) -> None:
        if self._child is not None and self._child.poll() is None:
            try:
                os.killpg(self._child.pid, number)
            except ProcessLookupError:
                return

    def tail(self, lines: int = 12) -> str:
        """The last lines of its log, and where the log is."""
        try:
            text = self.log.read_text(errors="replace").splitlines()
        except OSError:
            text = []
        return "\n".join([f"(log: {self.log})", *text[-lines:]])
