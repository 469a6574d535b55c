"""Where things are kept on this machine: downloads, the state of running servers, their data."""

import os
from pathlib import Path

import platformdirs

APP = "coldchain"


def cache_folder() -> Path:
    """What was downloaded or built, and can be again. `COLDCHAIN_CACHE` overrides."""
    override = os.environ.get("COLDCHAIN_CACHE")
    return Path(override).expanduser() if override else Path(platformdirs.user_cache_dir(APP))


def state_folder() -> Path:
    """Which servers are up, their logs and data. `COLDCHAIN_STATE` overrides."""
    override = os.environ.get("COLDCHAIN_STATE")
    return Path(override).expanduser() if override else Path(platformdirs.user_state_dir(APP))
