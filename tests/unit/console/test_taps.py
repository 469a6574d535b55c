"""A tap that a phone sends again, because its answer was lost, is done once."""

from console_site import Site, breach

from coldchain.alert_commands import Acknowledge, Comment, Note, Silence

ALERT = "/a/a1b2c3d4e5f60718"


def test_the_same_tap_sent_again_is_answered_as_the_first_time_and_does_nothing(
    site: Site,
) -> None:
    breach(site)
    visitor = site.visitor("wang")
    for _ in range(3):
        page = visitor.post(f"{ALERT}/acknowledge", {"cause": "unloading", "tap": "t1"})
        assert (page.status_code, page.url) == (200, site.links.url + ALERT)
        assert visitor.post(f"{ALERT}/comment", {"text": "x", "tap": "t2"}).status_code == 200
    assert [type(one) for one in site.sent] == [Acknowledge, Comment]


def test_other_taps_other_people_and_taps_without_a_number_are_done(site: Site) -> None:
    breach(site)
    for name, tap in (("wang", "t1"), ("wang", "t2"), ("zhao", "t1"), ("zhao", ""), ("zhao", "")):
        visitor = site.visitor(name)
        visitor.post(f"{ALERT}/comment", {"text": f"{name} {tap}", "tap": tap})
    assert len(site.sent) == 5


def test_a_tap_that_was_not_done_can_be_sent_again(site: Site) -> None:
    breach(site)
    visitor = site.visitor("wang")
    fields = {"cause": "unloading", "tap": "t1"}
    site.is_away = True
    assert visitor.post(f"{ALERT}/acknowledge", fields).status_code == 503
    site.is_away = False
    assert visitor.post(f"{ALERT}/acknowledge", {**fields, "cause": "why"}).status_code == 400
    assert visitor.post(f"{ALERT}/acknowledge", fields).status_code == 200
    assert len(site.sent) == 1


def test_a_note_and_a_silence_are_named_by_their_tap(site: Site) -> None:
    breach(site)
    wang, zhao = site.visitor("wang"), site.visitor("zhao")
    wang.post(f"{ALERT}/silence", {"reason": "x", "minutes": "30", "tap": "t1"})
    zhao.post("/shift/note", {"text": "x", "tap": "t1"})
    zhao.post("/shift/note", {"text": "y", "tap": "t2"})
    names = [one.id for one in site.sent if isinstance(one, Silence | Note)]
    assert len(set(names)) == 3
    assert [len(one) for one in names] == [8, 16, 16]


def test_the_proof_is_the_sessions_own_and_for_nobody_else(site: Site) -> None:
    breach(site)
    assert site.visitor().get("/proof").status_code == 401
    visitor = site.visitor("wang")
    found = visitor.get("/proof").json()
    assert found["who"] == "wang"
    page = visitor.post(f"{ALERT}/comment", {"text": "x"}, proof=found["proof"])
    assert page.status_code == 200
    stolen = site.visitor("zhao").post(f"{ALERT}/comment", {"text": "x"}, proof=found["proof"])
    assert stolen.status_code == 403
