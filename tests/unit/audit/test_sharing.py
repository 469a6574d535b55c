"""Links for another authority: some parcels, until then, every look noted."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from audit.errors import AuditError
from audit.inspections import decode_row, sentence
from audit.ledger import Ledger, open_ledger
from audit.sharing import LONGEST_MS, look, share, share_of, shares, withdraw
from coldchain.times import HOUR_MS

NOW = 1_795_413_600_000


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with open_ledger(tmp_path) as made:
        yield made


def given(ledger: Ledger, until: int = NOW + HOUR_MS) -> str:
    row = share(ledger, NOW, "qian", "customs", ["p1", "p2", "p1"], until, "joint check")
    return row.id


def test_a_link_opens_its_parcels_until_it_ends_and_each_look_is_noted(ledger: Ledger) -> None:
    name = given(ledger)
    assert look(ledger, NOW + 1, name, None, "the list").shared.parcels == ["p1", "p2"]
    look(ledger, NOW + 2, name, "p1", "p1 as PDF")
    with pytest.raises(AuditError, match="does not open parcel p3"):
        look(ledger, NOW + 3, name, "p3", "p3")
    with pytest.raises(AuditError, match="is over"):
        look(ledger, NOW + HOUR_MS, name, "p1", "p1")
    found = share_of(ledger, name)
    assert [(one.by, one.what) for one in found.viewed] == [
        ("customs", "the list"), ("customs", "p1 as PDF")
    ]  # fmt: skip


def test_a_link_that_is_withdrawn_opens_nothing_more(ledger: Ledger) -> None:
    name = given(ledger)
    withdraw(ledger, NOW + 5, name, "qian", "sent to the wrong office")
    with pytest.raises(AuditError, match="is over"):
        look(ledger, NOW + 6, name, "p1", "p1")
    assert [one.holds(NOW + 6) for one in shares(ledger)] == [False]


def test_a_link_without_reason_parcels_or_end_is_not_made(ledger: Ledger) -> None:
    for parcels, until, reason in (
        ([], NOW + HOUR_MS, "why"),
        (["p1"], NOW + HOUR_MS, ""),
        (["p1"], NOW, "why"),
        (["p1"], NOW + LONGEST_MS + 1, "why"),
    ):
        with pytest.raises(AuditError):
            share(ledger, NOW, "qian", "customs", parcels, until, reason)
    assert shares(ledger) == []
    with pytest.raises(AuditError, match="there is no link"):
        look(ledger, NOW, "share-none", None, "")


def test_a_look_that_could_not_be_read_back_is_refused_and_not_noted(ledger: Ledger) -> None:
    name = given(ledger)
    with pytest.raises(AuditError, match="can't be entered"):
        look(ledger, NOW + 1, name, "p1", "p1 (" + "x" * 1000)
    assert share_of(ledger, name).viewed == []


def test_its_rows_are_sentences_in_both_languages(ledger: Ledger) -> None:
    name = given(ledger)
    look(ledger, NOW + 1, name, None, "the list")
    withdraw(ledger, NOW + 5, name, "qian", "over")
    for row in ledger.of(name):
        decode_row(row.value)
        told = [sentence(row.value, one, lambda at: at[11:16]) for one in ("en", "zh-CN")]
        assert told[0] != told[1]
        assert all("qian" in one or "customs" in one for one in told)
