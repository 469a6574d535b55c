"""Ten million lines, a few of them bad: judged whole, each bad one named, in bounded memory.

No server is needed; it takes some 10 s of a free core, most of it for writing the file.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv
import pytest

LINES = 10_000_000
#: A line every 10 s from here, s: three years of them.
START, EVERY = 1_700_000_000, 10
#: What the columns themselves take: a time of 8 bytes, a value of 4.
COLUMNS = LINES * 12
#: Where a line is none, and how it is written; where a stretch of values is blank.
BAD = {1: "NaN", 777_777: "-273.2", 5_000_000: "warm", LINES - 1: "inf"}
BLANK = slice(LINES - 1_000, LINES - 1)

#: Runs the command and tells its own peak memory (KiB) on standard error: that of its memory as a
#: program, as `ru_maxrss` begins with the peak of whoever started it.
MEASURED = """
import sys
from runtime.cli import main
try:
    main(["evaluate", sys.argv[1], "--profile", "iced-seafood", "--json"])
finally:
    with open("/proc/self/status") as status:
        (peak,) = (line.split()[1] for line in status if line.startswith("VmHWM"))
    print(peak, file=sys.stderr)
"""
WRITE = "import sys; sys.path.insert(0, sys.argv[1]); import {0}; {0}.write({0}.Path(sys.argv[2]))"


def write(path: Path) -> None:
    """A cold box, warm for two hours in the middle."""
    rows = np.arange(LINES)
    values = np.round(2.2 + 0.9 * np.sin(rows * 2 * np.pi / 180), 2)
    values[6_000_000 : 6_000_000 + 720] += 6
    texts = pa.array(values).cast(pa.string()).to_numpy(zero_copy_only=False)
    texts[BLANK] = ""
    for row, text in BAD.items():
        texts[row] = text
    table = pa.table({"time": START + rows * EVERY, "temperature": pa.array(texts, pa.string())})
    pa_csv.write_csv(table, path, pa_csv.WriteOptions(quoting_style="none"))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("lines") / "logger.csv"
    # In a process of its own, which gives its memory back.
    code = WRITE.format(Path(__file__).stem)
    subprocess.run([sys.executable, "-c", code, str(Path(__file__).parent), str(path)], check=True)
    return path


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="memory as Linux tells it")
@pytest.mark.timeout(600)
def test_ten_million_lines_are_judged_and_every_bad_one_is_named(written: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(written)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)[0]
    assert found["readings"] == LINES - len(BAD) - (BLANK.stop - BLANK.start)
    assert [one["line"] for one in found["rejected"]] == [row + 2 for row in BAD]
    assert found["unknown_minutes"] == pytest.approx((1_000 * EVERY) / 60)  # the blank tail
    assert found["known_minutes"] + found["unknown_minutes"] == pytest.approx(
        (LINES - 1) * EVERY / 60
    )
    confirmed = [one for one in found["excursions"] if one["confirmed"]]
    assert {one["limit"] for one in confirmed} == {"warm", "warming"}
    assert found["verdict"] == "reject"
    assert int(done.stderr.split()[-1]) * 1024 <= 3 * COLUMNS
