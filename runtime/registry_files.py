"""Registry files that people hand to a command: TOML, or CSV by its name."""

from pathlib import Path
from typing import TYPE_CHECKING

from runtime.errors import UserError

if TYPE_CHECKING:
    from coldchain.registry import Registration


def read_registrations(file: Path) -> "list[Registration]":
    """The registrations of a file, in its order. Raises UserError, naming what is wrong."""
    from coldchain.registry_toml import RegistryError, loads
    from ingest.registry_csv import loads_csv

    read = loads_csv if file.suffix.lower() == ".csv" else loads
    try:
        return read(file.read_text(encoding="utf-8"), str(file))
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{file}: can't be read: {error}") from None
    except RegistryError as error:
        raise UserError(str(error)) from None
