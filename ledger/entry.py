"""The header of one entry: what the hash chain and the tree are made of.

Format version 1, evidence for ever. Header bytes are the canonical JSON (RFC 8785) of

    actor         opaque id of who is answerable, never a name
    kind          what sort of entry it is, e.g. `event`
    log           number of the log
    payload_hash  64 lower-case hexadecimal digits (`ledger.parts`)
    prev          leaf hash of entry seq - 1, 64 digits; 64 zeros for entry 0
    recorded_at   when the writer gave it its number: RFC 3339, UTC, six decimals, `Z`
    seq           number of the entry in its log, from 0, without gaps
    v             1

The rule that must stay true: a header has one spelling, so whoever holds the bytes holds the hash.
The bytes hold no payload and may be public.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from base.clock import format_instant, parse_instant
from base.errors import InvalidInput, Problem
from base.strict_json import INTEGER_MAX
from ledger.merkle import leaf_hash

VERSION: Final = 1
HASH_BYTES: Final = 32
NO_PREVIOUS: Final = bytes(HASH_BYTES)
"""`prev` of entry 0."""

_LOG_MAX: Final = 2**31 - 1
_KIND: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.:-]{0,63}")
_ACTOR: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}")
_NUMBER: Final = rb"(0|[1-9][0-9]{0,15})"
_HEADER: Final = re.compile(
    rb'\{"actor":"([A-Za-z0-9_.:-]+)","kind":"([A-Za-z0-9_.:-]+)","log":%s,'
    rb'"payload_hash":"([0-9a-f]{64})","prev":"([0-9a-f]{64})",'
    rb'"recorded_at":"([0-9TZ.:-]+)","seq":%s,"v":%s\}' % (_NUMBER, _NUMBER, _NUMBER)
)
_Read = TypeVar("_Read")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """One entry without its payload. Raises `InvalidInput` for a value it cannot stand for."""

    v: int = VERSION
    log: int
    seq: int
    kind: str
    recorded_at: datetime
    actor: str
    payload_hash: bytes
    prev: bytes

    def __post_init__(self) -> None:
        # `True` is an int to Python and would be written as `True`; only plain ints are numbers.
        if not type(self.v) is type(self.log) is type(self.seq) is int or self.v != VERSION:
            raise _refusal("v", f"v, log and seq are integers, and v is {VERSION}")
        if not (0 <= self.log <= _LOG_MAX and 0 <= self.seq <= INTEGER_MAX):
            raise _refusal("seq", "log or seq is out of range")
        if _KIND.fullmatch(self.kind) is None:
            raise _refusal("kind", f"a kind matches {_KIND.pattern}")
        if _ACTOR.fullmatch(self.actor) is None:
            raise _refusal("actor", f"an actor's id matches {_ACTOR.pattern}")
        if len(self.payload_hash) != HASH_BYTES or len(self.prev) != HASH_BYTES:
            raise _refusal("prev", f"payload_hash and prev have {HASH_BYTES} bytes")
        if self.seq == 0 and self.prev != NO_PREVIOUS:
            raise _refusal("prev", "entry 0 follows nothing: prev is all zeros")
        if self.recorded_at.tzinfo is None:
            raise _refusal("recorded_at", "an instant needs a time zone")


def header_bytes(header: Header) -> bytes:
    """Return the header's one spelling.

    Written by hand, because this runs for every append; `Header` admits no character that JSON
    would escape, and a test compares it with the canonical form.
    """
    return (
        f'{{"actor":"{header.actor}","kind":"{header.kind}","log":{header.log},'
        f'"payload_hash":"{header.payload_hash.hex()}","prev":"{header.prev.hex()}",'
        f'"recorded_at":"{format_instant(header.recorded_at)}",'
        f'"seq":{header.seq},"v":{header.v}}}'
    ).encode("ascii")


def header_leaf(data: bytes) -> bytes:
    """Return the leaf hash of header bytes: the entry's place in the tree and in the chain."""
    return leaf_hash(data)


def parse_header(data: bytes) -> Header:
    """Read what `header_bytes` writes, and nothing else; raises `InvalidInput` otherwise."""
    found = _HEADER.fullmatch(data)
    if found is None:
        raise _refusal("", "the header is not in its one spelling")
    actor, kind, log, payload_hash, prev, recorded_at, seq, v = (
        text.decode("ascii") for text in found.groups()
    )
    header = Header(
        v=int(v),
        log=int(log),
        seq=int(seq),
        kind=kind,
        recorded_at=_read(parse_instant, recorded_at, "recorded_at"),
        actor=actor,
        payload_hash=bytes.fromhex(payload_hash),
        prev=bytes.fromhex(prev),
    )
    if header_bytes(header) != data:
        raise _refusal("", "the header is not in its one spelling")
    return header


def _read(reader: Callable[[str], _Read], text: str, path: str) -> _Read:
    try:
        return reader(text)
    except ValueError as error:
        raise _refusal(path, str(error)) from None


def _refusal(path: str, message: str) -> InvalidInput:
    problem = Problem(path=path, code="header", message=message)
    return InvalidInput(message, problems=(problem,))
