"""The chain of seals: what breaks it, and how a key hands over to the next."""

from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from audit.errors import AuditError
from audit.seals import (
    NOTHING_BEFORE,
    Seal,
    SealError,
    ShardSeal,
    SignedSeal,
    check_chain,
    decode_signed,
    encode_signed,
    sign_seal,
)
from audit.signing import Signer, make_key, public_from_pem, read_key, signer_from_pem

KEY, NEXT = Signer.fresh(), Signer.fresh()


def shard(number: int) -> ShardSeal:
    return ShardSeal(
        name=f"frames-{number}.parquet",
        kind="frames",
        hour="2026-11-23T08:00:00.000Z",
        size=3,
        root="ab" * 32,
        file_sha256="cd" * 32,
    )


def chain(signers: list[Signer], first: int = 1) -> list[SignedSeal]:
    made: list[SignedSeal] = []
    for index, (signer, following) in enumerate(pairwise([*signers, signers[-1]])):
        handed = "" if following is signer else following.public.raw.hex()
        seal = Seal(
            number=first + index,
            previous=made[-1].digest if made else NOTHING_BEFORE,
            at=f"2026-11-23T{9 + index:02}:00:00.000Z",
            key=signer.public.fingerprint,
            shards=[shard(index)],
            next_key=handed,
        )
        made.append(sign_seal(seal, signer))
    return made


def test_a_chain_holds_and_comes_back_from_its_bytes() -> None:
    seals = chain([KEY] * 4)
    check_chain([decode_signed(encode_signed(one)) for one in seals], [KEY.public])


def test_a_key_hands_over_to_the_next_and_nobody_else_takes_over() -> None:
    check_chain(chain([KEY, KEY, NEXT, NEXT]), [KEY.public])
    seals = chain([KEY, KEY])
    forged = msgspec.structs.replace(seals[1].seal, key=NEXT.public.fingerprint)
    with pytest.raises(SealError, match="not trusted"):
        check_chain([seals[0], sign_seal(forged, NEXT)], [KEY.public])
    with pytest.raises(SealError, match="handed over"):
        check_chain([seals[0], sign_seal(forged, NEXT)], [KEY.public, NEXT.public])


def test_removed_reordered_changed_or_unsigned_seals_are_named() -> None:
    seals = chain([KEY] * 4)
    with pytest.raises(SealError, match="seal 3: follows seal 1"):
        check_chain([seals[0], *seals[2:]], [KEY.public])
    with pytest.raises(SealError, match="seal 1: follows"):
        check_chain([seals[1], seals[0]], [KEY.public])
    changed = msgspec.structs.replace(seals[2].seal, at="2026-11-23T10:00:00.001Z")
    false = SignedSeal(seal=changed, signature=seals[2].signature)
    with pytest.raises(SealError, match="seal 3: its signature is false"):
        check_chain([*seals[:2], false], [KEY.public])
    unlinked = sign_seal(msgspec.structs.replace(seals[2].seal, previous="00" * 32), KEY)
    with pytest.raises(SealError, match="seal 3: does not name"):
        check_chain([*seals[:2], unlinked], [KEY.public])


def test_keys_go_through_files_and_rubbish_is_refused_in_one_line(tmp_path: Path) -> None:
    made = make_key(tmp_path / "keys" / "seal.pem")
    assert read_key(tmp_path / "keys" / "seal.pem").public == made.public
    assert (tmp_path / "keys" / "seal.pem").stat().st_mode & 0o077 == 0
    pub = (tmp_path / "keys" / "seal.pem.pub").read_text()
    assert public_from_pem(pub, "it") == made.public
    with pytest.raises(AuditError, match="there already"):
        make_key(tmp_path / "keys" / "seal.pem")
    with pytest.raises(AuditError, match="not an Ed25519 private key"):
        signer_from_pem("rubbish", "KEY")
    with pytest.raises(AuditError, match="not an Ed25519 public key"):
        public_from_pem(made.pem(), "KEY")


def test_a_seal_dated_before_the_one_before_it_is_named() -> None:
    seals = chain([KEY] * 3)
    early = msgspec.structs.replace(seals[1].seal, at="2026-11-23T08:59:59.999Z")
    with pytest.raises(SealError, match="seal 2: is dated before"):
        check_chain([seals[0], sign_seal(early, KEY)], [KEY.public])
