"""What a log says of itself: so many entries, this root (C2SP tlog-checkpoint v1.0.0).

    <origin>                  e.g. `ledger.example.org/log/1`; also the name of the signing key
    <size>                    decimal, no leading zero
    <base64 of the root>      32 bytes
    <extension lines>         opaque, none are written here

as the text of a signed note. The rule that must stay true: a checkpoint counts only when the key
that bears its origin's name signed it; witnesses may add to that, never stand in for it.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from base.errors import InvalidInput, Problem
from ledger.canonical import decode_base64, encode_base64
from ledger.merkle import EMPTY_ROOT
from ledger.note import (
    KIND_SIGNATURE,
    SignerKey,
    VerifiedSignature,
    VerifierKey,
    open_note,
    sign_note,
)
from ledger.proof import HASH_BYTES, INDEX_END, VerificationError, parse_decimal

EXTENSIONS_MAX: Final = 16
_ORIGIN: Final = re.compile(r"[^\s+]{1,255}")
_EXTENSION: Final = re.compile(r"[^\x00-\x1f]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """The state of one log. Raises `InvalidInput` for a value that it cannot have."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if _ORIGIN.fullmatch(self.origin) is None or not self.origin.isprintable():
            raise _refusal("origin", "has 1 to 255 characters, no space and no +")
        if not 0 <= self.size < INDEX_END or len(self.root) != HASH_BYTES:
            raise _refusal("size", "the size is below 2^63 and the root has 32 bytes")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise _refusal("root", "an empty log has the root of nothing (RFC 9162 2.1.1)")
        is_clean = all(_EXTENSION.fullmatch(line) for line in self.extensions)
        if len(self.extensions) > EXTENSIONS_MAX or not is_clean:
            raise _refusal("extensions", "are at most 16 lines that are not empty")

    def text(self) -> str:
        """Return the note text that is signed."""
        lines = (self.origin, str(self.size), encode_base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedCheckpoint:
    """A checkpoint whose log signed it, and everybody known who signed with it."""

    checkpoint: Checkpoint
    signatures: tuple[VerifiedSignature, ...]


def origin_of_log(origin: str, log: int) -> str:
    """Return the origin, and so the key name, of log number `log` of the service `origin`."""
    return f"{origin}/log/{log}"


def parse_checkpoint(text: str) -> Checkpoint:
    """Read what `Checkpoint.text` writes, extension lines too; raises `InvalidInput` otherwise."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1]:
        raise _refusal("", "has origin, size and root, each ended by a newline")
    root = decode_base64(lines[2])
    return Checkpoint(
        origin=lines[0], size=parse_decimal(lines[1]), root=root, extensions=tuple(lines[3:-1])
    )


def sign_checkpoint(checkpoint: Checkpoint, signers: Sequence[SignerKey]) -> bytes:
    """Return the signed note; while a key is being replaced, the old and the new both sign.

    Raises `InvalidInput` where a signer does not bear the origin's name.
    """
    if any(signer.name != checkpoint.origin for signer in signers):
        raise _refusal("origin", "is signed only by keys that bear its name")
    return sign_note(checkpoint.text(), signers)


def open_checkpoint(data: bytes, vkeys: Iterable[VerifierKey]) -> OpenedCheckpoint:
    """Return the checkpoint of a signed note that its own log signed.

    Raises `VerificationError` (step `checkpoint`) otherwise.
    """
    note = open_note(data, vkeys)
    try:
        checkpoint = parse_checkpoint(note.text)
    except InvalidInput as error:
        message = f"the signed text is not a checkpoint: {error}"
        raise VerificationError(message, step="checkpoint") from None
    is_own = any(
        signature.kind == KIND_SIGNATURE and signature.name == checkpoint.origin
        for signature in note.signatures
    )
    if not is_own:
        message = f"no known key named {checkpoint.origin} signed the checkpoint"
        raise VerificationError(message, step="checkpoint")
    return OpenedCheckpoint(checkpoint=checkpoint, signatures=note.signatures)


def _refusal(path: str, message: str) -> InvalidInput:
    problem = Problem(path=path, code="checkpoint", message=message)
    return InvalidInput(f"checkpoint {path}: {message}", problems=(problem,))
