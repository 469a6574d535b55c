"""The inspector's desk in a real browser: found, drawn, entered, signed, shown, verified."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from alert_world import record
from inspector_site import ABOARD, NOW, PARCEL, Desk, desk
from pages_checked import check_page

from coldchain.times import MINUTE_MS, iso

pytestmark = pytest.mark.integration

LOT = "0652-van-1"


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as one:
        start = iso(NOW - 40 * MINUTE_MS)
        breach = msgspec.structs.replace(record("e1"), start=start, confirmed=start, peak=9.24)
        one.site.world.say(breach)
        yield one


def come_in(page: Any, made: Desk, language: str) -> None:
    page.goto(made.site.link("qian"))
    page.goto(f"{made.site.links.url}/language/{language}?to=/inspect")


def book(page: Any) -> None:
    page.locator("details:has(form[action='/inspect/samplings']) summary").click()
    page.locator("#lot").fill(LOT)
    page.locator("#slot").fill("2026-11-23T18:30")
    page.locator("#place").fill("3 号门 gate 3")
    page.locator("form[action='/inspect/samplings'] button").click()


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_van_is_opened_sampled_and_decided_on(
    made: Desk, phone_screen: Any, picture: Any, language: str
) -> None:
    page = phone_screen()
    come_in(page, made, language)
    book(page)
    page.locator("#device").fill("van-1")
    page.locator("form[action$='/freeze'] button").click()
    page.locator("#picked").fill(f"{ABOARD[0]}=wet")
    page.locator("form[action$='/open'] button").click()
    page.locator("li:has(form[action$='/result'])").first.wait_for()
    picture(page, f"inspect-drawn-{language}")
    sampling = page.url

    page.goto(f"{made.site.links.url}/inspect/van?device=van-1")
    assert page.locator(".card.critical").count() == 1
    assert page.locator("a[href^='/inspect/parcels/']").count() == len(ABOARD)
    picture(page, f"inspect-van-{language}")

    page.goto(sampling)
    while (waiting := page.locator("li:not(:has(> b)):has(form[action$='/result'])")).count():
        one = waiting.first
        one.locator("summary").click()
        one.locator("input[name=sampler]").fill("sun")
        one.locator("input[name=celsius]").fill("2.3")
        one.locator("input[name=seals]").fill("A1 A2")
        one.locator("button").click()
        page.wait_for_load_state()
    page.locator("form[action$='/decide'] button").click()
    page.locator(".verdict.accept").wait_for()
    picture(page, f"inspect-decided-{language}")
    assert len(made.told) > 0


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_a_parcel_is_scanned_held_and_shown_to_another_authority(
    made: Desk, phone_screen: Any, picture: Any, language: str
) -> None:
    page = phone_screen()
    come_in(page, made, language)
    picture(page, f"inspect-desk-{language}")
    page.locator("#number").fill(f"]C100{PARCEL}")
    page.keyboard.press("Enter")
    page.locator(".verdict.reject").wait_for()
    page.locator("details summary").click()
    page.locator("#role").fill("质量经理" if language == "zh-CN" else "quality manager")
    page.locator("#why").fill("运输途中超限" if language == "zh-CN" else "out of limits on the way")
    page.locator("form[action$='/disposition'] button").click()
    page.locator("ul.plain li").wait_for()
    picture(page, f"inspect-parcel-{language}")
    page.locator("a[href$='record.html']").click()
    page.locator("svg").first.wait_for()

    page.goto(f"{made.site.links.url}/inspect")
    page.locator("details:has(form[action='/inspect/shares']) summary").click()
    page.locator("#to").fill("海关" if language == "zh-CN" else "customs")
    page.locator("#parcels").fill(PARCEL)
    page.locator("#share-reason").fill("联合查验" if language == "zh-CN" else "joint check")
    page.locator("form[action='/inspect/shares'] button").click()
    link = page.locator("#link").inner_text()

    guest = phone_screen()
    guest.context.add_cookies([{"name": "language", "value": language, "url": made.site.links.url}])
    guest.goto(link)
    guest.locator(".verdict.reject").wait_for()
    picture(guest, f"inspect-shared-{language}")
    guest.locator("a[href$='record.html']").click()
    guest.locator("svg").first.wait_for()

    page.goto(f"{made.site.links.url}/inspect")
    assert f"{PARCEL} (html)" in page.content()


def test_a_bundle_is_downloaded_and_verified_by_its_upload(
    made: Desk, phone_screen: Any, picture: Any, tmp_path: Path
) -> None:
    page = phone_screen()
    page.context.set_default_timeout(300_000)  # four documents with fonts, on a busy machine
    come_in(page, made, "en")
    page.goto(f"{made.site.links.url}/inspect/parcels/{PARCEL}")
    with page.expect_download() as downloading:
        page.locator("a[href$='record.bundle']").click()
    path = tmp_path / "it.bundle"
    downloading.value.save_as(path)
    for good in (True, False):
        if not good:
            changed = bytearray(path.read_bytes())
            changed[len(changed) // 2] ^= 1
            path.write_bytes(changed)
        page.goto(f"{made.site.links.url}/inspect")
        page.locator("details:has(form[action='/inspect/verify']) summary").click()
        page.locator("#bundle").set_input_files(path)
        page.locator("form[action='/inspect/verify'] button").click()
        page.locator(".verdict.accept" if good else ".verdict.reject").wait_for()
        if good:
            picture(page, "inspect-verified-en")


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_of_the_desk_passes_axe_and_fits_its_screen(
    made: Desk, phone_screen: Any, language: str, width: int
) -> None:
    page = phone_screen(viewport={"width": width, "height": 800}, bypass_csp=True)
    come_in(page, made, language)
    book(page)
    sampling = page.url.removeprefix(made.site.links.url)
    page.locator("#parcels").fill("\n".join(ABOARD))
    page.locator("form[action$='/freeze'] button").click()
    page.locator("form[action$='/open'] button").click()
    page.locator("li:has(form[action$='/result'])").first.wait_for()
    span = "from=2026-11-23T16:00&to=2026-11-23T18:00"
    for path in (
        "/inspect",
        f"/inspect/parcels/{PARCEL}",
        sampling,
        "/inspect/vans/van-1",
        f"/inspect/recall?device=van-1&{span}",
        "/inspect/parcels/none",
    ):
        page.goto(made.site.links.url + path)
        check_page(page, path, width)
    page.complaints[:] = [said for said in page.complaints if "404" not in said]  # none is meant


def test_the_desk_needs_no_script(made: Desk, phone_screen: Any) -> None:
    page = phone_screen(java_script_enabled=False)
    come_in(page, made, "en")
    page.locator("#device").fill("van-1")
    page.locator("form[action='/inspect/van'] button").click()
    page.get_by_text("Open-van sheet of van-1").first.wait_for()
