"""What people were told: the phone's own list, the alert service's, and what had to be told."""

import sqlite3
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from coldchain.records import ExcursionRecord
from runtime.demo.phone import Received

from .findings import Findings

#: The alert service's settings here: the city's hours pass in minutes.
SETTINGS = {
    "GROUP_WAIT": "1",
    "GROUP_INTERVAL": "1",
    "GROUP_INTERVAL_CRITICAL": "1",
    "DIGEST_INTERVAL": "0",
    "PER_MINUTE": "100000",
    "STALE_AFTER": "1e9",  # seconds: the city's hours are long past
}
ROUTES = """
[[recipients]]
name = "courier"
language = "en"
channels = { phone = "file:phone.url" }

[default]
to = ["courier"]
"""


def write_routes(path: Path, url: str) -> Path:
    """Everything goes to one phone, at this apprise address."""
    path.with_name("phone.url").write_text(url)
    path.write_text(ROUTES)
    return path


def check_told(
    database: Path,
    received: Iterable[Received],
    expected: Iterable[ExcursionRecord],
    found: Findings,
) -> int:
    """Compare; how many messages came.

    A message in doubt after a crash is sent again in other words that say so: then one came that
    the list no longer has as it came. So many, and no more, may be on the phone alone.
    """
    came = Counter((one.title, one.body) for one in received)
    with _opened(database) as db:
        rows = db.execute("SELECT title, body, state, again FROM messages").fetchall()
        known = {row[0] for row in db.execute("SELECT id FROM excursions")}
    listed = Counter((title, body) for title, body, state, _ in rows if state == "sent")
    in_doubt = sum(again for *_, again in rows)
    for words, count in (listed - came).items():
        found.add("messages lost", f"{count} of {words[0]!r}")
    surplus = came - listed
    for words in sorted(surplus.keys() & listed.keys()):
        found.add("messages doubled", f"{came[words]} came of {listed[words]}: {words[0]!r}")
    alone = sum(count for words, count in surplus.items() if words not in listed)
    if alone > in_doubt:
        found.add("messages invented", f"{alone} came that are on no list, {in_doubt} in doubt")
    for one in expected:
        if one.confirmed and one.id not in known:
            found.add("alerts missing", f"{one.device} {one.channel} {one.limit} {one.confirmed}")
    if not came:
        found.add("messages lost", "nobody was told of anything")
    for title, _, state, _ in rows:
        if state in ("pending", "sending", "given-up"):
            found.add("messages not sent", f"{state}: {title!r}")
    return came.total()


def _opened(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{database}?mode=ro", uri=True)
