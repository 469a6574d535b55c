"""A storm: 10,000 excursions within a minute -> how many messages, how soon, is any critical lost.

    .venv/bin/python bench/storm.py [--excursions 10000] [--over 60] [--without-pages] [--json]

A city's mains fail: lockers with forty compartments each, vans, stores; one excursion in ten is
critical. The real service on a real Kafka and SQLite file, with its usual settings, tells couriers
(a crew each for twenty assets), their depots and the operators, over HTTP to a server that answers
at once. Told counts by identity, as a person has it: every message that came is read, and its link
followed to the console's real pages. A critical alert is lost that is named neither in the text
of any message nor on the page that it links to. `--without-pages`: texts alone have to name them.
"""

import argparse
import json
import re
import socket
import sqlite3
import statistics
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import msgspec
import requests
import uvicorn

from alerts.links import Links
from alerts.routes import Recipient, Routes, Rule, Step
from alerts.service import AlertService
from alerts.settings import AlertSettings
from broker.admin import ensure_topics
from broker.clients import producer
from broker.settings import KafkaSettings
from broker.topics import ALERT_COMMANDS, EXCURSIONS, REGISTRY
from coldchain.records import ExcursionRecord, Severity
from coldchain.registry import CompartmentEntry, Entry, Registration
from coldchain.times import MINUTE_MS, iso
from console.app import build
from console.settings import ConsoleSettings
from runtime.profiles import load_profiles
from runtime.servers import local_servers

COMPARTMENTS = 40
ASSETS_A_CREW = 20
CREWS_A_DEPOT = 5
#: After the last excursion the outbox has to be empty within this.
PATIENCE = 900.0
SECRET = "a secret of this bench, of no use"  # noqa: S105


def main() -> None:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--excursions", type=int, default=10_000)
    options.add_argument("--over", type=float, default=60.0, help="seconds")
    options.add_argument("--without-pages", action="store_true")
    options.add_argument("--json", action="store_true")
    given = options.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        local_servers() as servers,
        closing(Phones()) as phones,
    ):
        kafka = KafkaSettings(servers=servers.kafka_servers, prefix=f"storm-{time.time_ns()}.")
        listening = None if given.without_pages else socket.create_server(("127.0.0.1", 0))
        found = storm(kafka, Path(folder), phones, given.excursions, given.over, listening)
    if given.json:
        print(json.dumps(found, ensure_ascii=False, indent=2))
        return
    for name, value in found.items():
        print(f"{name:>32}  {value}")


@dataclass(frozen=True)
class Came:
    """A message on somebody's phone; `at` by this process's clock, seconds."""

    at: float
    to: str
    text: str


class Phones:
    """Everybody's phones, and what came."""

    def __init__(self) -> None:
        came: list[Came] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                text = body["title"] + "\n" + body["message"]
                came.append(Came(time.monotonic(), self.path.lstrip("/"), text))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.came = came
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def url(self, name: str) -> str:
        return f"json://127.0.0.1:{self._server.server_port}/{name}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def storm(
    kafka: KafkaSettings,
    folder: Path,
    phones: Phones,
    excursions: int,
    over: float,
    listening: socket.socket | None,
) -> dict[str, Any]:
    ensure_topics(kafka, (REGISTRY, EXCURSIONS, ALERT_COMMANDS))
    assets = -(-excursions // COMPARTMENTS)
    crews = -(-assets // ASSETS_A_CREW)
    database = folder / "alerts.sqlite"
    settings = AlertSettings(
        kafka,
        database,
        routes(phones, crews),
        profiles=load_profiles(),
        links=None if listening is None else Links(address(listening), SECRET),
    )
    register(kafka, assets)
    stop, ready = threading.Event(), threading.Event()
    service = threading.Thread(target=AlertService(settings).run, args=(stop, ready))
    service.start()
    ready.wait(60)
    sent = send(kafka, excursions, over)
    began = time.monotonic()
    while waiting(database, excursions):
        if time.monotonic() - began > PATIENCE:
            break
        time.sleep(0.5)
    stop.set()
    service.join()
    named = {one: set(places(one.text)) for one in phones.came}
    seconds = [0.0]
    if listening is not None and settings.links is not None:
        with pages(settings, settings.links, listening):
            for one in phones.came:
                asked = time.monotonic()
                named[one] |= followed(one.text, settings.links.url)
                seconds.append(time.monotonic() - asked)
    return reckoned(database, named, sent, (assets, crews)) | {
        "seconds to open a page, worst": round(max(seconds), 2)
    }


def address(listening: socket.socket) -> str:
    return f"http://127.0.0.1:{listening.getsockname()[1]}"


@contextmanager
def pages(settings: AlertSettings, links: Links, listening: socket.socket) -> Iterator[None]:
    """The console over the storm's database, as it is once all is sent."""
    console = ConsoleSettings(
        settings, links, lambda _: None, lambda *_: {}, lambda: time.time_ns() // 1_000_000
    )
    server = uvicorn.Server(uvicorn.Config(build(console), log_level="warning", lifespan="off"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(20)


def followed(text: str, url: str) -> set[str]:
    """The alerts that the page names which a message's link opens."""
    with requests.Session() as visitor:
        visitor.trust_env = False
        page = visitor.get(text.splitlines()[-1], timeout=60)
    page.raise_for_status()
    return set(re.findall(r"/a/([0-9a-f]{16})", page.url.removeprefix(url) + page.text))


def places(text: str) -> Iterator[str]:
    """The alerts that a text names: by locker and compartment in one line, or all of one locker."""
    is_of_one = len(set(re.findall(r"locker \d{4}", text))) == 1
    for line in [text.replace("\n", " ")] if is_of_one else text.splitlines():
        for locker in re.findall(r"locker (\d{4})", line):
            for compartment in re.findall(r"\bc(\d\d)(?!\d)", line):
                yield f"{int(locker) * COMPARTMENTS + int(compartment):016x}"


def routes(phones: Phones, crews: int) -> Routes:
    people = [
        Recipient(f"courier-{n}", {"phone": phones.url(f"courier-{n}")}, "zh-CN", (f"crew-{n}",))
        for n in range(crews)
    ]
    depots = range(-(-crews // CREWS_A_DEPOT))
    people += [
        Recipient(f"depot-{n}", {"phone": phones.url(f"depot-{n}")}, counties=(f"county-{n}",))
        for n in depots
    ]
    people.append(Recipient("operator", {"phone": phones.url("operator")}, "en"))
    rules = (
        Rule("critical", ("@crew", "@depot"), severity=("critical",)),
        Rule("all", ("@crew",), (Step(10 * MINUTE_MS, ("@depot",)),)),
    )
    return Routes({one.name: one for one in people}, Rule("default", ("operator",)), rules)


def register(kafka: KafkaSettings, assets: int) -> None:
    sender = producer(kafka)
    for n in range(assets):
        crew = n // ASSETS_A_CREW
        entry = Entry(
            since=iso(0),
            kind="locker",
            asset=f"locker {n:04}",
            compartments={
                f"c{c:02}": CompartmentEntry(profile="iced-seafood") for c in range(COMPARTMENTS)
            },
            county=f"county-{crew // CREWS_A_DEPOT}",
            crew=f"crew-{crew}",
            position=(36.0 + n / 5000, 120.3 + n / 7000),
        )
        value = msgspec.json.encode(Registration(device=f"locker-{n:04}", history=[entry]))
        sender.send(kafka.topic(REGISTRY), value, f"locker-{n:04}".encode())
    sender.flush()
    sender.close()


def send(kafka: KafkaSettings, excursions: int, over: float) -> dict[str, tuple[float, Severity]]:
    """The storm, evenly over its time; when each was sent, and how grave it is."""
    sender = producer(kafka)
    sent: dict[str, tuple[float, Severity]] = {}
    began = time.monotonic()
    for n in range(excursions):
        due = began + over * n / excursions
        time.sleep(max(0.0, due - time.monotonic()))
        # Compartments of one locker warm up at different times: they come scattered.
        place = n * 7_919 % excursions
        device, compartment = f"locker-{place // COMPARTMENTS:04}", f"c{place % COMPARTMENTS:02}"
        severity: Severity = "critical" if place % 10 == 0 else "warning"
        now = time.time_ns() // 1_000_000
        start = iso(now - 31 * MINUTE_MS)
        record = ExcursionRecord(
            id=f"{place:016x}",
            state="confirmed",
            device=device,
            compartment=compartment,
            channel=f"{compartment}.air",
            limit="warm",
            severity=severity,
            profile="iced-seafood",
            start=start,
            confirmed=iso(now),
            end=None,
            minutes=31.0,
            unknown_minutes=0.0,
            degree_minutes=60.0,
            peak=6.4,
            peak_at=iso(now),
            as_of=n,
        )
        sent[record.id] = (time.monotonic(), severity)
        sender.send(kafka.topic(EXCURSIONS), msgspec.json.encode(record), device.encode())
    sender.flush()
    sender.close()
    return sent


def waiting(database: Path, excursions: int) -> bool:
    """Whether anything is still to be taken in or sent."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=30)) as db:
        [taken] = db.execute("SELECT count(*) FROM alerts").fetchone()
        [left] = db.execute(
            "SELECT count(*) FROM messages WHERE state IN ('pending', 'sending')"
        ).fetchone()
    return bool(taken < excursions or left)


def reckoned(
    database: Path,
    named: dict[Came, set[str]],
    sent: dict[str, tuple[float, Severity]],
    sizes: tuple[int, int],
) -> dict[str, Any]:
    """What came of it; `named`: the alerts that each message names, in its text or on its page."""
    assets, crews = sizes
    with closing(sqlite3.connect(database)) as db:
        twice = db.execute(
            "SELECT count(*) FROM (SELECT 1 FROM tells WHERE NOT cancelled"
            " GROUP BY alert, recipient, channel HAVING count(*) > 1)"
        ).fetchone()[0]
    told: dict[str, float] = {}
    told_to: dict[str, set[str]] = {}
    for one in sorted(named, key=lambda one: one.at):
        for alert in named[one]:
            told.setdefault(alert, one.at)
            told_to.setdefault(one.to, set()).add(alert)
    grave = [name for name, (_, severity) in sent.items() if severity == "critical"]
    waits = [told[name] - sent[name][0] for name in sent if name in told]
    grave_waits = [told[name] - sent[name][0] for name in grave if name in told]
    each = Counter(one.to for one in named)
    return {
        "excursions": len(sent),
        "assets": assets,
        "people": crews + -(-crews // CREWS_A_DEPOT) + 1,
        "messages": len(named),
        "most to one person": max(each.values(), default=0),
        "alerts named": len(told),
        "critical": len(grave),
        "critical lost": sum(name not in told for name in grave),
        "critical not named to their crew": sum(
            name not in told_to.get(courier_of(name), set()) for name in grave
        ),
        "told twice": twice,
        "seconds to the word, median": round(statistics.median(waits), 1) if waits else None,
        "seconds to the word, worst": round(max(waits), 1) if waits else None,
        "critical: worst": round(max(grave_waits), 1) if grave_waits else None,
        "longest message, characters": max((len(one.text) for one in named), default=0),
    }


def courier_of(alert: str) -> str:
    return f"courier-{int(alert, 16) // COMPARTMENTS // ASSETS_A_CREW}"


if __name__ == "__main__":
    main()
