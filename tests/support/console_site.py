"""The console on a free port of loopback, over a world of alerts; commands are done at once."""

import socket
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import requests
import uvicorn
from alert_world import World, record

from alerts.books import Books
from alerts.database import open_database, transaction
from alerts.links import Links
from alerts.routes import Recipient, Routes, Rule
from alerts.settings import AlertSettings
from coldchain.alert_commands import Command
from coldchain.limits import Limit
from coldchain.profile import Profile
from coldchain.times import MINUTE_MS, iso
from console.app import build
from console.inspector.settings import InspectorSettings
from console.settings import ConsoleSettings, NotSentError

SECRET = "a secret of the tests, and of nothing else"

PROFILE = Profile(
    "iced-seafood",
    {"en": "Iced seafood"},
    (
        Limit("warm", "above", 4_000_000, 30 * MINUTE_MS, "critical"),
        Limit("freezing", "below", -1_000_000, 0, "warning"),
    ),
    max_gap=10 * MINUTE_MS,
    unknown_allowance=0,
    sampling=MINUTE_MS,
)


def _person(name: str, role: Any = "courier", language: Any = "zh-CN", crew: str = "") -> Recipient:
    crews = (crew,) if crew else ()
    address = {"phone": f"json://127.0.0.1/{name}"}
    return Recipient(name, address, language, crews, role=role)


ROUTES = Routes(
    {
        one.name: one
        for one in (
            _person("wang", crew="harbour"),
            _person("li", language="en", crew="fields"),
            _person("zhao", "operator"),
            _person("qian", "inspector", "en"),
        )
    },
    Rule("default", ("zhao",)),
    (Rule("vans", ("@crew",), kind=("van",)),),
)


@dataclass
class Line:
    """A channel's readings."""

    times: list[int]
    values: list[float]


@dataclass
class Site:
    """`world` is what there is; `readings` what the series store says; `sent` what forms did."""

    world: World
    links: Links
    settings: AlertSettings
    readings: dict[str, Line] = field(default_factory=dict)
    sent: list[Command] = field(default_factory=list)
    is_away: bool = False

    def link(self, name: str, alert: str = "") -> str:
        return self.links.to(name, alert, self.world.now)

    def visitor(self, name: str | None = None, alert: str = "") -> "Visitor":
        """Somebody with a browser; with a name, come in by a link."""
        made = Visitor(self)
        if name is not None:
            assert made.get(self.link(name, alert)).status_code == 200
        return made


class Visitor:
    """A browser without a screen: keeps cookies, follows redirects."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.session = requests.Session()
        self.session.trust_env = False

    def get(self, path: str, **more: Any) -> requests.Response:
        return self.session.get(self._url(path), timeout=20, **more)

    def post(
        self, path: str, fields: Mapping[str, str], proof: str | None = None, **more: Any
    ) -> requests.Response:
        """Send a form; `proof`: as the page has it, unless another is given."""
        cookie = self.session.cookies.get("coldchain") or ""
        given = self._site.links.proof(cookie) if proof is None else proof
        data = {**fields, "proof": given}
        return self.session.post(self._url(path), data=data, timeout=20, **more)

    def _url(self, path: str) -> str:
        return path if path.startswith("http") else self._site.links.url + path


@contextmanager
def serve(app: Any, listening: socket.socket) -> Iterator[None]:
    """An application on that socket, until the block ends."""
    server = uvicorn.Server(
        uvicorn.Config(app, log_level="warning", lifespan="off", server_header=False)
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(20)


@contextmanager
def site(folder: Path, inspector: InspectorSettings | None = None) -> Iterator[Site]:
    """A site with one van in breach, told to wang; nothing else. `inspector`: its desk, if any."""
    database = folder / "alerts.sqlite"
    listening = socket.create_server(("127.0.0.1", 0))
    links = Links(f"http://127.0.0.1:{listening.getsockname()[1]}", SECRET)
    world = World(
        routes=ROUTES,
        database=database,
        links=links,
        profiles={PROFILE.id: PROFILE},
        locate=lambda device: (36.06, 120.38) if device.startswith("van") else None,
    )
    made = Site(world, links, world.settings)
    lock = threading.Lock()

    def send(commands: Sequence[Command]) -> None:
        if made.is_away:
            raise NotSentError("away")
        with lock:
            db = open_database(database)
            with transaction(db):
                for command in commands:
                    Books(db, world.settings).command(command, world.now)
            db.close()
            made.sent.extend(commands)

    def readings(_device: str, _compartment: str, start: int, end: int) -> Mapping[str, Line]:
        if made.is_away:
            raise OSError("away")
        return made.readings

    settings = ConsoleSettings(
        world.settings, links, send, readings, lambda: world.now, inspector=inspector
    )
    with serve(build(settings), listening):
        yield made
    world.db.close()


def breach(made: Site, name: str = "a1b2c3d4e5f60718", **changes: Any) -> None:
    """A van in breach for three quarters of an hour, told to whom the routes name."""
    world = made.world
    start = iso(world.now - 45 * MINUTE_MS)
    plain: dict[str, Any] = {
        "start": start,
        "confirmed": start,
        "peak_at": iso(world.now - 5 * MINUTE_MS),
        "minutes": 45.0,
        "peak": 9.24,
        "parcels": [f"SF13{number:08}" for number in range(4_210_331, 4_210_337)],
        "parcels_total": 12,
    }
    world.say(msgspec.structs.replace(record(name), **{**plain, **changes}))
    world.go_to(world.minute + 0.5)


def warm_morning(now: int) -> dict[str, Line]:
    """A van whose unit failed an hour ago: air and product, with a gap in the air's readings."""
    times = [now - minute * MINUTE_MS for minute in range(140, -1, -1)]

    def rising(at: int, lag: float, rate: float) -> float:
        minutes = (at - now) / MINUTE_MS + 70 - lag
        return 2.2 + (0.25 if (at // MINUTE_MS) % 7 < 3 else 0.0) + max(0.0, minutes) * rate

    air = [at for at in times if not -32 < (at - now) / MINUTE_MS < -14]
    return {
        "air": Line(air, [round(rising(at, 0, 0.13), 2) for at in air]),
        "product": Line(times, [round(rising(at, 12, 0.12), 2) for at in times]),
    }
