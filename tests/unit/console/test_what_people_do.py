"""Acknowledge by a tap, comment, silence, leave notes; what is hostile or late is refused."""

from typing import Any

import pytest
from console_site import Site, breach, warm_morning

from coldchain.alert_commands import Acknowledge, Comment, Note, Silence
from coldchain.times import HOUR_MS, MINUTE_MS, iso

ALERT = "/a/a1b2c3d4e5f60718"


def test_one_tap_with_a_cause_takes_the_alert_in_hand(site: Site) -> None:
    breach(site)
    page = site.visitor("wang").post(f"{ALERT}/acknowledge", {"cause": "unit-failed"})
    assert page.url.endswith(ALERT)
    assert "wang 处理中" in page.text
    assert site.world.status("a1b2c3d4e5f60718") == "acknowledged"
    [command] = site.sent
    assert command == Acknowledge(
        alert="a1b2c3d4e5f60718", by="wang", at=iso(site.world.now), cause="unit-failed"
    )


def test_a_second_tap_changes_nothing(site: Site) -> None:
    breach(site)
    visitor = site.visitor("wang")
    for _ in range(2):
        assert visitor.post(f"{ALERT}/acknowledge", {"cause": "unloading"}).status_code == 200
    assert site.world.status("a1b2c3d4e5f60718") == "acknowledged"


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({}, 400),
        ({"cause": "because"}, 400),
        ({"cause": "other"}, 400),
        ({"cause": "other", "text": "   "}, 400),
        ({"cause": "other", "text": "x" * 501}, 400),
        ({"cause": "other", "text": "x" * 20_000}, 413),
    ],
)
def test_a_cause_that_says_nothing_or_too_much_is_refused(
    site: Site, fields: dict[str, str], status: int
) -> None:
    breach(site)
    page = site.visitor("wang").post(f"{ALERT}/acknowledge", fields)
    assert (page.status_code, site.sent) == (status, [])


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ 7 * 7 }}{% raw %}",
        "'; DROP TABLE alerts; --",
        "\u202egnorw\u202c \x00\x1b[31m",
        "漏液，已换箱 🧊",
    ],
)
def test_hostile_words_are_shown_as_words(site: Site, text: str) -> None:
    breach(site)
    visitor = site.visitor("wang")
    page = visitor.post(f"{ALERT}/comment", {"text": text})
    assert page.status_code == 200
    assert isinstance(site.sent[0], Comment)
    assert "<script>alert" not in page.text
    assert "<img src=x" not in page.text
    assert "49" not in page.text.split("history")[-1].split("</ol>")[0] or "49" in text
    assert site.world.alerts()


def test_a_courier_silences_their_alerts_device_and_it_is_told_to_be_quiet(site: Site) -> None:
    breach(site)
    page = site.visitor("wang").post(f"{ALERT}/silence", {"reason": "洗车", "minutes": "60"})
    assert "暂不通知" in page.text
    [command] = site.sent
    assert isinstance(command, Silence)
    assert (command.device, command.by, command.reason) == ("van-1", "wang", "洗车")
    assert command.until == iso(site.world.now + HOUR_MS)


@pytest.mark.parametrize("minutes", ["", "0", "-1", "1441", "1e9", "60.5"])
def test_a_silence_lasts_what_was_offered(site: Site, minutes: str) -> None:
    breach(site)
    fields = {"reason": "x", "minutes": minutes}
    page = site.visitor("wang").post(f"{ALERT}/silence", fields)
    assert (page.status_code, site.sent) == (400, [])


def test_an_operator_hands_the_shift_over(site: Site) -> None:
    breach(site)
    operator = site.visitor("zhao")
    page = operator.post("/shift/note", {"text": "van-1 送修，货在 hub-1"})
    assert "van-1 送修" in page.text
    fields = {"device": "van-9", "compartment": "", "reason": "维修", "minutes": "480"}
    page = operator.post("/shift/silence", fields)
    assert "van-9，zhao：维修" in page.text
    silence = next(one for one in site.sent if isinstance(one, Silence))
    page = operator.post(f"/shift/silences/{silence.id}/end", {})
    assert "立即结束" not in page.text
    assert [type(one) for one in site.sent] == [Note, Silence, Silence]
    site.world.go_to(600, step=60)  # ended: it reminds nobody
    assert not any("静音" in letter.message.title for _, _, letter in site.world.heard)


def test_the_shift_page_has_what_is_open_out_and_undelivered(
    site: Site, make_condition: Any
) -> None:
    world = site.world
    world.answers = lambda letter: "refused"
    breach(site)
    world.go_to(180, step=10)
    world.answers = lambda letter: "delivered"
    world.say(make_condition("device-silent"))
    page = site.visitor("qian").get("/shift")
    assert "Devices not heard from (1)" in page.text
    assert "given up" in page.text
    assert "Waiting for an answer (2)" in page.text


def test_a_deed_that_kafka_does_not_take_says_so_and_nothing_was_done(site: Site) -> None:
    breach(site)
    visitor = site.visitor("wang")
    site.is_away = True
    page = visitor.post(f"{ALERT}/acknowledge", {"cause": "unloading"})
    assert page.status_code == 503
    assert "没有登记成功" in page.text
    assert visitor.get(ALERT).status_code == 200  # without its plot, too


@pytest.mark.parametrize(
    ("tapped", "minutes_ago"),
    [("", 0), ("soon", 0), ("-5", 0), ("9" * 15, 0), ("1", 12 * 60), ("²", 0)],
)
def test_a_tap_kept_without_signal_counts_from_when_it_was_made_within_reason(
    site: Site, tapped: str, minutes_ago: int
) -> None:
    breach(site)
    fields = {"cause": "unloading", "tapped": tapped}
    site.visitor("wang").post(f"{ALERT}/acknowledge", fields)
    [command] = site.sent
    assert command.at == iso(site.world.now - minutes_ago * MINUTE_MS)


def test_a_tap_of_ten_minutes_ago_is_of_ten_minutes_ago(site: Site) -> None:
    breach(site)
    then = site.world.now - 10 * MINUTE_MS
    fields = {"cause": "unloading", "tapped": str(then)}
    site.visitor("wang").post(f"{ALERT}/acknowledge", fields)
    assert site.sent[0].at == iso(then)


def test_pages_name_nothing_from_another_host(site: Site) -> None:
    breach(site)
    site.readings = warm_morning(site.world.now)
    for name, paths in {"wang": ("/", ALERT), "zhao": ("/", ALERT, "/shift")}.items():
        visitor = site.visitor(name)
        for path in paths:
            text = visitor.get(path).text
            assert "//" not in text.replace("<!doctype", "").replace(site.links.url, "")


def test_a_page_asked_for_before_the_service_began_says_so(site: Site) -> None:
    visitor = site.visitor("zhao")
    database = site.settings.database
    site.world.db.close()
    for file in database.parent.glob(database.name + "*"):
        file.unlink()
    assert visitor.get("/").status_code == 503
