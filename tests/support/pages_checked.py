"""What every page has to pass on a screen: axe, no scrolling sideways, targets for a glove."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe

#: A gloved finger: WCAG 2.2 asks for 24 px, makers of phones for 44 to 48.
LEAST_PX = 48


def check_page(page: Any, path: str, width: int) -> None:
    """The page that is open, all of it unfolded; `width` is the screen's, `path` names it."""
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    found = Axe().run(page)
    assert found.violations_count == 0, (path, found.generate_report())
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width, (path, wide)
    small = page.evaluate(
        """least => [...document.querySelectorAll(
            'a:not(.skip), button, input:not([type=hidden]), select, textarea, summary')]
            .filter(one => one.getClientRects().length
                && one.getBoundingClientRect().height < least)
            .map(one => one.outerHTML)""",
        LEAST_PX,
    )
    assert small == [], path
