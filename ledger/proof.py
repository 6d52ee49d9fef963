"""What a check refuses with, and the portable text of one inclusion proof (C2SP tlog-proof).

The rule that must stay true: whatever fails to verify raises `VerificationError`, and nothing else
in the ledger's checks says "no" by returning a value that a caller could overlook.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, Literal, TypeAlias

from base.errors import AppError, InvalidInput, Problem
from ledger.canonical import decode_base64, encode_base64

Step: TypeAlias = Literal[
    "format", "checkpoint", "header", "part", "payload", "items", "inclusion", "log"
]
"""Where a check stopped; `log` is the comparison of two states of a log (consistency)."""

HASH_BYTES: Final = 32
INDEX_END: Final = 2**63
"""Sequence numbers and sizes stay below this, so that they fit a signed 64-bit column."""

PATH_HASHES_MAX: Final = 63
_TLOG_PROOF_LINE: Final = "c2sp.org/tlog-proof@v1"
_DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


class VerificationError(AppError):
    """A proof does not hold. `step` says where, `entry` is the entry's seq where one is known."""

    code: ClassVar[str] = "verification_failed"

    def __init__(
        self,
        message: str,
        *,
        step: Step,
        entry: int | None = None,
        problems: Sequence[Problem] = (),
    ) -> None:
        super().__init__(message, problems=problems)
        self.step: Step = step
        self.entry = entry


@dataclass(frozen=True, slots=True, kw_only=True)
class InclusionProof:
    """That a leaf stands at `index`: the sibling hashes from the leaf up (RFC 9162 2.1.3)."""

    index: int
    path: tuple[bytes, ...]


def parse_decimal(text: str) -> int:
    """Return the index or size that `text` spells without sign, blank or leading zero.

    Raises `InvalidInput` for any other spelling and for what is not below 2^63.
    """
    number = int(text) if _DECIMAL.fullmatch(text) else INDEX_END
    if number >= INDEX_END:
        raise _refusal("not_decimal", "is not a decimal number below 2^63 in its one spelling")
    return number


def dump_tlog_proof(proof: InclusionProof, checkpoint: str) -> str:
    """Return the C2SP tlog-proof v1 text: index, path and the signed checkpoint, verbatim."""
    hashes = [encode_base64(node) for node in proof.path]
    return "\n".join([_TLOG_PROOF_LINE, f"index {proof.index}", *hashes, "", checkpoint])


def parse_tlog_proof(text: str) -> tuple[InclusionProof, str]:
    """Read what `dump_tlog_proof` writes; the checkpoint comes back verbatim and unchecked.

    The optional `extra` line is refused: it is not authenticated and nothing here needs it.
    """
    head, blank, checkpoint = text.partition("\n\n")
    lines = head.split("\n")
    if not blank or len(lines) < 2 or lines[0] != _TLOG_PROOF_LINE:
        raise _refusal("not_tlog_proof", f"does not begin as {_TLOG_PROOF_LINE}")
    if not lines[1].startswith("index ") or len(lines) - 2 > PATH_HASHES_MAX:
        raise _refusal("not_tlog_proof", "needs an index line and at most 63 hashes")
    path = tuple(decode_base64(line) for line in lines[2:])
    if any(len(node) != HASH_BYTES for node in path):
        raise _refusal("not_tlog_proof", "holds a hash that has not 32 bytes")
    return InclusionProof(
        index=parse_decimal(lines[1].removeprefix("index ")), path=path
    ), checkpoint


def _refusal(code: str, message: str) -> InvalidInput:
    problem = Problem(path="", code=code, message=message)
    return InvalidInput(f"the text {message}", problems=(problem,))
