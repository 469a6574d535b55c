"""A board: its name for ever, its panels with their numbers, and how it becomes JSON."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import dashboard

from coldchain.reasons import Language
from dashboards.influxql import Query
from dashboards.settings import CONSOLE
from dashboards.words import words

TAG = "coldchain"
HIDDEN = dashboard.VariableHide.HIDE_VARIABLE
_SUFFIX: dict[Language, str] = {"en": "en", "zh-CN": "zh"}
_OTHER: dict[Language, Language] = {"en": "zh-CN", "zh-CN": "en"}

#: What a panel's module offers; the SDK's panel builders share no type with these methods.
MakePanel = Callable[[Language], Any]


@dataclass(frozen=True)
class Asked:
    """One question of a board: of which panel, and with what of its own.

    `interval` is the least `$__interval`, `time_from` the panel's own time range (`7d`), `points`
    how many points of a line it asks for (None: by its width).
    """

    panel: str
    query: Query
    interval: str | None = None
    time_from: str | None = None
    points: float | None = None


@dataclass(frozen=True)
class Board:
    """A board in two languages. `panels`: number for ever -> what makes it.

    `leads_to_console`: it has links to the pages, whose address is its hidden variable.
    """

    slug: str
    panels: Mapping[int, MakePanel]
    variables: tuple[Callable[[Language], build.QueryVariable], ...]
    time_from: str = "now-6h"
    refresh: str = "30s"
    annotations: tuple[Callable[[Language], dashboard.AnnotationQuery], ...] = ()
    leads_to_console: bool = False

    def uid(self, language: Language) -> str:
        return f"coldchain-{self.slug}-{_SUFFIX[language]}"

    def title(self, language: Language) -> str:
        return words(self.slug, language)

    def dashboard(self, language: Language, console: str = CONSOLE) -> dashboard.Dashboard:
        """The board as the SDK's model. `console`: where people reach the pages."""
        made = (
            build.Dashboard(self.title(language))
            .uid(self.uid(language))
            .description(words(f"{self.slug}-about", language))
            .tags([TAG, language])
            .timezone("browser")
            .time(self.time_from, "now")
            .refresh(self.refresh)
            .readonly()
            .tooltip(dashboard.DashboardCursorSync.CROSSHAIR)
            .link(_to_boards(language))
            .link(_to_other(self.uid(_OTHER[language]), language))
        )
        for variable in self.variables:
            made = made.with_variable(variable(language))
        if self.leads_to_console:
            made = made.with_variable(_Console("console").value(console.rstrip("/"))).link(
                _to_shift(language)
            )
        for number, panel in self.panels.items():
            made = made.with_panel(panel(language).id(number))
        board = made.build()
        if self.annotations:
            found = [make(language) for make in self.annotations]
            board.annotations = dashboard.AnnotationContainer(list_val=found)
        return board

    def text(self, language: Language, console: str = CONSOLE) -> str:
        """The board as JSON, the same text every time."""
        board = self.dashboard(language, console)
        return json.dumps(board, cls=JSONEncoder, indent=2, sort_keys=True, ensure_ascii=False)

    def json(self, language: Language, console: str = CONSOLE) -> dict[str, Any]:
        """The board as Grafana's API takes it."""
        found: dict[str, Any] = json.loads(self.text(language, console))
        return found

    def asked(self, language: Language) -> Iterator[Asked]:
        """Every question of its panels, in their order."""
        for panel in self.dashboard(language).panels or []:
            if isinstance(panel, dashboard.Panel):
                for target in panel.targets or []:
                    if isinstance(target, Query):
                        yield Asked(
                            panel.title or "",
                            target,
                            panel.interval,
                            panel.time_from,
                            panel.max_data_points,
                        )


def _to_boards(language: Language) -> build.DashboardLink:
    return (
        build.DashboardLink(words("boards", language))
        .type(dashboard.DashboardLinkType.DASHBOARDS)
        .tags([TAG, language])
        .as_dropdown(True)
        .keep_time(True)
    )


class _Console(build.ConstantVariable):
    """Where the pages are; nobody chooses it. The SDK's builder can't hide a constant."""

    def build(self) -> dashboard.VariableModel:
        model = super().build()
        model.hide = HIDDEN
        return model


def _to_shift(language: Language) -> build.DashboardLink:
    return (
        build.DashboardLink(words("shift", language))
        .type(dashboard.DashboardLinkType.LINK)
        .url("${console}/shift")
        .target_blank(True)
    )


def _to_other(uid: str, language: Language) -> build.DashboardLink:
    return (
        build.DashboardLink(words("other-language", language))
        .type(dashboard.DashboardLinkType.LINK)
        .url(f"/d/{uid}")
        .keep_time(True)
        .include_vars(True)
    )
