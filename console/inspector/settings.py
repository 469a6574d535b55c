"""What the inspector's pages need to know, and are handed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from audit.signing import Signer
from coldchain.parcel_records import AboardRecord


@dataclass(frozen=True, slots=True)
class InspectorSettings:
    """`folder`: the archive's. `sign` gives a person's key and `seal` the archive's; both raise
    AuditError where there is none. `tell` sends the custody events that wait, or leaves them.
    `aboard`: who is, and was, aboard a device by the stream, and may raise anything: the archive
    is asked then, which is as old as its last seal. `font`: a file with Chinese, for PDFs;
    `fonts`: where such are kept cut down.
    """

    folder: Path
    sign: Callable[[str], Signer]
    seal: Callable[[], Signer]
    tell: Callable[[], None]
    aboard: Callable[[str], Sequence[AboardRecord]]
    font: Path | None = None
    fonts: Path | None = None
