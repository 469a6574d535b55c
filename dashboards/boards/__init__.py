"""The boards: a new one is one new file, and its row here."""

from .asset import ASSET
from .board import Board
from .fleet_now import FLEET_NOW

BOARDS: tuple[Board, ...] = (FLEET_NOW, ASSET)

__all__ = ["BOARDS", "Board"]
