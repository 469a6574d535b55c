"""Templates, filled with everything escaped; a name that is missing is an error, not a blank."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import HTMLResponse


class Templates:
    """The room's templates."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def page(self, name: str, status: int = 200, **facts: Any) -> HTMLResponse:
        """A page."""
        return HTMLResponse(self._environment.get_template(name).render(**facts), status)
