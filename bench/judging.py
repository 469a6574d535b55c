"""What the pure steps of a worker cost: decode, rules, lines, state; no Kafka, no InfluxDB.

    .venv/bin/python -m bench.judging [--shape van|locker] [--devices 500] [--frames 12]
                                      [--rounds 5] [--profile] [--json]

As a worker does it: frames judged 256 at a time, a batch closed every 2,000, its lines made and
its devices packed. Devices are known already: the first frames of each are judged before the
clock begins. Prints CPU microseconds a reading by step (medians over rounds), and readings for
each second of CPU. The clock is this process's own CPU time, so others may use the machine.
"""

import argparse
import cProfile
import gc
import json
import pstats
import statistics
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from bench.processors import SHAPES, Shape, frames, registration
from coldchain.enrolment import Enrolled, Plans
from coldchain.frames import decode_frame
from runtime.profiles import load_profiles
from streams.batch import lines_of, standing_lines
from streams.device import Arrival, Job, judge_frames, rounds, stints_of
from streams.effects import Effects
from streams.intake import TOGETHER, remember
from streams.memory import DeviceMemory, pack, print_of

#: Frames of each device before the clock begins: enough for all that is remembered to be there.
KNOWN = 4
#: Frames of a batch.
BATCH = 2_000

Record = tuple[str, bytes, int]


@dataclass
class Steps:
    """CPU seconds by step."""

    spent: Counter[str] = field(default_factory=Counter)
    _since: float = 0.0

    def begin(self) -> None:
        self._since = time.process_time()

    def done(self, step: str) -> None:
        now = time.process_time()
        self.spent[step] += now - self._since  # type: ignore[assignment]
        self._since = now


@dataclass
class Line:
    """The pure steps over records, batch by batch."""

    roster: dict[str, Enrolled]
    memories: dict[str, DeviceMemory]
    offset: int = 0
    lines: int = 0
    packed: int = 0

    @classmethod
    def of(cls, shape: Shape, devices: int) -> "Line":
        plans = Plans(load_profiles())
        made = [registration(number, shape) for number in range(devices)]
        roster = {one.device: Enrolled.of(one, plans) for one in made}
        return cls(roster, {device: DeviceMemory() for device in roster})

    def batch(self, records: Sequence[Record], steps: Steps) -> None:
        effects = Effects()
        for start in range(0, len(records), TOGETHER):
            self._judge(records[start : start + TOGETHER], effects, steps)
        steps.begin()
        lines = [*lines_of(effects), *standing_lines(effects, are_said=True)]
        steps.done("lines")
        text = "\n".join(lines).encode()
        steps.done("text")
        for device in {device for device, _, _ in records}:
            self.packed += len(pack(self.memories[device]))
        steps.done("pack")
        self.lines += text.count(b"\n") + 1

    def _judge(self, records: Sequence[Record], effects: Effects, steps: Steps) -> None:
        steps.begin()
        decoded = [decode_frame(raw) for _, raw, _ in records]
        steps.done("decode")
        jobs = []
        for frame, (_, _, received) in zip(decoded, records, strict=True):
            self.offset += 1
            enrolled = self.roster[frame.device]
            arrival = Arrival(received, self.offset, received + 300_000)
            stints = stints_of(enrolled, frame)
            jobs.append(Job(enrolled, self.memories[frame.device], frame, arrival, stints))
        steps.done("stints")
        for together in rounds(jobs, lambda job: job.frame.device):
            for error in judge_frames(together, effects):
                if error is not None:
                    raise error
        steps.done("judge")
        for job, (_, raw, _) in zip(jobs, records, strict=True):
            remember(job.memory, print_of(raw))
        steps.done("prints")


def run(
    shape: Shape, devices: int, count: int, profiler: cProfile.Profile | None
) -> tuple[Counter[str], int]:
    """One round: CPU seconds by step, and how many readings."""
    minutes = (KNOWN + count) * shape.samples // 2
    made = list(frames(shape, devices, minutes))
    line, cold = Line.of(shape, devices), KNOWN * devices
    gc.collect()
    gc.freeze()
    for start in range(0, cold, BATCH):
        line.batch(made[start : min(start + BATCH, cold)], Steps())
    steps = Steps()
    if profiler is not None:
        profiler.enable()
    for start in range(cold, len(made), BATCH):
        line.batch(made[start : start + BATCH], steps)
    if profiler is not None:
        profiler.disable()
    gc.unfreeze()
    return steps.spent, (len(made) - cold) * shape.readings


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", choices=SHAPES, default="van")
    parser.add_argument("--devices", type=int, default=500)
    parser.add_argument("--frames", type=int, default=12)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    gc.set_threshold(50_000, 20, 20)
    shape = SHAPES[chosen.shape]
    profiler = cProfile.Profile() if chosen.profile else None
    found = [run(shape, chosen.devices, chosen.frames, profiler) for _ in range(chosen.rounds)]
    if profiler is not None:
        pstats.Stats(profiler).sort_stats("tottime").print_stats(40)
    steps = {
        step: round(statistics.median(spent[step] / n * 1e6 for spent, n in found), 3)
        for step in found[0][0]
    }
    whole = statistics.median(n / sum(spent.values()) for spent, n in found)
    said = {"microseconds_a_reading": steps, "readings_a_cpu_second": round(whole)}
    if chosen.json:
        print(json.dumps(said))
        return
    for step, value in steps.items():
        print(f"{step:10} {value:8.3f} us a reading")
    print(f"all        {1e6 / whole:8.3f} us a reading, {whole:,.0f} readings a CPU second")


if __name__ == "__main__":
    main()
