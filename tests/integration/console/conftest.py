"""A real Chromium, with a phone's screen. `COLDCHAIN_PICTURES` names a folder for screenshots."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alert_world import condition
from console_site import Site
from console_site import site as running
from receivers import Phone, a_phone

from coldchain.records import ConditionRecord

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")  # Playwright's loop runs in this thread: no asyncio.run beside it
def browser() -> Iterator[Any]:
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip(
            f"no browser here: none of {', '.join(BROWSERS)} (Debian: apt install chromium)"
        )
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        # In a container, Chromium's own sandbox needs rights that nobody has there.
        made = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        try:
            yield made
        finally:
            made.close()


@pytest.fixture
def phone_screen(browser: Any) -> Iterator[Callable[..., Any]]:
    """Makes pages on a phone's screen; what a script complains of fails the test at its end."""
    opened: list[Any] = []
    complaints: list[str] = []

    def make(**more: Any) -> Any:
        plain = {
            "viewport": {"width": 390, "height": 844},
            "device_scale_factor": 2,
            "has_touch": True,
            "is_mobile": True,
            "service_workers": "block",
        }
        context = browser.new_context(**{**plain, **more})
        context.set_default_timeout(15_000)
        opened.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console",
            lambda said: complaints.append(said.text) if said.type == "error" else None,
        )
        page.complaints = complaints
        return page

    yield make
    for context in opened:
        context.close()
    assert complaints == []


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with running(tmp_path) as made:
        yield made


@pytest.fixture
def phone() -> Iterator[Phone]:
    with a_phone() as made:
        yield made


@pytest.fixture
def picture() -> Callable[[Any, str], None]:
    """Keeps a screenshot, where a folder is named for them."""
    folder = os.environ.get("COLDCHAIN_PICTURES")

    def keep(page: Any, name: str) -> None:
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{folder}/{name}.png", full_page=True)

    return keep


@pytest.fixture(scope="session")
def make_condition() -> Callable[..., ConditionRecord]:
    return condition
