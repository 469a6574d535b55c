"""A real InfluxDB server, built once from its source with Go.

1.8.3 is the last whose build needs nothing but Go. It speaks both the 1.x and the 2.x API.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from runtime.folders import cache_folder

from .cache import made_once
from .errors import ServerError
from .process import die_with_parent
from .progress import progress

VERSION = "1.8.3"
PACKAGE = f"github.com/influxdata/influxdb/cmd/influxd@v{VERSION}"
#: Lines that `go install -v` prints: modules downloaded and packages compiled. Only for the bar.
_LINES = 440


def is_ready() -> bool:
    """Whether it is built already."""
    return _folder().is_dir()


def influxd() -> Path:
    """The `influxd` to run. Raises ServerError when it can't be built."""
    return made_once(_folder(), _build) / "influxd"


def _folder() -> Path:
    return cache_folder() / f"influxd-{VERSION}"


def go() -> Path:
    """The Go to build with: the wheel's, else the machine's. Raises ServerError without one."""
    try:
        import go as wheel
    except ImportError:
        wheel = None
    if wheel is not None and wheel.__file__:
        bundled = Path(wheel.__file__).parent / "bin" / "go"
        if bundled.exists():
            return bundled
    if found := shutil.which("go"):
        return Path(found)
    raise ServerError("no Go to build InfluxDB with: install the extra `coldchain[servers]`")


def _environment(scratch: Path, inherited: Mapping[str, str]) -> dict[str, str]:
    """Go's settings: nothing of the user's own Go is used or touched, no toolchain is fetched."""
    theirs = {"GOROOT", "GOOS", "GOARCH", "GOEXPERIMENT", "GOWORK"}
    return {
        **{name: value for name, value in inherited.items() if name not in theirs},
        "GOTOOLCHAIN": "local",
        "GOFLAGS": "-modcacherw",  # else the module cache could not be removed
        "GOPATH": str(scratch / "path"),
        "GOCACHE": str(scratch / "objects"),
        "GOBIN": str(scratch),
        "CGO_ENABLED": "0",
    }


def _build(folder: Path) -> None:
    command = [str(go()), "install", "-v", "-ldflags", "-s -w", PACKAGE]
    said: list[str] = []
    with (
        progress(f"Building InfluxDB {VERSION} (once, a minute or two)", _LINES) as advance,
        subprocess.Popen(
            command,
            env=_environment(folder, os.environ),
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=die_with_parent,
        ) as build,
    ):
        assert build.stderr is not None  # noqa: S101 - it is a pipe
        try:
            for line in build.stderr:
                said.append(line.rstrip())
                advance(1, line.strip())
        except BaseException:
            build.kill()
            raise
    if build.returncode != 0:
        raise ServerError("InfluxDB could not be built: " + " / ".join(said[-5:]))
    shutil.rmtree(folder / "path")
    shutil.rmtree(folder / "objects")
