import base64
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from base.errors import InvalidInput
from ledger.note import (
    KIND_COSIGNATURE,
    SignerKey,
    VerifierKey,
    is_signature_line,
    open_note,
    sign_note,
    signature_line,
)
from ledger.proof import VerificationError
from tests.ledger.sample import make_witness

_TEXT = "first\n\nthird 山\n"
_ONE = SignerKey.from_seed("example.org/one", bytes(32))
_TWO = SignerKey.from_seed("example.org/two", bytes([1]) * 32)
_NOTE = sign_note(_TEXT, [_ONE])

# A note and its key as the first implementation of the format publishes them (golang.org/x/mod).
_PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
_PETER_NOTE = (
    "If you think cryptography is the answer to your problem,\n"
    "then you don't know what your problem is.\n"
    "\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpR"
    "Zb6KE6RyyBwJnAM=\n"
)


def test_a_published_note_opens_with_its_published_key() -> None:
    note = open_note(_PETER_NOTE.encode(), [VerifierKey.parse(_PETER)])

    assert note.names == ("PeterNeumann",)
    assert note.text.startswith("If you think cryptography")


def test_a_note_opens_for_whoever_knows_one_of_its_keys() -> None:
    data = sign_note(_TEXT, [_ONE, _TWO])

    both = open_note(data, [_TWO.verifier(), _ONE.verifier()])
    only_two = open_note(data, [_TWO.verifier()])

    assert both.text == only_two.text == _TEXT
    assert both.names == ("example.org/one", "example.org/two")
    assert only_two.names == ("example.org/two",)


def test_a_note_by_unknown_keys_proves_nothing() -> None:
    with pytest.raises(VerificationError) as refusal:
        open_note(_NOTE, [_TWO.verifier()])
    assert refusal.value.step == "checkpoint"
    with pytest.raises(VerificationError):
        open_note(_NOTE, [])


def test_a_key_that_shares_only_the_name_is_unknown() -> None:
    same_name = SignerKey.from_seed("example.org/one", bytes([9]) * 32)

    assert open_note(sign_note(_TEXT, [same_name, _ONE]), [_ONE.verifier()]).names == (_ONE.name,)
    with pytest.raises(VerificationError):
        open_note(_NOTE, [same_name.verifier()])


def test_a_bad_signature_by_a_known_key_fails_the_whole_note() -> None:
    wrong = signature_line("another text\n", _TWO).encode()

    with pytest.raises(VerificationError):
        open_note(_NOTE + wrong, [_ONE.verifier(), _TWO.verifier()])
    with pytest.raises(VerificationError):
        open_note(_NOTE + wrong, [_TWO.verifier()])
    assert open_note(_NOTE + wrong, [_ONE.verifier()]).names == (_ONE.name,)


def test_a_second_bad_signature_by_the_same_key_fails_the_note() -> None:
    wrong = signature_line("another text\n", _ONE).encode()

    with pytest.raises(VerificationError):
        open_note(_NOTE + wrong, [_ONE.verifier()])


@pytest.mark.parametrize("count", [16, 64])
def test_a_note_with_many_signatures_opens(count: int) -> None:
    signers = [SignerKey.from_seed(f"example.org/{n}", bytes([n]) * 32) for n in range(count)]

    note = open_note(sign_note(_TEXT, signers), [signers[-1].verifier()])

    assert note.names == (f"example.org/{count - 1}",)


def test_too_many_signatures_and_too_long_a_note_are_refused() -> None:
    line = signature_line(_TEXT, _ONE)

    with pytest.raises(VerificationError, match="more than 64"):
        open_note(_NOTE + line.encode() * 64, [_ONE.verifier()])
    with pytest.raises(VerificationError, match="bytes"):
        open_note(sign_note("x" * 70_000 + "\n", [_ONE]), [_ONE.verifier()])


def test_every_flipped_bit_of_a_note_is_refused() -> None:
    for at in range(len(_NOTE)):
        for bit in range(8):
            changed = bytearray(_NOTE)
            changed[at] ^= 1 << bit
            with pytest.raises(VerificationError):
                open_note(bytes(changed), [_ONE.verifier()])


def test_every_truncated_note_is_refused() -> None:
    for length in range(len(_NOTE)):
        with pytest.raises(VerificationError):
            open_note(_NOTE[:length], [_ONE.verifier()])


@pytest.mark.parametrize(
    "tail",
    [
        b"x\n",
        b"\n",
        b"- name AAAAAAAA\n",
        "—  name AAAAAAAA\n".encode(),
        "— name  AAAAAAAA\n".encode(),
        "— name AAAAAAAA \n".encode(),
        "— name AAAAAA==\n".encode(),
        "— name AAAAAAB=\n".encode(),
        "— name AAAA-AAA\n".encode(),
        "— na+me AAAAAAAA\n".encode(),
        "— na\u2003me AAAAAAAA\n".encode(),
        "— name AAAAAAAA\r\n".encode(),
        "— name AAAAAAAA".encode(),
        "— name\n".encode(),
        b"\xff\n",
    ],
)
def test_something_else_among_the_signatures_is_refused(tail: bytes) -> None:
    with pytest.raises(VerificationError):
        open_note(_NOTE + tail, [_ONE.verifier()])


@pytest.mark.parametrize("text", ["", "no newline", "tab\t\n", "nul\x00\n", "cr\r\n"])
def test_a_text_that_cannot_be_a_notes_is_not_signed(text: str) -> None:
    with pytest.raises(InvalidInput):
        sign_note(text, [_ONE])


def test_a_note_that_nobody_signs_is_refused() -> None:
    with pytest.raises(InvalidInput):
        sign_note(_TEXT, [])


@given(st.binary(min_size=32, max_size=32), st.sampled_from([1, KIND_COSIGNATURE]))
def test_a_verifier_key_comes_back_the_same(public: bytes, kind: int) -> None:
    key = VerifierKey(name="example.org/log/1", public=public, kind=kind)

    assert VerifierKey.parse(key.text()) == key


@pytest.mark.parametrize(
    "text",
    [
        "",
        "PeterNeumann",
        "PeterNeumann+c74f20a3",
        "PeterNeumann+c74f20a3+",
        _PETER.replace("Peter", "Paul"),
        _PETER.replace("c74f20a3", "C74F20A3"),
        _PETER.replace("c74f20a3", "c74f20a4"),
        _PETER.replace("+ARpc", "+Arpc"),
        _PETER.replace("+ARpc", "+BRpc"),
        _PETER + "=",
        _PETER + "\n",
        _PETER[:-4],
        " " + _PETER,
    ],
)
def test_a_malformed_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        VerifierKey.parse(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb", "a\x7f", "a" * 256])
def test_a_name_that_a_line_could_not_hold_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput):
        SignerKey.from_seed(name, bytes(32))


def test_a_seed_of_another_length_is_refused_and_a_key_is_never_printed() -> None:
    with pytest.raises(InvalidInput):
        SignerKey.from_seed("name", bytes(31))

    secret = bytes(range(32))
    shown = repr(SignerKey.from_seed("name", secret))
    assert secret.hex() not in shown
    assert base64.b64encode(secret).decode() not in shown


def test_a_witness_cosignature_tells_when() -> None:
    signer, vkey = make_witness()
    seconds = 1_679_315_147
    signed = f"cosignature/v1\ntime {seconds}\n{_TEXT}".encode()
    raw = vkey.key_id + seconds.to_bytes(8, "big") + signer.private.sign(signed)
    line = f"— {vkey.name} {base64.b64encode(raw).decode()}\n".encode()

    note = open_note(_NOTE + line, [_ONE.verifier(), vkey])

    assert note.signatures[1].cosigned_at == datetime(2023, 3, 20, 12, 25, 47, tzinfo=UTC)
    assert note.names == (_ONE.name, vkey.name)
    for changed in (
        vkey.key_id + (seconds + 1).to_bytes(8, "big") + raw[12:],
        vkey.key_id + b"\xff" * 8 + raw[12:],
        raw[:8],
        raw[:-1],
    ):
        bad = f"— {vkey.name} {base64.b64encode(changed).decode()}\n".encode()
        with pytest.raises(VerificationError):
            open_note(_NOTE + bad, [_ONE.verifier(), vkey])


def test_a_witness_key_does_not_accept_a_plain_signature() -> None:
    signer, vkey = make_witness()
    raw = vkey.key_id + signer.private.sign(_TEXT.encode())
    line = f"— {vkey.name} {base64.b64encode(raw).decode()}\n".encode()

    with pytest.raises(VerificationError):
        open_note(_NOTE + line, [vkey])


def test_the_form_of_a_signature_line_is_told_from_others() -> None:
    assert is_signature_line(signature_line(_TEXT, _ONE)[:-1])
    assert not is_signature_line(signature_line(_TEXT, _ONE))
    assert not is_signature_line("")
