"""Accounts: what came, what came again, what is missing."""

from hypothesis import given
from hypothesis import strategies as st

from audit.accounts import Account, by_boot
from audit.entries import Entry


def test_gaps_and_repeats_are_counted_by_boot() -> None:
    account = Account().plus([0, 1, 2, 5, 5]).plus([7, 2])
    assert account.ranges == ((0, 2), (5, 5), (7, 7))
    assert account.gaps() == [(3, 4), (6, 6)]
    assert (account.frames, account.missing, account.repeats) == (5, 3, 2)
    assert Account().missing == 0


@given(st.lists(st.lists(st.integers(0, 40))))
def test_the_account_hangs_on_what_came_and_not_on_when(batches: list[list[int]]) -> None:
    bit_by_bit = Account()
    for batch in batches:
        bit_by_bit = bit_by_bit.plus(batch)
    everything = [number for batch in batches for number in batch]
    assert bit_by_bit == Account().plus(everything)
    assert bit_by_bit.frames == len(set(everything))
    assert bit_by_bit.repeats == len(everything) - len(set(everything))
    seen = set(everything)
    missing = [n for n in range(max(seen, default=-1) + 1) if n not in seen]
    assert [n for a, b in bit_by_bit.gaps() for n in range(a, b + 1)] == missing
    assert bit_by_bit.missing == len(missing)


def test_only_frames_are_counted_and_rubbish_is_no_frame() -> None:
    values = [b'{"v":1,"device":"van-1","boot":2,"seq":3,"sent":0,"channels":[]}', b"rubbish"]
    entries = [Entry("frames", "van-1", 0, 0, i, value) for i, value in enumerate(values)]
    entries.append(Entry("custody", "p", 0, 0, 9, values[0]))
    assert by_boot(entries) == {("van-1", 2): [3]}
