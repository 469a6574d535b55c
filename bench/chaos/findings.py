"""What is wrong, by kind."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Findings:
    """What is wrong, by kind, each told in a line. None of it: all is well."""

    wrong: dict[str, list[str]] = field(default_factory=dict)
    readings: int = 0
    excursions: int = 0
    parcels: int = 0
    messages: int = 0

    def add(self, kind: str, line: str) -> None:
        self.wrong.setdefault(kind, []).append(line)
