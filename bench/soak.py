"""`python -m bench --soak MINUTES`: at city rate for so long, is anything growing.

Lockers send 33,000 readings/s to one worker, or where that is more than one worker carries here,
what it carries (tried first for two minutes, and said). Every ten seconds it is noted what worker,
Kafka and InfluxDB hold in memory and have open, how many frames are not committed, and what the
servers' data take on disk. `--keep` puts picture and figures into the docs.
"""

import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench import page, soak_plot
from bench.flatness import Judged, judged, judged_growth
from bench.paced import SHAPE, Paced
from bench.processors import fresh, register
from bench.rows.ceiling import CEILING, held
from bench.scale import progress
from bench.worker import Commits, ended, worker
from broker.admin import ensure_topics
from broker.settings import KafkaSettings
from runtime.servers.native import native_servers
from series.settings import SeriesSettings

EVERY_S = 10.0
#: Of what one worker was seen to carry, the part that it soaks at.
PART = 0.7
TRY_S = 60
PICTURE = "pictures/soak.svg"


@dataclass(frozen=True)
class Process:
    """A process whose /proc is read."""

    name: str
    pid: int

    def memory(self) -> float:
        """Resident, MB."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0

    def handles(self) -> int:
        return len(list(Path(f"/proc/{self.pid}/fd").iterdir()))


def size_of(folder: Path) -> float:
    """What a folder takes on disk, MB. Files that go meanwhile are not counted."""
    total = 0
    for file in folder.rglob("*"):
        try:
            total += file.stat().st_blocks * 512
        except OSError:
            continue
    return total / 1e6


def rate_here() -> float:
    """The city's rate, or what one worker carries here."""
    progress(f"can one worker carry {CEILING:,} readings/s here?")
    tried = held(CEILING, TRY_S)
    if tried.kept_up:
        return CEILING
    seconds = TRY_S + 40
    return round(PART * CEILING * seconds / (seconds + tried.behind), -2)


def soak(rate: float, minutes: float) -> dict[str, list[float]]:
    """Samples of everything, by name; `seconds` since the first."""
    samples: dict[str, list[float]] = {}
    with native_servers() as servers:
        kafka = KafkaSettings(servers=servers.kafka_servers, prefix="soak.", partitions=4)
        ensure_topics(kafka)
        series = fresh(SeriesSettings(url=servers.influxdb_url, give_up_after=120.0), "soak")
        paced = Paced(kafka, rate)
        register(kafka, SHAPE, paced.devices)
        with closing(Commits(kafka)) as commits, worker(kafka, series) as process:
            seen = [Process("worker", process.pid)]
            for name, server in (("Kafka", servers.kafka), ("InfluxDB", servers.influxdb)):
                pid = getattr(server, "pid", None)
                if isinstance(pid, int):
                    seen.append(Process(name, pid))
            paced.start()
            began = time.monotonic()
            while (now := time.monotonic() - began) < minutes * 60:
                ended(process)
                found: dict[str, float] = {"seconds": now, "lag": commits.lag()}
                for one in seen:
                    found[f"{one.name}: memory, MB"] = one.memory()
                    found[f"{one.name}: handles"] = one.handles()
                for name in ("kafka", "influxdb"):
                    found[f"{name}: disk, MB"] = size_of(servers.folder / name)
                for name, value in found.items():
                    samples.setdefault(name, []).append(value)
                progress(
                    f"{now / 60:.1f} of {minutes:g} min: lag {found['lag']:,.0f} frames, worker"
                    f" {seen[0].memory():,.0f} MB; {paced.behind:.1f} s behind in sending at most"
                )
                time.sleep(max(0.0, began + EVERY_S * len(samples["lag"]) - time.monotonic()))
            paced.stop()
    return samples


def main(minutes: float, keep: bool) -> int:
    """Soak, print what is flat and what is not; exit status 1 where something is not."""
    rate = rate_here()
    at = page.where_and_when()
    progress(f"{rate:,.0f} readings/s for {minutes:g} minutes")
    samples = soak(rate, minutes)
    seconds = samples.pop("seconds")
    enough = rate / SHAPE.readings * EVERY_S  # frames of one interval between samples
    found = {name: _judged(name, seconds, values, enough) for name, values in samples.items()}
    title = f"{rate:,.0f} readings/s to one worker for {minutes:g} minutes"
    print(title)
    for name, one in found.items():
        print(f"  {name:24} {one.said}")
    if keep:
        (page.DOCS / PICTURE).write_text(soak_plot.svg(title, at, seconds, samples, found))
        page.write_soak(page.Soaked(title, at, {n: one.said for n, one in found.items()}))
    return 0 if all(one.is_flat for one in found.values()) else 1


def _judged(name: str, seconds: list[float], values: list[float], enough: float) -> Judged:
    """Disk is to grow evenly (frames are kept), all else not at all; lag may differ by as many
    frames as are sent between two samples, handles by three."""
    if "disk" in name:
        return judged_growth(seconds, values)
    return judged(seconds, values, {"lag": enough}.get(name, 3.0 if "handles" in name else 0.0))
