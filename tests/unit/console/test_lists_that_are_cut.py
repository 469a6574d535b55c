"""However much there is, what is open and critical is on the page, and what is cut is counted."""

from typing import Any

from console_site import Site, breach

from coldchain.times import DAY_MS, MINUTE_MS, iso

OLD = "aaaa000000000000"


def _say(site: Site, make_record: Any, name: str, device: str, state: str = "confirmed") -> None:
    world = site.world
    start = iso(world.now - 45 * MINUTE_MS)
    marks = {"start": start, "confirmed": start, "peak_at": start}
    end = iso(world.now) if state == "closed" else None
    world.say(make_record(name, state, device=device, severity="warning", end=end, **marks))


def test_an_open_critical_alert_is_not_pushed_out_by_later_ones_that_are_over(
    site: Site, make_record: Any
) -> None:
    breach(site, OLD)
    for number in range(110):
        site.world.enrol(f"v{number}")
        _say(site, make_record, f"b{number:015}", f"v{number}", "closed")
        site.world.now += 1000
    site.world.round()
    for name, words in {"wang": "另有 11 条已结束", "zhao": "另有 11 条已结束"}.items():
        text = site.visitor(name).get("/").text
        assert OLD in text
        assert "没有未处理" not in text
        assert words in text
    assert "11 more alerts that are over" in site.visitor("qian").get("/").text


def test_an_open_critical_alert_is_not_pushed_out_by_later_open_warnings(
    site: Site, make_record: Any
) -> None:
    breach(site, OLD)
    for number in range(510):
        _say(site, make_record, f"d{number:015}", f"w{number}")
        site.world.now += 100
    text = site.visitor("zhao").get("/shift").text
    assert OLD in text
    assert text.count('class="card ') == 500
    assert "另有 11 条未结束" in text
    text = site.visitor("qian").get("/").text
    assert OLD in text
    assert "411 more open alerts" in text


def test_nothing_is_cut_and_nothing_is_said_of_it_where_all_is_over(
    site: Site, make_record: Any
) -> None:
    _say(site, make_record, OLD, "van-1", "closed")
    site.world.round()
    text = site.visitor("wang").get("/").text
    assert OLD in text
    assert "没有未处理" in text
    assert "未列出" not in text
    site.world.now += DAY_MS
    assert OLD not in site.visitor("wang").get("/").text


def test_an_answer_that_came_too_late_says_so_on_the_page(site: Site) -> None:
    breach(site, OLD, severity="warning")
    tapped = site.world.now
    site.world.now += MINUTE_MS
    breach(site, OLD, as_of=2)
    fields = {"cause": "unloading", "tapped": str(tapped)}
    page = site.visitor("wang").post(f"/a/{OLD}/acknowledge", fields)
    assert "应答不算：之后又加重了" in page.text
    assert "装卸货" in page.text
    assert "已收到，正在登记" not in page.text
    assert site.world.status(OLD) == "firing"
