"""Each day's last seal, left with somebody else: what is under it can't be made up afterwards.

A place is a folder (of another authority's, mounted here), a time-stamping service (`tsa+https://…`,
audit/timestamps.py), or an address that apprise can reach (`mailto://…`, `json://…`). One that does
not take it is tried again after the next seal.
"""

import logging
from collections.abc import Sequence
from pathlib import Path

from coldchain.times import iso

from .catalog import Catalog
from .seals import SignedSeal, encode_signed
from .timestamps import is_service, keep, stamp

_log = logging.getLogger(__name__)


def deposit(catalog: Catalog, places: Sequence[str], now: int, folder: Path) -> int:
    """Leave the last seals of all days that are over, at every place that lacks them; how many.

    `folder`: the archive's, which keeps what time-stamping services answer.
    """
    left = 0
    for place in places:
        done = catalog.deposits(place)
        for start, seal in catalog.last_of_days(now):
            if start in done:
                continue
            try:
                _leave(place, iso(start)[:10], seal, folder)
            except OSError as error:
                _log.warning("%s not deposited at %s: %s", iso(start)[:10], _shown(place), error)
                break
            catalog.deposited(start, place, now)
            left += 1
    return left


def _leave(place: str, day: str, seal: SignedSeal, folder: Path) -> None:
    """Leave the seal of a day (`2026-11-23`) at a place. Raises OSError where it is not taken."""
    if is_service(place):
        keep(folder, seal.seal.number, stamp(place, seal))
    elif "://" in place:
        _send(place, day, seal)
    else:
        _drop(place, day, seal)


def _drop(place: str, day: str, seal: SignedSeal) -> None:
    """A file of the day in a folder. One that is there already is never changed."""
    path = Path(place).expanduser() / f"{day}.seal.json"
    content = encode_signed(seal)
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        if path.read_bytes() != content:
            raise OSError(f"{path} is there, and is another") from None


def _send(place: str, day: str, seal: SignedSeal) -> None:
    """A message with the seal in it."""
    import apprise

    reached = apprise.Apprise()
    if not reached.add(place):
        raise OSError("no address that apprise knows")
    text = encode_signed(seal).decode()
    if not reached.notify(title=f"coldchain seal of {day}: {seal.digest}", body=text):
        raise OSError("not taken")


def _shown(place: str) -> str:
    """A place without what may be a password in it."""
    return place.split("://", 1)[0] + "://…" if "://" in place else place
