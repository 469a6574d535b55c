"""The pages in a real browser on a phone's screen: taps, no script, no signal, for everybody."""

from typing import Any

import pytest
from alert_world import record
from axe_playwright_python.sync_playwright import Axe
from console_site import Site, breach, warm_morning
from pages_checked import check_page

from coldchain.times import iso

pytestmark = pytest.mark.integration

ALERT = "a1b2c3d4e5f60718"


def _morning(site: Site, make_condition: Any) -> None:
    """A van in breach, another silent with its door open, a cold store near by."""
    world = site.world
    world.enrol("van-1")
    world.enrol("van-2")
    world.enrol("hub-1", kind="hub", position=(36.07, 120.39))
    breach(site, ALERT)
    now = iso(world.now)
    world.say(make_condition("device-silent", device="van-2", since=now, due=now))
    breach(
        site,
        "ffff000011112222",
        compartment="rear",
        severity="warning",
        limit="freezing",
        peak=-2.1,
    )
    world.go_to(world.minute + 1)
    site.readings = warm_morning(world.now)


@pytest.mark.parametrize(
    ("language", "cause", "said"),
    [("zh-CN", "制冷故障", "wang 处理中"), ("en", "Cooling failed", "wang has it")],
)
def test_two_taps_from_the_message_take_the_alert_in_hand(
    site: Site,
    phone_screen: Any,
    make_condition: Any,
    picture: Any,
    language: str,
    cause: str,
    said: str,
) -> None:
    _morning(site, make_condition)
    page = phone_screen()
    page.goto(site.link("wang"))
    page.goto(f"{site.links.url}/language/{language}")
    picture(page, f"mine-{language}")
    page.goto(site.link("wang", ALERT))  # the first tap
    picture(page, f"alert-{language}")
    page.get_by_role("button", name=cause).tap()
    page.get_by_text(said).first.wait_for()
    picture(page, f"in-hand-{language}")
    assert site.world.status(ALERT) == "acknowledged"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_shift_is_handed_over(
    site: Site, phone_screen: Any, make_condition: Any, picture: Any, language: str
) -> None:
    _morning(site, make_condition)
    page = phone_screen()
    page.goto(site.link("zhao"))
    page.goto(f"{site.links.url}/language/{language}?to=/shift")
    page.locator("#note").fill("van-1 → hub-1")
    page.locator("form[action='/shift/note'] button").tap()
    page.get_by_text("van-1 → hub-1").wait_for()
    page.locator("details summary").tap()
    page.locator("#device").fill("van-2")
    page.locator("#reason").fill("defrost")
    page.locator("form[action='/shift/silence'] button").tap()
    page.get_by_text("defrost").wait_for()
    picture(page, f"shift-{language}")


def test_the_essential_needs_no_script(site: Site, phone_screen: Any, make_condition: Any) -> None:
    _morning(site, make_condition)
    page = phone_screen(java_script_enabled=False)
    page.goto(site.link("wang", ALERT))
    page.locator("button[value=unloading]").tap()
    page.get_by_text("wang 处理中").first.wait_for()
    page.goto(site.links.url)
    assert page.locator(".card").count() == 3


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_every_page_passes_axe_fits_its_screen_and_has_targets_for_a_glove(
    site: Site, phone_screen: Any, make_condition: Any, language: str, width: int
) -> None:
    _morning(site, make_condition)
    page = phone_screen(viewport={"width": width, "height": 800}, bypass_csp=True)
    page.goto(site.link("wang"))
    page.goto(f"{site.links.url}/language/{language}")
    for name, path in (("wang", "/"), ("wang", f"/a/{ALERT}"), ("zhao", "/shift"), ("zhao", "/x")):
        page.goto(site.link(name))
        page.goto(site.links.url + path)
        check_page(page, path, width)
    page.complaints[:] = [said for said in page.complaints if "404" not in said]  # /x is meant


def test_the_keyboard_reaches_everything_and_shows_where_it_is(
    site: Site, phone_screen: Any, make_condition: Any
) -> None:
    _morning(site, make_condition)
    page = phone_screen(has_touch=False, is_mobile=False)
    page.goto(site.link("wang", ALERT))
    seen: list[str] = []
    for _ in range(12):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                "(document.activeElement.value || document.activeElement.className || '') + '|' +"
                " getComputedStyle(document.activeElement).outlineStyle"
            )
        )
    for cause in ("unloading", "unit-failed", "goods-moved", "probe-wrong"):
        assert f"{cause}|solid" in seen
    page.locator("button[value=goods-moved]").focus()
    page.keyboard.press("Enter")
    page.get_by_text("wang 处理中").first.wait_for()


def test_without_signal_the_last_copy_shows_and_a_tap_is_sent_once_there_is_signal(
    site: Site, phone_screen: Any, make_condition: Any, picture: Any
) -> None:
    _morning(site, make_condition)
    page = phone_screen(service_workers="allow")
    page.goto(site.link("wang", ALERT))
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.wait_for_function("navigator.serviceWorker.controller !== null")
    page.goto(f"{site.links.url}/a/{ALERT}")
    page.context.set_offline(True)
    page.reload()
    page.get_by_text("无网络").first.wait_for()
    assert "9.2 °C" in page.content()
    page.locator("button[value=goods-moved]").tap()
    page.get_by_text("有信号后自动发送").wait_for()
    picture(page, "no-signal-zh-CN")
    assert site.sent == []
    page.context.set_offline(False)
    page.get_by_text("wang 处理中").first.wait_for()
    assert [one.cause for one in site.sent] == ["goods-moved"]  # type: ignore[union-attr]
    page.complaints[:] = [said for said in page.complaints if "ERR_INTERNET" not in said]


@pytest.mark.parametrize(("language", "said"), [("zh-CN", "处理中"), ("en", "In hand")])
def test_a_message_about_many_is_answered_in_two_taps(
    site: Site, phone_screen: Any, picture: Any, language: str, said: str
) -> None:
    world = site.world
    for locker in range(3):
        world.enrol(f"locker-{locker}", kind="van")
        for box in range(12):
            breach_of = {"device": f"locker-{locker}", "compartment": f"c{box:02}"}
            severity = "warning" if box % 4 else "critical"
            peak = 9.2 if severity == "critical" else 5.1
            world.say(
                record(
                    f"{locker:04x}{box:012x}",
                    start=iso(world.now),
                    confirmed=iso(world.now),
                    severity=severity,
                    peak=peak,
                    **breach_of,
                )
            )
    world.go_to(world.minute + 1)
    letters = [letter for _, who, letter in world.heard if who == "wang"]
    page = phone_screen(bypass_csp=True)
    page.goto(site.link("wang"))
    page.goto(f"{site.links.url}/language/{language}")
    for letter in letters:
        page.goto(letter.message.body.splitlines()[-1])  # the first tap
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        if letter is letters[0]:
            picture(page, f"message-{language}")
        page.locator("button[value=unit-failed]").tap()
        page.get_by_text(said).first.wait_for()
    assert {row["status"] for row in world.alerts()} == {"acknowledged"}


def test_what_changes_shows_on_an_open_page_and_a_form_in_hand_is_left_alone(
    site: Site, phone_screen: Any, make_condition: Any
) -> None:
    _morning(site, make_condition)
    page = phone_screen()
    page.goto(site.link("wang", ALERT))
    page.locator("#other-text").fill("half a sent")
    site.world.acknowledge(ALERT, by="zhao")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.get_by_text("zhao 处理中").first.wait_for()
    assert page.locator("#other-text").input_value() == "half a sent"
