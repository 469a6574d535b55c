"""`make chaos`: harm, then the table of what was lost, doubled or invented.

    .venv/bin/python -m bench.chaos --seed 1 --harms 50

Exit status 1 where anything is wrong. The seed repeats the schedule.
"""

import argparse
import json
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from runtime.demo.phone import Phone, phone
from runtime.profiles import load_profiles

from . import check, fresh, people, world
from .feeder import Feeder, read_tokens
from .findings import Findings
from .harms import HARMS, NoHarm, Scene
from .plan import KINDS, Harm, schedule
from .stage import Stage, stage

#: Seconds after the last harm in which all has to settle.
SETTLED = 300.0
#: Of the harms meant, the share that has to have happened.
ENOUGH = 0.9


def main() -> int:
    chosen = _arguments()
    folder = Path(tempfile.mkdtemp(prefix="coldchain-chaos-"))
    profiles = load_profiles()
    harms = schedule(chosen.seed, chosen.harms, chosen.only or tuple(KINDS))
    seconds = harms[-1].at + 10
    _say(f"seed {chosen.seed}: {len(harms)} harms in {seconds:.0f} s; logs in {folder}")
    made = world.make(folder / "world", chosen.scenario, chosen.duration, chosen.seed)
    with (
        phone(lambda _: None) as ours,
        stage(folder, chosen.workers, ours.url("courier")) as set_up,
    ):
        set_up.run("ingest", "registry", str(folder / "world" / "registry.toml"))
        tokens = folder / "tokens.json"
        set_up.run(
            "ingest",
            "token",
            "issue",
            str(folder / "world" / "registry.toml"),
            "--out",
            str(tokens),
        )
        known = read_tokens(tokens)
        feeder = Feeder(made, known, set_up.door, set_up.kafka, seconds)
        feeder.start()
        done, missed = _harm(Scene(set_up, feeder), harms)
        flowing, made_since = fresh.flows(set_up, known[world.PROBE])
        _say(f"fresh data flows after {flowing} s")
        _wait("all is accepted", feeder.done.is_set, SETTLED)
        if feeder.failed is not None:
            raise feeder.failed
        ledger = feeder.ledger
        ledger.accepted += made_since
        expected = world.expect(made, ledger.accepted, ledger.ahead, profiles)
        _say(f"accepted: {len(feeder.ledger.accepted)} of {len(made.items)}")
        settled = _wait("the workers are at the end", lambda: check.lag(set_up.kafka) == 0, SETTLED)
        found = _settle(set_up, ours, expected)
        restarts = dict(set_up.restarts)
        if found.wrong:
            check.dump(set_up.kafka, folder)
    wrong = {kind: len(lines) for kind, lines in found.wrong.items()}
    if not settled:
        wrong["stuck"] = 1
    if flowing is None or flowing > fresh.WITHIN:
        wrong["nothing fresh"] = 1
    if len(done) < len(harms) * ENOUGH:
        wrong["too little harm"] = len(harms) - len(done)
    summary = {
        "seed": chosen.seed,
        "harms": dict(Counter(done)),
        "not done": missed,
        "accepted": len(feeder.ledger.accepted),
        "answers": dict(feeder.ledger.answers),
        "refused": dict(feeder.ledger.refused),
        "restarts": restarts,
        "fresh after seconds": None if flowing is None else round(flowing, 1),
        "readings": {"expected": expected.count, "stored": found.readings},
        "excursions": {"expected": len(expected.excursions), "held": found.excursions},
        "parcels": {"expected": len(expected.parcels), "held": found.parcels},
        "messages": found.messages,
        "wrong": wrong,
    }
    print(json.dumps(summary, indent=1))
    for kind, lines in found.wrong.items():
        for line in lines[: check.TOLD]:
            print(f"{kind}: {line}")
    if wrong or chosen.keep:
        _say(f"logs are kept in {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if wrong else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--harms", type=int, default=50)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--scenario", default="everything-at-once")
    parser.add_argument("--duration", default="3h", help="of the city's time")
    parser.add_argument("--only", nargs="*", choices=sorted(KINDS), help="kinds of harm")
    parser.add_argument("--keep", action="store_true", help="keep logs and data")
    return parser.parse_args()


def _harm(scene: Scene, harms: Sequence[Harm]) -> tuple[list[str], list[str]]:
    """Do the harms at their times, those that last beside each other."""
    began = time.monotonic()
    done: list[str] = []
    missed: list[str] = []

    def one(harm: Harm) -> None:
        kind = harm.kind
        try:
            seen = HARMS[kind](scene, harm)
        except NoHarm as error:
            missed.append(f"{kind}: {error}")
            _say(f"  no harm: {kind}: {error}")
        else:
            done.append(kind)
            _say(f"  {seen}")

    threads = []
    for harm in harms:
        wait = began + harm.at - time.monotonic()
        if wait > 0:
            time.sleep(wait)
        threads.append(threading.Thread(target=one, args=(harm,)))
        threads[-1].start()
    for thread in threads:
        thread.join()
    return done, missed


def _settle(set_up: Stage, ours: Phone, expected: world.Expected) -> Findings:
    """Compare until all is well, or for so long that it never will be."""
    deadline = time.monotonic() + 60
    while True:
        found = check.check(set_up.kafka, set_up.series, expected)
        told = list(ours.messages)
        found.messages = people.check_told(set_up.alerts, told, expected.excursions.values(), found)
        if not found.wrong or time.monotonic() > deadline:
            return found
        time.sleep(5)


def _wait(what: str, is_so: Callable[[], bool], patience: float) -> bool:
    deadline = time.monotonic() + patience
    while not is_so():
        if time.monotonic() > deadline:
            _say(f"waited {patience:.0f} s in vain until {what}")
            return False
        time.sleep(0.5)
    return True


def _say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
