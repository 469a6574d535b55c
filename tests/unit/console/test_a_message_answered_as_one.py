"""A message about many: its page names each of them, and one tap answers them all."""

import re
from typing import Any

import pytest
from console_site import Site, breach

from coldchain.alert_commands import Acknowledge
from coldchain.times import HOUR_MS, MINUTE_MS, iso

VANS, BOXES = 12, 4


@pytest.fixture
def fleet(site: Site, make_record: Any) -> Site:
    """Twelve vans with four warm boxes each, one of the four critical, told to wang as one."""
    world = site.world
    start = iso(world.now - 45 * MINUTE_MS)
    marks = {"start": start, "confirmed": start, "peak_at": start}
    for van in range(VANS):
        world.enrol(f"van-{van}")
        for box in range(BOXES):
            severity = "critical" if box == 0 else "warning"
            made = make_record(
                f"{van:02}{box:014}",
                device=f"van-{van}",
                compartment=f"b{box}",
                severity=severity,
                **marks,
            )
            world.say(made)
    world.now += 1000
    world.deliver()
    return site


def _page_of(site: Site, number: int = 0) -> str:
    """The path that the link of a message opens."""
    message = site.world.heard[number][2].message
    page = site.visitor().get(message.body.splitlines()[-1])
    assert page.status_code == 200
    return page.url.removeprefix(site.links.url)


def test_a_message_about_many_links_to_a_page_that_names_every_one_of_them(fleet: Site) -> None:
    assert len(fleet.world.heard) == 1
    path = _page_of(fleet)
    assert re.fullmatch(r"/m/\d+", path)
    text = fleet.visitor("wang").get(path).text
    named = set(re.findall(r'href="/a/([^"]+)"', text))
    assert named == {row["id"] for row in fleet.world.alerts()}
    assert len(named) == VANS * BOXES
    assert f"{VANS * BOXES} 处，严重 {VANS}" in text


def test_one_tap_answers_all_that_a_message_tells_of(fleet: Site) -> None:
    path = _page_of(fleet)
    page = fleet.visitor("wang").post(f"{path}/acknowledge", {"cause": "unit-failed"})
    assert page.url.endswith(path)
    assert {row["status"] for row in fleet.world.alerts()} == {"acknowledged"}
    assert {(one.by, one.cause) for one in fleet.sent if isinstance(one, Acknowledge)} == {
        ("wang", "unit-failed")
    }
    assert "我来处理" not in page.text
    fleet.world.go_to(fleet.world.minute + 90, step=5)
    assert len(fleet.world.heard) == 1  # nobody hears of them again
    again = fleet.visitor("wang").post(f"{path}/acknowledge", {"cause": "unit-failed"})
    assert (again.status_code, len(fleet.sent)) == (200, VANS * BOXES)


def test_what_has_an_answer_already_keeps_it(fleet: Site) -> None:
    first = fleet.world.alerts()[0]["id"]
    fleet.world.acknowledge(first, by="zhao")
    fleet.visitor("wang").post(f"{_page_of(fleet)}/acknowledge", {"cause": "goods-moved"})
    who = {row["id"]: row["answered_by"] for row in fleet.world.alerts()}
    assert who.pop(first) == "zhao"
    assert set(who.values()) == {"wang"}


@pytest.mark.parametrize(
    ("fields", "status"), [({}, 400), ({"cause": "because"}, 400), ({"cause": "other"}, 400)]
)
def test_an_answer_to_all_that_says_nothing_is_refused(
    fleet: Site, fields: dict[str, str], status: int
) -> None:
    page = fleet.visitor("wang").post(f"{_page_of(fleet)}/acknowledge", fields)
    assert (page.status_code, fleet.sent) == (status, [])


def test_a_message_to_somebody_else_is_answered_as_one_that_does_not_exist(fleet: Site) -> None:
    path = _page_of(fleet)
    stranger = fleet.visitor("li")
    for one in (path, "/m/0", "/m/999999", "/m/99999999999999999999999"):
        page = stranger.get(one)
        assert (page.status_code, "No such alert" in page.text) == (404, True)
    assert stranger.post(f"{path}/acknowledge", {"cause": "unloading"}).status_code == 404
    assert fleet.visitor().get(path).status_code == 401
    assert fleet.sent == []


def test_an_inspector_sees_the_message_and_has_no_form(fleet: Site) -> None:
    path = _page_of(fleet)
    inspector = fleet.visitor("qian")
    text = inspector.get(path).text
    assert "van-3" in text
    assert "<form" not in text
    assert inspector.post(f"{path}/acknowledge", {"cause": "unloading"}).status_code == 403


def test_the_link_of_a_message_expires(fleet: Site) -> None:
    link = fleet.world.heard[0][2].message.body.splitlines()[-1]
    fleet.world.now += 25 * HOUR_MS
    assert fleet.visitor().get(link).status_code == 403


def test_a_message_about_one_alert_links_to_that_one(site: Site) -> None:
    breach(site)
    assert _page_of(site) == "/a/a1b2c3d4e5f60718"
