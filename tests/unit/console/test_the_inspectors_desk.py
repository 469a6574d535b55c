"""The inspector's pages: each step entered, each record handed out, nobody else let in."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest
from alert_world import record
from console_site import Visitor
from inspector_site import ABOARD, KEY, NOW, PARCEL, PERSON, Desk, desk

from audit.consignment import consign, pack_consignment
from audit.desk import Desk as Steps
from audit.inspections import Disposition, decode_row
from audit.ledger import open_ledger
from audit.people import is_signed
from audit.records import open_archive
from coldchain.custody import decode_event
from coldchain.times import HOUR_MS, MINUTE_MS, iso
from console.inspector.desk import number_scanned


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as one:
        yield one


def book(visitor: Visitor, **more: str) -> str:
    """A sampling booked by its form; its path."""
    fields = {"lot": "0652-van-1", "slot": "2026-11-23T18:30", "place": "gate 3", "plan": "aql"}
    answer = visitor.post("/inspect/samplings", {**fields, "aql": "2.5", "level": "II", **more})
    assert answer.status_code == 200, answer.text
    return answer.url.partition("/inspect")[1] + answer.url.partition("/inspect")[2]


def fetched(visitor: Visitor, form: str) -> bytes:
    """A file of the record; fonts take their time where the machine has much to do."""
    url = f"{visitor.get('/inspect').url}/parcels/{PARCEL}/record.{form}"
    return visitor.session.get(url, timeout=300).content


def shipment(made: Desk) -> bytes:
    """A consignment's bundle, as `coldchain audit record --shipment` makes it."""
    zone = ZoneInfo("Asia/Shanghai")
    with open_archive(made.folder) as archive:
        one = consign(archive, "0652", [PARCEL])
        inner = archive.bundle(archive.record(PARCEL, prove=True), KEY, zone, NOW)
    return pack_consignment(one.said, [(PARCEL, inner)], {}, KEY, NOW)


@pytest.mark.parametrize(
    ("scanned", "number"),
    [
        (" 106141415115000596 ", PARCEL),
        ("00106141415115000596", PARCEL),
        ("(00)106141415115000596", PARCEL),
        ("]C100106141415115000596", PARCEL),
        ("https://id.gs1.org/00/106141415115000596", PARCEL),
        ("SF1304210331", "SF1304210331"),
        ("0012", "0012"),
    ],
)
def test_what_a_scanner_gives_is_a_number(scanned: str, number: str) -> None:
    assert number_scanned(scanned) == number


def test_a_parcel_is_found_with_verdict_place_and_its_files(made: Desk) -> None:
    inspector = made.site.visitor("qian")
    page = inspector.get("/inspect/parcel?number=00" + PARCEL)
    assert page.url.endswith(f"/inspect/parcels/{PARCEL}")
    for said in ("Out of limits", "delivered at", "warm: above 4 °C for"):
        assert said in page.text, said
    shown = inspector.get(f"/inspect/parcels/{PARCEL}/record.html")
    assert "<svg" in shown.text
    assert "unsafe-inline" in shown.headers["content-security-policy"]
    assert fetched(inspector, "pdf").startswith(b"%PDF")
    assert inspector.get(f"/inspect/parcels/{PARCEL}/record.jsonld").json()["epcisBody"]
    assert fetched(inspector, "bundle").startswith(b"PK")
    assert inspector.get("/inspect/parcels/none").status_code == 404
    assert inspector.get(f"/inspect/parcels/{PARCEL}/record.exe").status_code == 404


def test_a_bundle_that_is_uploaded_is_checked_by_this_archives_keys(made: Desk) -> None:
    inspector = made.site.visitor("qian")
    packed = fetched(inspector, "bundle")

    def verified(content: bytes, proof: str | None = None) -> "tuple[int, str]":
        cookie = inspector.session.cookies.get("coldchain") or ""
        answer = inspector.session.post(
            f"{made.site.links.url}/inspect/verify",
            data={"proof": made.site.links.proof(cookie) if proof is None else proof},
            files={"bundle": ("a.bundle", content)},
            timeout=300,
        )
        return answer.status_code, answer.text

    status, page = verified(packed)
    assert status == 200
    assert f"The bundle of {PARCEL} holds." in page
    assert "that key is the one given" in page
    broken = bytearray(packed)
    broken[len(broken) // 2] ^= 1
    assert "does not hold" in verified(bytes(broken))[1]
    assert "does not hold" in verified(b"\r\n--not a bundle")[1]
    page = verified(shipment(made))[1]
    assert "The bundle of 0652 holds." in page
    assert "that key" not in page
    assert "what is said of the 1 parcels is what their own bundles prove" in page
    assert verified(packed, "forged")[0] == 403


def test_a_sampling_goes_from_booking_to_decision_and_drawn_parcels_are_found(made: Desk) -> None:
    inspector = made.site.visitor("qian")
    path = book(inspector)
    assert "gate 3" in inspector.get("/inspect").text
    page = inspector.post(f"{path}/freeze", {"device": "van-1", "parcels": ""}).text
    assert "Seed, committed to" in page
    page = inspector.post(f"{path}/open", {"picked": f"{ABOARD[0]}=it is wet"}).text
    assert "it is wet" in page
    name = path.rpartition("/")[2]
    with open_ledger(made.folder) as ledger:
        sampling = Steps(ledger, made.folder, lambda: NOW).sampling(name)
    assert sampling.frozen is not None
    assert sampling.opened is not None
    assert sampling.frozen.parcels == sorted(ABOARD)
    chosen = [*sampling.opened.drawn, ABOARD[0]]
    assert page.count("in van-1 / main since") == len(chosen)
    for parcel in sampling.opened.drawn:
        result = {
            "parcel": parcel, "found": "conforming", "sampler": "sun", "celsius": "2.4",
            "seals": "A1 A2", "retained": "box 7", "findings": "",
        }  # fmt: skip
        assert inspector.post(f"{path}/result", result).status_code == 200
    page = inspector.post(f"{path}/decide", {}).text
    assert "accepted" in page
    assert [decode_event(one.value).act for one in made.told] == ["inspected"] * len(
        sampling.opened.drawn
    )
    assert {one.key for one in made.told} == {"van-1"}


def test_what_the_desk_refuses_is_said_with_its_reason_and_nothing_is_entered(made: Desk) -> None:
    inspector = made.site.visitor("qian")
    path = book(inspector)
    early = inspector.post(f"{path}/open", {"picked": ""})
    assert early.status_code == 409
    assert "freeze its list first" in early.text
    assert inspector.post(f"{path}/freeze", {"device": "", "parcels": ""}).status_code == 400
    inspector.post(f"{path}/freeze", {"device": "", "parcels": "p1\np2\np3"})
    inspector.post(f"{path}/open", {"picked": ""})
    same = {"parcel": "p1", "found": "conforming", "sampler": "qian"}
    assert "two samplers" in inspector.post(f"{path}/result", same).text
    assert inspector.post("/inspect/samplings", {"lot": "l", "slot": "soon"}).status_code == 400


def test_the_open_van_sheet_says_what_is_so_now(made: Desk) -> None:
    world = made.site.world
    start = iso(NOW - 40 * MINUTE_MS)
    world.say(msgspec.structs.replace(record("e1"), start=start, confirmed=start, peak=9.25))
    inspector = made.site.visitor("qian")
    path = book(inspector)
    inspector.post(f"{path}/freeze", {"device": "", "parcels": "\n".join(ABOARD[:3])})
    page = inspector.get("/inspect/van?device=van-1").text
    for said in (
        "extreme 9.2 °C", "Critical", "product °C", "9.00", "opened 2 times in the hour",
        "Parcels aboard (8)", "Green channel (in an appointment): 3", "in the lot",
        "The archive was last sealed at",
    ):  # fmt: skip
        assert said in page, said
    made.is_away = made.site.is_away = True
    page = inspector.get("/inspect/vans/van-1").text
    assert "The series store does not answer" in page
    assert "by the sealed scans, as of" in page
    assert "Parcels aboard (9)" in page, "the archive's eight, and another from its day"
    assert inspector.get("/inspect/vans/van-9").status_code == 404


def test_a_disposition_is_signed_by_its_person_and_tells_the_parcels_place(made: Desk) -> None:
    inspector = made.site.visitor("qian")
    path = f"/inspect/parcels/{ABOARD[0]}"
    fields = {"decision": "hold", "role": "quality manager", "reason": "out of limits"}
    page = inspector.post(f"{path}/disposition", fields).text
    assert "qian (quality manager): held. out of limits" in page
    with open_ledger(made.folder) as ledger:
        (row,) = [decode_row(one.value) for one in ledger.of(ABOARD[0])]
    assert isinstance(row, Disposition)
    assert is_signed(row, PERSON.public)
    assert [decode_event(one.value).act for one in made.told] == ["held"]
    assert inspector.post(f"{path}/disposition", {**fields, "decision": "eat"}).status_code == 400
    nameless = inspector.post(f"{path}/disposition", {**fields, "reason": ""})
    assert nameless.status_code == 409
    sheet = inspector.get("/inspect/vans/van-1").text
    assert "held" in sheet


def test_a_recall_lists_who_was_there_and_where_each_is_now(made: Desk) -> None:
    inspector = made.site.visitor("qian")
    span = "from=2026-11-23T16:00&to=2026-11-23T18:00"
    page = inspector.get(f"/inspect/recall?device=van-1&compartment=&{span}").text
    for parcel in (PARCEL, *ABOARD):
        assert parcel in page
    table = inspector.get(f"/inspect/recall?device=van-1&{span}&csv")
    assert table.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))
    assert {row["parcel"]: row["now"] for row in rows}[PARCEL] == "delivered"
    assert inspector.get("/inspect/recall?device=van-1&from=x&to=y").status_code == 400


def test_another_authority_sees_the_parcels_of_its_link_and_no_more(made: Desk) -> None:
    inspector = made.site.visitor("qian")
    fields = {"to": "customs", "parcels": PARCEL, "hours": "2", "reason": "joint check"}
    page = inspector.post("/inspect/shares", fields).text
    link = page.partition('id="link">')[2].partition("<")[0]
    guest = made.site.visitor()
    seen = guest.get(link)
    assert seen.status_code == 200
    assert PARCEL in seen.text
    path = link.removeprefix(made.site.links.url)
    assert "<svg" in guest.get(f"{path}/{PARCEL}/record.html").text
    assert guest.get(f"{path}/{ABOARD[0]}/record.html").status_code == 403
    assert guest.get(f"/inspect/parcels/{PARCEL}").status_code == 401
    head, dot, signature = path.rpartition(".")
    forged = head + dot + ("A" if signature[0] != "A" else "B") + signature[1:]
    assert guest.get(forged).status_code == 403
    listed = inspector.get("/inspect").text
    assert "2 looks" in listed
    assert f"{PARCEL} (html)" in listed
    made.site.world.now = NOW + 3 * HOUR_MS
    assert guest.get(path).status_code == 403

    made.site.world.now = NOW
    name = listed.partition('action="/inspect/shares/share-')[2].partition("/")[0]
    inspector.post(f"/inspect/shares/share-{name}/withdraw", {})
    assert guest.get(path).status_code == 403


def test_what_a_guest_asks_for_cannot_break_the_desk(made: Desk) -> None:
    inspector = made.site.visitor("qian")
    fields = {"to": "customs", "parcels": PARCEL, "hours": "2", "reason": "joint check"}
    page = inspector.post("/inspect/shares", fields).text
    path = page.partition('id="link">')[2].partition("<")[0].removeprefix(made.site.links.url)
    guest = made.site.visitor()
    for form in ("exe", "x" * 1200):
        assert guest.get(f"{path}/{PARCEL}/record.{form}").status_code == 404
    listed = inspector.get("/inspect")
    assert listed.status_code == 200
    assert "record.exe" not in listed.text
    assert "looks" not in listed.text or "0 looks" in listed.text
    assert guest.get(path).status_code == 200


@pytest.mark.parametrize("number", ["nan", "inf", "-inf"])
def test_a_form_takes_no_number_that_is_none(made: Desk, number: str) -> None:
    inspector = made.site.visitor("qian")
    fields = {"to": "customs", "parcels": PARCEL, "hours": number, "reason": "joint check"}
    assert inspector.post("/inspect/shares", fields).status_code == 400
    path = book(inspector)
    inspector.post(f"{path}/freeze", {"device": "", "parcels": "p1"})
    inspector.post(f"{path}/open", {"picked": ""})
    result = {"parcel": "p1", "found": "conforming", "sampler": "sun", "celsius": number}
    assert inspector.post(f"{path}/result", result).status_code == 400


def test_couriers_see_nothing_of_it_and_operators_sign_but_do_not_sample(made: Desk) -> None:
    courier = made.site.visitor("wang")
    for path in ("/inspect", f"/inspect/parcels/{PARCEL}", "/inspect/vans/van-1"):
        assert courier.get(path).status_code == 403
        assert made.site.visitor().get(path).status_code == 401
    assert 'href="/inspect"' not in courier.get("/").text
    operator = made.site.visitor("zhao")
    assert operator.get("/inspect").status_code == 200
    fields = {"lot": "l", "slot": "2026-11-23T18:30", "plan": "aql", "aql": "2.5"}
    assert operator.post("/inspect/samplings", fields).status_code == 403
    assert courier.post("/inspect/samplings", fields).status_code == 403
    hold = {"decision": "hold", "role": "quality manager", "reason": "out of limits"}
    assert courier.post(f"/inspect/parcels/{PARCEL}/disposition", hold).status_code == 403
    assert operator.post(f"/inspect/parcels/{PARCEL}/disposition", hold).status_code == 200
    assert operator.post(f"/inspect/parcels/{PARCEL}/disposition", hold, "x").status_code == 403


def test_pages_are_in_the_readers_language(made: Desk) -> None:
    inspector = made.site.visitor("qian")
    inspector.get("/language/zh-CN")
    for path, said in (
        ("/inspect", "预约抽检"),
        ("/inspect/vans/van-1", "绿色通道"),
        (f"/inspect/parcels/{PARCEL}", "超限"),
        ("/inspect/recall", "追溯召回"),
    ):
        page = inspector.get(path)
        assert page.status_code == 200
        assert said in page.text


def test_a_long_list_is_cut_and_says_so(made: Desk) -> None:
    with open_ledger(made.folder) as ledger:
        desk_of = Steps(ledger, made.folder, lambda: NOW)
        for number in range(53):
            slot = f"2026-12-{1 + number % 28:02}T09:00:00Z"
            desk_of.book(f"lot-{number}", slot, "qian", aql=2.5)
    page = made.site.visitor("qian").get("/inspect").text
    assert page.count('href="/inspect/samplings/') == 50
    assert "3 older ones are not listed." in page
