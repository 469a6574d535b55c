"""The boards: a new one is one new file, and its row here."""

from .alerts import BOARD as ALERTS
from .asset import ASSET
from .board import Board
from .first_mile import BOARD as FIRST_MILE
from .fleet_now import FLEET_NOW
from .lockers import BOARD as LOCKERS
from .pipeline_health import BOARD as PIPELINE_HEALTH

BOARDS: tuple[Board, ...] = (FLEET_NOW, ASSET, LOCKERS, FIRST_MILE, ALERTS, PIPELINE_HEALTH)
BY_SLUG = {board.slug: board for board in BOARDS}

__all__ = ["BOARDS", "BY_SLUG", "Board"]
