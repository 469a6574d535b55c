"""A courier's phone and a mailbox, for real, on loopback."""

from collections.abc import Iterator

import pytest
from receivers import Phone, Postbox, a_phone, a_postbox


@pytest.fixture
def phone() -> Iterator[Phone]:
    with a_phone() as made:
        yield made


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    with a_postbox() as made:
        yield made
