"""An environment for the frameworks we stand beside: made once in the cache, apart from ours.

`requirements.txt` pins every file by its hash. What a job imports of this project comes from the
environment that runs the bench, after the job's own.
"""

import hashlib
import json
import os
import subprocess
import sys
import sysconfig
from functools import cache
from pathlib import Path

import msgspec

from runtime.folders import cache_folder
from runtime.servers.cache import made_once

from .work import Order

ROOT = Path(__file__).parents[2]
REQUIREMENTS = Path(__file__).with_name("requirements.txt")
#: Puts this project and what it needs behind the job's own packages, then runs the job.
RUN = (
    "import runpy, site, sys; site.addsitedir(sys.argv.pop(1));"
    "runpy.run_module(sys.argv.pop(1), run_name='__main__')"
)
MODULES = {
    "Quix Streams": "bench.references.quix_job",
    "Bytewax": "bench.references.bytewax_job",
}


@cache
def python() -> Path | None:
    """The environment's Python; None, and why on stderr, where it can't be made."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    told = hashlib.sha256(REQUIREMENTS.read_bytes() + version.encode()).hexdigest()[:12]
    try:
        folder = made_once(cache_folder() / f"bench-references-{told}", _make)
    except subprocess.CalledProcessError as error:
        last = (error.stderr or str(error)).strip().splitlines()[-1]
        print(f"bench: the references can't be installed: {last}", file=sys.stderr)
        return None
    return folder / "bin" / "python"


def _make(folder: Path) -> None:
    print("bench: installing what stands beside us (once)", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, capture_output=True)
    command = [
        str(folder / "bin" / "python"),
        "-m",
        "pip",
        "install",
        "--quiet",
        "--require-hashes",
    ]
    subprocess.run(
        [*command, "--disable-pip-version-check", "-r", str(REQUIREMENTS)],
        check=True,
        capture_output=True,
        text=True,
    )


def run(name: str, order: Order) -> tuple[float, float]:
    """A job done in a process of its own: seconds gone by from its first record on, and of CPU."""
    own = python()
    assert own is not None, "not installed"
    command = [str(own), "-W", "ignore", "-c", RUN, sysconfig.get_paths()["purelib"], MODULES[name]]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "COLDCHAIN_BENCH_ORDER": msgspec.json.encode(order).decode()},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"the job of {name} failed:\n{done.stderr[-2000:]}")
    told = json.loads(done.stdout.splitlines()[-1])
    if told["records"] != order.records:
        raise SystemExit(f"{name} did {told['records']} of {order.records} records")
    return told["seconds"], told["cpu"]
