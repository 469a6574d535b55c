"""Limits: what a profile says a temperature may do, and for how long."""

from dataclasses import dataclass
from typing import Literal

Side = Literal["above", "below"]
Mode = Literal["consecutive", "cumulative"]
Severity = Literal["warning", "critical"]
#: Which temperatures a limit judges; `any`: air and product alike. Ambient is never judged.
Judged = Literal["air", "product", "any"]


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit of a profile.

    `threshold` and `clear` are micro-degrees Celsius, `allowed` is in ms. An excursion begins
    beyond `threshold` ("above 8", or "at or above 8" where `inclusive`), and ends at or inside
    `clear` (hysteresis; the threshold itself where a profile names none).
    """

    id: str
    side: Side
    threshold: int
    allowed: int
    severity: Severity
    inclusive: bool = False
    mode: Mode = "consecutive"
    quantity: Judged = "any"
    clear: int | None = None

    @property
    def sign(self) -> int:
        """+1 above, -1 below: multiplied by it, every limit is one above."""
        return 1 if self.side == "above" else -1

    @property
    def clear_level(self) -> int:
        """The level at or inside which an excursion ends, micro-degrees."""
        return self.threshold if self.clear is None else self.clear

    def judges(self, quantity: str | None) -> bool:
        """Whether it judges this quantity; None: a logger's column that names none."""
        return quantity is None or (
            quantity in ("air", "product") and self.quantity in ("any", quantity)
        )

    def beyond(self, value: int) -> bool:
        """Whether a reading (micro-degrees) is beyond the threshold."""
        excess = self.sign * (value - self.threshold)
        return excess > 0 or (self.inclusive and excess == 0)

    def is_calm(self, value: int) -> bool:
        """Whether a reading (micro-degrees) is at or inside `clear`: it ends an excursion."""
        return self.sign * (value - self.clear_level) <= 0 and not self.beyond(value)
