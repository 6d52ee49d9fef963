"""Signed notes (C2SP signed-note v1.0.0) with Ed25519 (RFC 8032), and witnesses' cosignatures.

    <text, each line ended by a newline>
    <blank line>
    — <key name> base64(key ID || signature)          one line or more

    key ID       = SHA-256(name || 0x0A || type || public key)[:4]
    verifier key = <name>+<key ID as hexadecimal>+base64(type || public key)

Type 0x01 signs the text; type 0x04 (C2SP tlog-cosignature) puts eight bytes of POSIX time before
the signature and signs `cosignature/v1`, `time <t>` and the text. The rule that must stay true: a
signature by a known key that does not verify fails the whole note, and an unknown key proves
nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from base.errors import InvalidInput, Problem
from ledger.canonical import decode_base64, decode_hex, encode_base64
from ledger.proof import VerificationError

NOTE_BYTES_MAX: Final = 64 * 1024
SIGNATURES_MAX: Final = 64
"""The norm asks for at least 16."""

NAME_CHARS_MAX: Final = 255
KIND_SIGNATURE: Final = 0x01
KIND_COSIGNATURE: Final = 0x04

_PUBLIC_KEY_BYTES: Final = 32
_KEY_ID_BYTES: Final = 4
_TIME_BYTES: Final = 8
_DASH: Final = "\u2014"
_YEAR_10000: Final = 253402300800
"""POSIX time at which instants stop having a spelling."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """A key that somebody decided to trust, under its name. Raises `InvalidInput` if malformed."""

    name: str
    public: bytes
    kind: int = KIND_SIGNATURE

    def __post_init__(self) -> None:
        _require_key_name(self.name)
        if self.kind not in {KIND_SIGNATURE, KIND_COSIGNATURE}:
            raise _refusal("key", f"the signature type {self.kind:#04x} is not supported")
        if len(self.public) != _PUBLIC_KEY_BYTES:
            raise _refusal("key", f"an Ed25519 key has {_PUBLIC_KEY_BYTES} bytes")

    @property
    def key_id(self) -> bytes:
        """The four bytes that stand before each signature of this key."""
        material = self.name.encode() + b"\n" + bytes((self.kind,)) + self.public
        return sha256(material).digest()[:_KEY_ID_BYTES]

    def text(self) -> str:
        """Return the key as people hand it on: `name+id+key`."""
        key = encode_base64(bytes((self.kind,)) + self.public)
        return f"{self.name}+{self.key_id.hex()}+{key}"

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """Read what `text` returns; raises `InvalidInput` for anything else."""
        # Base64 may hold a plus sign, a name may not.
        name, _, rest = text.partition("+")
        key_id, _, key = rest.partition("+")
        material = decode_base64(key)
        if not material:
            raise _refusal("key", "a verifier key is written name+id+key")
        verifier = cls(name=name, public=material[1:], kind=material[0])
        if decode_hex(key_id) != verifier.key_id:
            raise _refusal("key", "the key ID does not belong to this name and key")
        return verifier


@dataclass(frozen=True, slots=True, kw_only=True)
class SignerKey:
    """A private key under its name; it never leaves this object and is never printed."""

    name: str
    private: Ed25519PrivateKey

    def __post_init__(self) -> None:
        _require_key_name(self.name)

    @classmethod
    def from_seed(cls, name: str, seed: bytes) -> "SignerKey":
        """Return the key that grows from 32 secret random bytes (RFC 8032 5.1.5)."""
        if len(seed) != _PUBLIC_KEY_BYTES:
            raise _refusal("seed", f"needs {_PUBLIC_KEY_BYTES} bytes")
        return cls(name=name, private=Ed25519PrivateKey.from_private_bytes(seed))

    def verifier(self) -> VerifierKey:
        """Return the public half."""
        return VerifierKey(name=self.name, public=self.private.public_key().public_bytes_raw())


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedSignature:
    """A known key that signed; `cosigned_at` is when a witness says that it did."""

    name: str
    kind: int
    cosigned_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedNote:
    """The text of a note that at least one known key signed, and which keys did."""

    text: str
    signatures: tuple[VerifiedSignature, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the keys that signed, each once, in the note's order."""
        return tuple(dict.fromkeys(signature.name for signature in self.signatures))


@dataclass(frozen=True, slots=True, kw_only=True)
class _SignatureLine:
    name: str
    key_id: bytes
    signature: bytes


def sign_note(text: str, signers: Sequence[SignerKey]) -> bytes:
    """Return the note with one signature line per signer, in the given order.

    Raises `InvalidInput` for a text that cannot be a note's, and where nobody signs.
    """
    if not _is_note_text(text) or not 0 < len(signers) <= SIGNATURES_MAX:
        message = "needs whole lines without control characters, and 1 to 64 signers"
        raise _refusal("text", message)
    lines = [signature_line(text, signer) for signer in signers]
    return f"{text}\n{''.join(lines)}".encode()


def signature_line(text: str, signer: SignerKey) -> str:
    """Return one signer's line over the text, with its newline."""
    signature = signer.verifier().key_id + signer.private.sign(text.encode())
    return f"{_DASH} {signer.name} {encode_base64(signature)}\n"


def is_signature_line(line: str) -> bool:
    """Return whether `line`, without its newline, has the form of a signature; proves nothing."""
    try:
        _parse_line(line)
    except VerificationError:
        return False
    return True


def open_note(data: bytes, vkeys: Iterable[VerifierKey]) -> OpenedNote:
    """Return the text and who of `vkeys` signed it.

    Raises `VerificationError` (step `checkpoint`) for a malformed note, for a signature by a known
    key that does not verify, and where no known key signed. Raises `InvalidInput` where two
    different known keys cannot be told apart by name and ID.
    """
    known = _by_name_and_id(vkeys)
    text, lines = _split_note(data)
    verified = [
        _verify(known[line.name, line.key_id], text, line.signature)
        for line in lines
        if (line.name, line.key_id) in known
    ]
    if not verified:
        raise _failure("no known key signed it")
    return OpenedNote(text=text, signatures=tuple(dict.fromkeys(verified)))


def _split_note(data: bytes) -> tuple[str, list[_SignatureLine]]:
    if len(data) > NOTE_BYTES_MAX:
        raise _failure(f"it is over {NOTE_BYTES_MAX} bytes")
    try:
        whole = data.decode("utf-8")
    except UnicodeDecodeError:
        raise _failure("it is not UTF-8") from None
    # The text may hold blank lines itself; the signatures follow the last one.
    body, blank, tail = whole.rpartition("\n\n")
    text = body + "\n"
    if not blank or not _is_note_text(text) or not _is_note_text(tail):
        raise _failure("it is not a text, a blank line and signature lines")
    lines = tail.split("\n")[:-1]
    if len(lines) > SIGNATURES_MAX:
        raise _failure(f"it has more than {SIGNATURES_MAX} signatures")
    return text, [_parse_line(line) for line in lines]


def _parse_line(line: str) -> _SignatureLine:
    fields = line.split(" ")
    if len(fields) != 3 or fields[0] != _DASH:
        raise _failure("a signature line is malformed")
    try:
        _require_key_name(fields[1])
        signed = decode_base64(fields[2])
    except InvalidInput:
        raise _failure("a signature line is malformed") from None
    if len(signed) <= _KEY_ID_BYTES:
        raise _failure("a signature line is malformed")
    return _SignatureLine(
        name=fields[1], key_id=signed[:_KEY_ID_BYTES], signature=signed[_KEY_ID_BYTES:]
    )


def _verify(key: VerifierKey, text: str, signature: bytes) -> VerifiedSignature:
    cosigned_at = None
    signed = text
    if key.kind == KIND_COSIGNATURE:
        seconds = int.from_bytes(signature[:_TIME_BYTES], "big")
        if seconds >= _YEAR_10000:
            raise _failure(f"the cosignature of {key.name} has no possible time")
        cosigned_at = datetime.fromtimestamp(seconds, UTC)
        signed = f"cosignature/v1\ntime {seconds}\n{text}"
        signature = signature[_TIME_BYTES:]
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, signed.encode())
    except (InvalidSignature, ValueError):
        raise _failure(f"the signature of {key.name} does not verify") from None
    return VerifiedSignature(name=key.name, kind=key.kind, cosigned_at=cosigned_at)


def _by_name_and_id(vkeys: Iterable[VerifierKey]) -> dict[tuple[str, bytes], VerifierKey]:
    known: dict[tuple[str, bytes], VerifierKey] = {}
    for key in vkeys:
        if known.setdefault((key.name, key.key_id), key) != key:
            raise _refusal("key", f"two keys share the name {key.name} and one ID")
    return known


def _is_note_text(text: str) -> bool:
    return text.endswith("\n") and all(char >= " " or char == "\n" for char in text)


def _require_key_name(name: str) -> None:
    is_clean = name.isprintable() and not any(char.isspace() for char in name)
    if not 0 < len(name) <= NAME_CHARS_MAX or not is_clean or "+" in name:
        message = "a key name has 1 to 255 characters, no space, no control character and no +"
        raise _refusal("name", message)


def _failure(reason: str) -> VerificationError:
    return VerificationError(f"the signed note is refused: {reason}", step="checkpoint")


def _refusal(path: str, message: str) -> InvalidInput:
    problem = Problem(path=path, code="note", message=message)
    return InvalidInput(f"{path}: {message}", problems=(problem,))
