"""A tap in a cold store: kept and sent when there is signal again, once, or said not to be sent."""

from typing import Any

import pytest
from console_site import Site, breach

from coldchain.times import HOUR_MS

pytestmark = pytest.mark.integration

ALERT = "a1b2c3d4e5f60718"
KEPT = "已保存，有信号后自动发送"


@pytest.fixture
def dead(site: Site, phone_screen: Any) -> Any:
    """An alert's page on a phone that shows bars and reaches nobody."""
    site.world.enrol("van-1")
    breach(site, ALERT)
    page = phone_screen()
    page.goto(site.link("wang", ALERT))
    for what in ("**/acknowledge", "**/proof"):
        page.route(what, lambda route: route.abort())
    yield page
    page.complaints[:] = [said for said in page.complaints if "Failed to load" not in said]


def _tap(page: Any, cause: str = "goods-moved") -> None:
    page.locator(f"button[value={cause}]").tap()


def _signal(page: Any) -> None:
    """There is signal again, and the phone notices."""
    page.unroute_all()
    page.evaluate("dispatchEvent(new Event('online'))")


def test_a_tap_that_reaches_nobody_is_kept_though_the_phone_believes_it_has_signal(
    site: Site, dead: Any
) -> None:
    assert dead.evaluate("navigator.onLine")
    _tap(dead)
    dead.get_by_text(KEPT).wait_for()
    assert site.sent == []
    _signal(dead)
    dead.get_by_text("wang 处理中").first.wait_for()
    dead.get_by_text(KEPT).wait_for(state="hidden")
    assert [one.cause for one in site.sent] == ["goods-moved"]  # type: ignore[union-attr]


def test_a_tap_is_kept_though_the_page_is_closed_and_sent_by_the_next_that_opens(
    site: Site, dead: Any
) -> None:
    _tap(dead)
    dead.get_by_text(KEPT).wait_for()
    context = dead.context
    dead.close()
    other = context.new_page()
    other.goto(site.links.url)
    other.get_by_text("wang 处理中").first.wait_for()
    assert len(site.sent) == 1


def test_a_tap_kept_over_a_session_is_sent_in_the_next(site: Site, dead: Any) -> None:
    _tap(dead)
    dead.get_by_text(KEPT).wait_for()
    site.world.now += 13 * HOUR_MS
    _signal(dead)
    dead.get_by_text("还没有发出，已保存：登录已过期").wait_for()
    assert site.sent == []
    dead.goto(site.link("wang", ALERT))
    dead.get_by_text("wang 处理中").first.wait_for()
    assert len(site.sent) == 1


def test_a_tap_that_is_refused_is_said_not_to_be_entered_until_somebody_has_read_it(
    site: Site, dead: Any, picture: Any
) -> None:
    dead.evaluate("document.querySelector('button[value=unloading]').value = 'because'")
    _tap(dead, "because")
    dead.get_by_text(KEPT).wait_for()
    _signal(dead)
    dead.get_by_text("没有登记：表单无效").wait_for()
    picture(dead, "not-entered-zh-CN")
    dead.get_by_text("知道了").tap()
    dead.get_by_text("没有登记：").wait_for(state="hidden")
    assert site.sent == []


def test_a_tap_whose_answer_was_lost_is_done_once(site: Site, dead: Any) -> None:
    def take_and_vanish(route: Any) -> None:
        route.fetch()
        route.abort()

    dead.unroute_all()
    dead.route("**/acknowledge", take_and_vanish)
    _tap(dead)
    dead.get_by_text(KEPT).wait_for()
    assert len(site.sent) == 1
    _signal(dead)
    dead.get_by_text("wang 处理中").first.wait_for()
    dead.get_by_text(KEPT).wait_for(state="hidden")
    assert len(site.sent) == 1


def test_a_tap_is_never_sent_under_another_persons_name(site: Site, dead: Any) -> None:
    _tap(dead)
    dead.get_by_text(KEPT).wait_for()
    dead.unroute_all()
    with dead.expect_response("**/health"):  # li's page is there, and asks for nothing more
        dead.goto(site.link("li"))
        dead.evaluate("fetch('/health')")
    assert site.sent == []
    dead.goto(site.link("wang", ALERT))
    dead.get_by_text("wang 处理中").first.wait_for()
    assert {one.by for one in site.sent} == {"wang"}


def test_a_phone_that_keeps_nothing_sends_as_any_browser_does(
    site: Site, phone_screen: Any
) -> None:
    site.world.enrol("van-1")
    breach(site, ALERT)
    page = phone_screen()
    page.goto(site.link("wang", ALERT))
    page.evaluate("() => { Storage.prototype.setItem = () => { throw new Error('full'); } }")
    _tap(page)
    page.get_by_text("wang 处理中").first.wait_for()
    assert len(site.sent) == 1
