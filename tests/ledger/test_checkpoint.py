import base64
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.errors import InvalidInput
from ledger.checkpoint import (
    Checkpoint,
    open_checkpoint,
    origin_of_log,
    parse_checkpoint,
    sign_checkpoint,
)
from ledger.merkle import EMPTY_ROOT
from ledger.note import SignerKey, sign_note
from ledger.proof import VerificationError
from tests.ledger.sample import ORIGIN, OTHER_SIGNER, SIGNER, VKEY, make_witness

_ROOT = bytes(range(32))
_CHECKPOINT = Checkpoint(origin=ORIGIN, size=20852163, root=_ROOT)


def test_the_text_is_that_of_the_norm() -> None:
    assert _CHECKPOINT.text() == (
        "ledger.example.org/log/1\n20852163\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
    )


@given(
    st.integers(1, 2**63 - 1),
    st.binary(min_size=32, max_size=32),
    st.lists(st.from_regex(r"[ -~]+", fullmatch=True), max_size=3),
)
def test_a_checkpoint_comes_back_the_same(size: int, root: bytes, extensions: list[str]) -> None:
    checkpoint = Checkpoint(origin=ORIGIN, size=size, root=root, extensions=tuple(extensions))

    assert parse_checkpoint(checkpoint.text()) == checkpoint


def test_an_empty_log_has_a_checkpoint_with_the_root_of_nothing() -> None:
    empty = Checkpoint(origin=ORIGIN, size=0, root=EMPTY_ROOT)

    assert parse_checkpoint(empty.text()) == empty
    with pytest.raises(InvalidInput):
        replace(empty, root=_ROOT)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("20852163", "020852163"),
        ("20852163", "+20852163"),
        ("20852163", " 20852163"),
        ("20852163", "20_852_163"),
        ("20852163", "2085216\u0663"),
        ("20852163", "9223372036854775808"),
        ("20852163", "-1"),
        ("20852163", ""),
        ("Hh8=\n", "Hh8=\n\n"),
        ("Hh8=\n", "Hh8="),
        ("Hh8=\n", "Hh9=\n"),
        ("Hh8=\n", "Hh8\n"),
        ("Hh8=\n", "\n"),
        ("Hh8=\n", "Hh8fHw==\n"),
        ("Hh8=\n", "Hh8=\next\n\next\n"),
        ("Hh8=\n", "Hh8=\ntab\t\n"),
        ("Hh8=\n", "Hh8=\n" + "x\n" * 17),
        ("ledger.", ""),
    ],
)
def test_another_spelling_of_a_checkpoint_is_refused(old: str, new: str) -> None:
    text = _CHECKPOINT.text()
    assert old in text

    changed = text.replace(old, new, 1)
    if old == "ledger.":
        changed = "\n" + text.split("\n", 1)[1]
    with pytest.raises(InvalidInput):
        parse_checkpoint(changed)


@pytest.mark.parametrize("origin", ["", "a b", "a+b", "a\u2003b", "a\x7fb", "x" * 256])
def test_an_origin_that_is_no_key_name_is_refused(origin: str) -> None:
    with pytest.raises(InvalidInput):
        Checkpoint(origin=origin, size=1, root=_ROOT)


def test_a_signed_checkpoint_opens_and_names_its_signers() -> None:
    data = sign_checkpoint(_CHECKPOINT, [SIGNER, OTHER_SIGNER])

    opened = open_checkpoint(data, [VKEY, OTHER_SIGNER.verifier()])

    assert opened.checkpoint == _CHECKPOINT
    assert [signature.name for signature in opened.signatures] == [ORIGIN]
    assert open_checkpoint(data, [OTHER_SIGNER.verifier()]).checkpoint == _CHECKPOINT


def test_only_keys_of_the_origins_name_may_sign() -> None:
    stranger = SignerKey.from_seed("example.net/log/1", bytes(32))

    with pytest.raises(InvalidInput):
        sign_checkpoint(_CHECKPOINT, [SIGNER, stranger])


def test_a_checkpoint_that_only_others_signed_does_not_count() -> None:
    stranger = SignerKey.from_seed("example.net/log/1", bytes(32))
    data = sign_note(_CHECKPOINT.text(), [stranger])

    with pytest.raises(VerificationError) as refusal:
        open_checkpoint(data, [stranger.verifier()])
    assert refusal.value.step == "checkpoint"


def test_a_witness_under_the_origins_name_does_not_stand_in_for_the_log() -> None:
    signer, vkey = make_witness(ORIGIN)
    text = _CHECKPOINT.text()
    signed = signer.private.sign(f"cosignature/v1\ntime 7\n{text}".encode())
    raw = vkey.key_id + (7).to_bytes(8, "big") + signed
    line = f"\n— {ORIGIN} {base64.b64encode(raw).decode()}\n"
    with pytest.raises(VerificationError):
        open_checkpoint((text + line).encode(), [vkey, VKEY])


def test_a_signed_text_that_is_no_checkpoint_is_refused() -> None:
    with pytest.raises(VerificationError):
        open_checkpoint(sign_note(f"{ORIGIN}\n07\n\n", [SIGNER]), [VKEY])


def test_the_origin_of_a_log_is_the_services_with_its_number() -> None:
    assert origin_of_log("ledger.example.org", 12) == "ledger.example.org/log/12"
