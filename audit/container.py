"""A bundle's file: a ZIP of which every byte is accounted for.

Members are stored as they are, with one fixed date, in one order: what is read is packed again,
and has to be the same file to the last byte. So no byte of the ZIP's own can be changed unseen.
"""

import io
import zipfile
from collections.abc import Mapping
from typing import NoReturn

_DATE = (1980, 1, 1, 0, 0, 0)
_MODE = 0o644 << 16
_UNIX = 3


class ContainerError(ValueError):
    """Not a bundle as it was packed; the message says where."""


def pack(members: Mapping[str, bytes]) -> bytes:
    """The file with these members, in their order."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, _DATE)
            info.create_system = _UNIX
            info.external_attr = _MODE
            archive.writestr(info, content)
    return packed.getvalue()


def unpack(packed: bytes) -> dict[str, bytes]:
    """The members of a file that `pack` made. Raises ContainerError for any other."""
    members: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            # Members that lie in one another would be read once for each: gigabytes from a few.
            if sum(info.file_size for info in archive.infolist()) > len(packed):
                _refuse("its members are larger than the file")
            for info in archive.infolist():
                if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
                    _refuse(f"{info.filename!r} is not stored as it is")
                try:
                    members[info.filename] = archive.read(info)
                except (zipfile.BadZipFile, EOFError) as error:
                    _refuse(f"{info.filename}: changed ({error})")
            if len(members) != len(archive.infolist()):
                _refuse("a name is there twice")
    except ContainerError:
        raise
    except Exception as error:  # noqa: BLE001 - zipfile raises nearly anything on a broken file
        raise ContainerError(f"not a bundle, or broken: {error}") from None
    again = pack(members)
    if again != packed:
        at = next(
            (i for i, (a, b) in enumerate(zip(packed, again, strict=False)) if a != b),
            min(len(packed), len(again)),
        )
        _refuse(f"byte {at} is not as it was packed (near {_near(members, at)})")
    return members


def _near(members: Mapping[str, bytes], at: int) -> str:
    """The member in or before which a byte lies, by the order of members."""
    position = 0
    for name, content in members.items():
        position += 30 + len(name.encode()) + len(content)
        if at < position:
            return name
    return "the table of contents"


def _refuse(what: str) -> NoReturn:
    raise ContainerError(what)
