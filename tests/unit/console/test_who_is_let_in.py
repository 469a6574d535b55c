"""Forged and expired links, another's alert, forms from elsewhere, roles: refused."""

import pytest
from console_site import SECRET, Site, breach

from alerts.links import LinkError, Links
from coldchain.times import HOUR_MS, MINUTE_MS


def test_a_link_opens_its_alert_and_is_gone_from_the_address(site: Site) -> None:
    breach(site)
    visitor = site.visitor()
    page = visitor.get(site.link("wang", "a1b2c3d4e5f60718"))
    assert page.status_code == 200
    assert page.url.endswith("/a/a1b2c3d4e5f60718")
    assert "9.2 °C" in page.text
    cookie = next(one for one in visitor.session.cookies if one.name == "coldchain")
    assert cookie.has_nonstandard_attr("HttpOnly")


def test_nobody_sees_anything_without_a_link(site: Site) -> None:
    breach(site)
    for path in ("/", "/a/a1b2c3d4e5f60718", "/shift"):
        page = site.visitor().get(path)
        assert page.status_code == 401
        assert "链接" in page.text
        assert "van-1" not in page.text


@pytest.mark.parametrize("place", range(0, 60, 3))
def test_a_link_changed_anywhere_is_refused(site: Site, place: int) -> None:
    breach(site)
    token = site.link("wang", "a1b2c3d4e5f60718").rsplit("/", 1)[1]
    index = place % len(token)
    forged = token[:index] + ("A" if token[index] != "A" else "B") + token[index + 1 :]
    page = site.visitor().get(f"/l/{forged}")
    # The last character of a signature has bits that say nothing.
    assert page.status_code == 403 or index == len(token) - 1


@pytest.mark.parametrize("token", ["x", "d2FuZw.a1.1c89e88", "%00", "a.b.c.d", "é.é.é.é"])
def test_what_is_no_link_is_refused_with_a_page(site: Site, token: str) -> None:
    page = site.visitor().get(f"/l/{token}")
    assert page.status_code in (403, 404)
    assert "<h1>" in page.text


def test_a_link_of_another_secret_is_refused(site: Site) -> None:
    other = Links(site.links.url, SECRET + "!").to("zhao", "", site.world.now)
    assert site.visitor().get(other).status_code == 403


def test_a_links_token_is_no_session_and_a_session_no_link(site: Site) -> None:
    until = site.world.now + HOUR_MS
    visitor = site.visitor()
    visitor.session.cookies.set("coldchain", site.links.token("link", "zhao", "", until))
    assert visitor.get("/").status_code == 401
    session = site.links.token("session", "zhao", "", until)
    assert site.visitor().get(f"/l/{session}").status_code == 403


def test_links_and_sessions_expire(site: Site) -> None:
    breach(site)
    link = site.link("wang")
    visitor = site.visitor("wang")
    site.world.now += 12 * HOUR_MS - MINUTE_MS
    assert visitor.get("/").status_code == 200
    site.world.now += 3 * MINUTE_MS
    assert visitor.get("/").status_code == 401
    assert site.visitor().get(link).status_code == 200
    site.world.now += 12 * HOUR_MS
    assert site.visitor().get(link).status_code == 403


def test_who_is_taken_off_the_routes_is_refused_whatever_they_hold(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = site.link("wang")
    visitor = site.visitor("wang")
    monkeypatch.delitem(site.settings.routes.recipients, "wang")
    assert visitor.get("/").status_code == 403
    assert site.visitor().get(link).status_code == 403


def test_another_couriers_alert_is_answered_like_none_at_all(site: Site) -> None:
    breach(site)
    visitor = site.visitor("li")
    theirs, none = visitor.get("/a/a1b2c3d4e5f60718"), visitor.get("/a/ffffffffffffffff")
    assert (theirs.status_code, none.status_code) == (404, 404)
    assert theirs.text == none.text.replace("ffffffffffffffff", "a1b2c3d4e5f60718")
    for deed in ("acknowledge", "comment", "silence"):
        fields = {"cause": "unloading", "text": "x", "reason": "x", "minutes": "30"}
        assert visitor.post(f"/a/a1b2c3d4e5f60718/{deed}", fields).status_code == 404
    assert site.sent == []


@pytest.mark.parametrize("proof", ["", "x", "é", "0" * 22])
def test_a_form_without_its_sessions_proof_does_nothing(site: Site, proof: str) -> None:
    breach(site)
    visitor = site.visitor("wang")
    path = "/a/a1b2c3d4e5f60718/acknowledge"
    assert visitor.post(path, {"cause": "unloading"}, proof=proof).status_code == 403
    others = site.visitor("zhao").session.cookies["coldchain"] or ""
    theirs = site.links.proof(others)
    assert visitor.post(path, {"cause": "unloading"}, proof=theirs).status_code == 403
    assert site.sent == []


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_a_form_from_another_site_does_nothing(site: Site, origin: str) -> None:
    breach(site)
    visitor = site.visitor("wang")
    path = "/a/a1b2c3d4e5f60718/acknowledge"
    page = visitor.post(path, {"cause": "unloading"}, headers={"origin": origin})
    assert (page.status_code, site.sent) == (403, [])


def test_a_look_changes_nothing(site: Site) -> None:
    breach(site)
    visitor = site.visitor("wang")
    for deed in ("acknowledge", "comment", "silence"):
        assert visitor.get(f"/a/a1b2c3d4e5f60718/{deed}?cause=unloading").status_code == 405
    assert site.sent == []


def test_a_courier_has_no_shift_page_and_an_inspector_no_deeds(site: Site) -> None:
    breach(site)
    courier = site.visitor("wang")
    assert courier.get("/shift").status_code == 403
    assert courier.post("/shift/note", {"text": "x"}).status_code == 403
    silence = {"device": "van-1", "reason": "x", "minutes": "30"}
    assert courier.post("/shift/silence", silence).status_code == 403
    inspector = site.visitor("qian")
    page = inspector.get("/a/a1b2c3d4e5f60718")
    assert page.status_code == 200
    assert "<form" not in page.text
    assert "<form" not in inspector.get("/shift").text
    path = "/a/a1b2c3d4e5f60718/acknowledge"
    assert inspector.post(path, {"cause": "unloading"}).status_code == 403
    assert site.sent == []


def test_choosing_a_language_never_leads_to_another_host(site: Site) -> None:
    visitor = site.visitor("wang")
    for target in ("//evil.example", "https://evil.example", "/\\evil.example", "evil"):
        answer = visitor.get("/language/en", params={"to": target}, allow_redirects=False)
        assert answer.headers["location"] == "/"
    there = visitor.get("/language/en", params={"to": "/a/x1"}, allow_redirects=False)
    assert there.headers["location"] == "/a/x1"


def test_every_answer_forbids_other_hosts_scripts_in_pages_and_frames(site: Site) -> None:
    breach(site)
    visitor = site.visitor("wang")
    for path in ("/", "/a/a1b2c3d4e5f60718", "/nowhere", "/static/console.js", "/worker.js"):
        headers = visitor.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert "no-cache" in headers["cache-control"]
        assert "server" not in headers


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(LinkError, match="fewer than 16"):
        Links("https://cold.example", "short")


def test_a_link_is_short_enough_for_a_message() -> None:
    links = Links("https://cold.example.com", SECRET)
    assert len(links.to("wang", "0123456789abcdef", 1_795_413_600_000)) <= 90
