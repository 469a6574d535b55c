"""Ten million readings: `coldchain evaluate` against pandas merely reading the same file.

    .venv/bin/python bench/evaluate.py [--readings 10000000] [--rounds 3] [--kind quiet|noisy]

Each runs in a process of its own, in turn; wall times are medians, start-up and imports
included. A quiet file is a cold box that something warms three hundred times; a noisy one goes
to and fro about a threshold (150,000 excursions and more). `judge_seconds` is the judge alone, in
CPU time, without pauses and with a door every hour. Peak memory is set against the columns'
own size: 8 bytes a time, 4 a value.
"""

import argparse
import json
import multiprocessing
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

#: What has to be kept: at most this many times pandas' time, and the columns' size.
MOST_TIME, MOST_MEMORY = 3.0, 3.0
BYTES_PER_READING = 8 + 4

PANDAS = "import sys, pandas; pandas.read_csv(sys.argv[1])"
EVALUATE = (
    "import sys; from runtime.cli import main;"
    "main(['evaluate', sys.argv[1], '--profile', 'iced-seafood', '--json'])"
)
#: Runs the code given and adds its own peak memory (KiB) to standard error.
MEASURED = """
import resource, sys
try:
    exec(sys.argv.pop(1))
finally:
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
"""


def write_logger(path: Path, readings: int, kind: str = "quiet") -> None:
    """A box that cycles, sampled every 10 s: cold and warmed now and then, or about 4 °C."""
    import numpy as np

    chance = np.random.default_rng(1)
    rows = np.arange(readings)
    values = (
        (2.2 if kind == "quiet" else 3.6)
        + 0.9 * np.sin(rows * 2 * np.pi / 180)
        + chance.normal(0, 0.05, readings)
    )
    bump = 6 * np.sin(np.arange(240) * np.pi / 240)
    for start in range(0, max(1, readings - 240), max(240, readings // 300)):
        values[start : start + 240] += bump[: readings - start]
    with path.open("w") as file:
        file.write("date,temperature\n")
        for start in range(0, readings, 200_000):
            part = rows[start : start + 200_000]
            times = np.datetime_as_string(
                (1_700_000_000 + part * 10).astype("datetime64[s]"), timezone="UTC"
            )
            pairs = zip(times.tolist(), values[part].tolist(), strict=True)
            file.writelines(f"{at},{value:.2f}\n" for at, value in pairs)


JUDGE = """
import json, sys, time
from coldchain.columns import judge
from coldchain.judge import Plan
from ingest.loggers.reader import read
from pathlib import Path
from runtime.profiles import load_profiles
file = read(Path(sys.argv[1]))
plan, told = Plan.of(load_profiles()["iced-seafood"]), {}
t, v = file.channels[0].readings(file.times)
doors = [(at, at + 600_000) for at in t[::360].tolist()]
for name, pauses in (("plain", []), ("doors", doors)):
    begin = time.process_time()
    found = judge(plan, t, v, pauses)
    told[name] = round(time.process_time() - begin, 2)
print(json.dumps({"judge_seconds": told, "excursions": len(found.excursions)}))
"""


def measured(code: str, path: Path) -> tuple[float, int]:
    """Wall seconds and peak bytes of the code in a process of its own."""
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, code, str(path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - begin
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)
    unit = 1 if sys.platform == "darwin" else 1024
    return seconds, int(done.stderr.split()[-1]) * unit


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    options.add_argument("--readings", type=int, default=10_000_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--kind", choices=["quiet", "noisy"], default="quiet")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "logger.csv"
        # A process begins with its parent's peak as its own: ours has to stay small.
        writing = multiprocessing.get_context("spawn").Process(
            target=write_logger, args=(path, given.readings, given.kind)
        )
        writing.start()
        writing.join()
        megabytes = path.stat().st_size / 1e6
        judged = subprocess.run(
            [sys.executable, "-c", JUDGE, str(path)], stdout=subprocess.PIPE, text=True, check=True
        )
        rounds = [(measured(PANDAS, path), measured(EVALUATE, path)) for _ in range(given.rounds)]
    pandas_s = statistics.median(one[0][0] for one in rounds)
    ours_s = statistics.median(one[1][0] for one in rounds)
    memory = max(one[1][1] for one in rounds) / (given.readings * BYTES_PER_READING)
    print(
        json.dumps(
            {
                "kind": given.kind,
                "readings": given.readings,
                **json.loads(judged.stdout),
                "file_mb": round(megabytes),
                "pandas_seconds": round(pandas_s, 2),
                "evaluate_seconds": round(ours_s, 2),
                "time_ratio": round(ours_s / pandas_s, 2),
                "time_ratio_at_most": MOST_TIME,
                "evaluate_peak_mb": round(max(one[1][1] for one in rounds) / 1e6),
                "pandas_peak_mb": round(max(one[0][1] for one in rounds) / 1e6),
                "memory_ratio": round(memory, 2),
                "memory_ratio_at_most": MOST_MEMORY,
            },
            indent=1,
        )
    )
    if ours_s > MOST_TIME * pandas_s or memory > MOST_MEMORY:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
