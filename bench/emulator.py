"""How fast the emulator makes readings, in seconds of one core's time (one process, one thread).

    python bench/emulator.py            a fleet of vans unthrottled, and a million compartments

Prints readings per second of a core, frames made and encoded (medians of several), and how much
of a core a million compartments at a reading each 30 s take. A core's time, so that what else the
machine does hardly counts. Sending is not in it.
"""

import resource
import statistics
import sys
import time

from runtime.profiles import load_profiles
from sensor_emulator import parse_scenario
from sensor_emulator.plan import plan
from sensor_emulator.run import deliveries

PROFILES = load_profiles()
VANS = """
start = 2026-07-18T07:00:00+08:00
duration_minutes = {minutes}
step_seconds = 4
sample_seconds = 4
title = {{ en = "Vans: frames of 4 channels x 15 samples" }}
[fleet.van]
count = 5000
compartments = 2
quantities = ["air", "product", "door"]
profiles = {{ iced-seafood = 1, chilled-meat-and-dairy = 1 }}
"""
LOCKERS = """
start = 2026-07-18T07:00:00+08:00
duration_minutes = {minutes}
step_seconds = 10
sample_seconds = 30
frame_seconds = 30
title = {{ en = "Lockers: frames of 100 channels x 1 sample" }}
[fleet.locker]
count = 10000
compartments = 100
quantities = ["air"]
profiles = {{ iced-seafood = 1, chilled-meat-and-dairy = 1 }}
"""


def made(text: str, minutes: float) -> tuple[int, int, float, float]:
    """Readings, frames, s of a core to draw the plan and to carry it out."""
    began = time.process_time()
    ready = plan(parse_scenario(text.format(minutes=minutes), "bench", PROFILES))
    drawn = time.process_time()
    readings = frames = 0
    for delivery in deliveries(ready, PROFILES):
        readings += delivery.readings
        frames += 1
    return readings, frames, drawn - began, time.process_time() - drawn


def main() -> int:
    rates = []
    for _ in range(3):
        readings, frames, drawn, seconds = made(VANS, 5)
        rates.append(readings / seconds)
        print(
            f"5,000 vans, 5 min: {readings:,} readings in {frames:,} frames, plan {drawn:.1f} s, "
            f"run {seconds:.2f} s: {readings / seconds:,.0f} readings/s"
        )
    print(f"median: {statistics.median(rates):,.0f} readings/s (to reach: 1,000,000)")
    readings, frames, drawn, seconds = made(LOCKERS, 2)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"1,000,000 compartments, 2 min at a reading each 30 s: {readings:,} readings in "
        f"{frames:,} frames, plan {drawn:.1f} s, run {seconds:.1f} s "
        f"({seconds / 120:.2f} of a core in real time; to reach: below 1), peak {peak:,.0f} MiB"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
