"""The desk: samplings step by step, series, dispositions; nothing is overwritten."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from audit.desk import Desk
from audit.errors import AuditError
from audit.inspections import Booked, decode_row, sentence
from audit.ledger import Ledger, open_ledger
from audit.people import is_signed
from audit.sampling.draw import Lot, draw
from audit.signing import Signer
from coldchain.custody import decode_event
from coldchain.times import from_iso

NOW = from_iso("2026-11-23T08:00:00Z")
PARCELS = [f"1061414151150{i:05}" for i in range(40)]
TWO = ["inspector-3", "inspector-8"]


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path) as opened:
        yield opened


@pytest.fixture
def desk(ledger: Ledger, tmp_path: Path) -> Desk:
    ticks = iter(range(NOW, NOW + 10_000_000, 1_000))
    return Desk(ledger, tmp_path, lambda: next(ticks))


def booked(desk: Desk, **chosen: object) -> str:
    values = {"aql": 2.5, "level": "II", "series": "fish"} | chosen
    return desk.book("lot-1", "2026-11-23T09:00:00+08:00", "inspector-3", **values).id


def taken(desk: Desk, nonconforming: int, **chosen: object) -> str:
    """A sampling with all results entered."""
    name = booked(desk, **chosen)
    desk.freeze(name, "inspector-3", PARCELS)
    drawn = desk.open(name, "inspector-3").drawn
    for number, parcel in enumerate(drawn):
        desk.enter(name, parcel, "inspector-3", TWO, number >= nonconforming)
    return name


def test_a_sampling_from_booking_to_decision(desk: Desk, ledger: Ledger, tmp_path: Path) -> None:
    name = booked(desk)
    frozen = desk.freeze(name, "inspector-3", reversed(PARCELS))
    # 40 parcels at level II: letter D; AQL 2.5 points up to C: 5 drawn, none nonconforming.
    assert (frozen.letter, frozen.size, frozen.accept) == ("C", 5, 0)
    assert frozen.list_sha256 == Lot.of(PARCELS).digest

    seed = (tmp_path / "seeds" / name).read_text()
    assert (tmp_path / "seeds" / name).stat().st_mode & 0o077 == 0
    assert all(seed.encode() not in row.value for row in ledger.after(0)), "not before it is open"
    assert hashlib.sha256(bytes.fromhex(seed)).hexdigest() == frozen.seed_sha256

    opened = desk.open(name, "inspector-3", {PARCELS[0]: "was warm yesterday"})
    assert opened.seed == seed
    assert opened.drawn == draw(Lot.of(PARCELS), seed, 5)

    for parcel in opened.drawn:
        desk.enter(
            name, parcel, "inspector-3", TWO, True, ("van-1", "main"), seals=["A1"], celsius=2.1
        )
    sampling = desk.sampling(name)
    assert sampling.outstanding == []
    assert desk.decide(name, "inspector-3").accepted
    told = [decode_event(one.value) for one in ledger.unsent()]
    assert {event.parcel for event in told} == set(opened.drawn)
    assert {(event.act, event.device) for event in told} == {("inspected", "van-1")}
    assert {event.measured.celsius for event in told if event.measured} == {2.1}


def test_a_correction_stands_and_what_it_corrects_is_kept(desk: Desk, ledger: Ledger) -> None:
    name = booked(desk)
    desk.freeze(name, "i", PARCELS)
    parcel = desk.open(name, "i").drawn[0]
    first = desk.enter(name, parcel, "i", TWO, False, findings="soft")
    second = desk.enter(name, parcel, "i", TWO, True, findings="mistaken for another")
    assert second.corrects == first.id
    assert desk.sampling(name).results[parcel] == second
    rows = [decode_row(row.value) for row in ledger.of(parcel)]
    assert [row.id for row in rows if row.id.startswith(name + ".")] == [first.id, second.id]


def test_steps_out_of_order_are_refused_in_words(desk: Desk) -> None:
    name = booked(desk)
    with pytest.raises(AuditError, match="freeze its list"):
        desk.open(name, "i")
    desk.freeze(name, "i", PARCELS)
    with pytest.raises(AuditError, match="was frozen"):
        desk.freeze(name, "i", PARCELS)
    with pytest.raises(AuditError, match="open it first"):
        desk.enter(name, PARCELS[0], "i", TWO, True)
    drawn = desk.open(name, "i").drawn
    with pytest.raises(AuditError, match="was opened"):
        desk.open(name, "i")
    with pytest.raises(AuditError, match="neither drawn nor picked"):
        desk.enter(name, next(p for p in PARCELS if p not in drawn), "i", TWO, True)
    with pytest.raises(AuditError, match="two samplers"):
        desk.enter(name, drawn[0], "i", TWO[:1], True)
    with pytest.raises(AuditError, match="one of them twice"):
        desk.enter(name, drawn[0], "i", [TWO[0], TWO[0]], True)
    with pytest.raises(AuditError, match="nothing was entered yet"):
        desk.decide(name, "i")
    with pytest.raises(AuditError, match="no such sampling"):
        desk.sampling("sampling-none")
    with pytest.raises(AuditError, match="preferred"):
        booked(desk, aql=2.0)
    with pytest.raises(AuditError, match="name a plan"):
        desk.book("lot", "2026-11-23T09:00:00Z", "i")


def test_what_is_picked_by_risk_does_not_count_for_the_lot(desk: Desk) -> None:
    name = booked(desk)
    desk.freeze(name, "i", PARCELS)
    lot = set(PARCELS)
    risky = "picked-1"
    drawn = desk.open(name, "i", {risky: "its van was warm"}).drawn
    assert risky not in lot
    for parcel in drawn:
        desk.enter(name, parcel, "i", TWO, True)
    desk.enter(name, risky, "i", TWO, False)
    assert desk.decide(name, "i").accepted


def test_a_series_switches_with_its_lots_and_a_lot_alone_does_not(desk: Desk) -> None:
    for bad in (1, 1):
        name = taken(desk, bad)
        assert not desk.decide(name, "i").accepted
    assert desk.series("fish").severity == "tightened"
    name = booked(desk)
    # Tightened, D at AQL 2.5 is 8 drawn, none nonconforming.
    frozen = desk.freeze(name, "i", PARCELS)
    assert (frozen.severity, frozen.size, frozen.accept) == ("tightened", 8, 0)
    alone = taken(desk, 1, series="")
    desk.decide(alone, "i")
    assert desk.series("fish").severity == "tightened"
    with pytest.raises(AuditError, match="not stopped"):
        desk.switch("fish", "tightened", "i", "mended")
    with pytest.raises(AuditError, match="score"):
        desk.switch("fish", "reduced", "i", "good for years")


def test_a_stopped_series_takes_no_lot_until_somebody_lets_it(desk: Desk) -> None:
    for _ in range(7):
        desk.decide(taken(desk, 1), "i")
    assert desk.series("fish").is_stopped
    name = booked(desk)
    with pytest.raises(AuditError, match="was stopped"):
        desk.freeze(name, "i", PARCELS)
    desk.switch("fish", "tightened", "i", "a new chiller")
    assert desk.freeze(name, "i", PARCELS).severity == "tightened"


def test_a_zero_acceptance_plan_takes_what_finds_a_bad_lot_out(desk: Desk) -> None:
    name = desk.book("lot", "2026-11-23T09:00:00Z", "i", confidence=0.95, nonconforming=0.2).id
    assert (desk.freeze(name, "i", PARCELS).size, desk.sampling(name).plan.accept) == (14, 0)  # type: ignore[union-attr]


def test_a_disposition_is_signed_and_its_place_is_told(desk: Desk, ledger: Ledger) -> None:
    signer = Signer.fresh()
    held = desk.dispose(
        "p-1", "hold", "zhang", "quality manager", "warm", signer, ("locker-1", "c02")
    )
    rejected = desk.dispose("p-1", "reject", "zhang", "quality manager", "spoilt", signer, None)
    assert desk.dispositions("p-1") == [held, rejected]
    assert is_signed(held, signer.public)
    assert not is_signed(held, Signer.fresh().public)
    import msgspec

    assert not is_signed(msgspec.structs.replace(held, decision="release"), signer.public)
    (event,) = [decode_event(one.value) for one in ledger.unsent()]
    assert (event.act, event.device, event.compartment) == ("held", "locker-1", "c02")
    assert event.id == held.id
    with pytest.raises(AuditError, match="reason"):
        desk.dispose("p-1", "release", "zhang", "quality manager", "", signer, None)


def test_a_seed_that_was_exchanged_is_noticed(desk: Desk, tmp_path: Path) -> None:
    name = booked(desk)
    desk.freeze(name, "i", PARCELS)
    (tmp_path / "seeds" / name).write_text("00" * 32)
    with pytest.raises(AuditError, match="not the one committed to"):
        desk.open(name, "i")


def test_every_row_is_a_sentence_in_both_languages(desk: Desk, ledger: Ledger) -> None:
    desk.decide(taken(desk, 1), "i")
    desk.dispose("p-1", "hold", "zhang", "quality manager", "warm", Signer.fresh(), None)
    for row in ledger.after(0):
        english = sentence(row.value, "en", lambda text: text[:10])
        chinese = sentence(row.value, "zh-CN", lambda text: text[:10])
        assert english.startswith("2026-11-23")
        assert english != chinese
    assert isinstance(decode_row(ledger.after(0)[0].value), Booked)
