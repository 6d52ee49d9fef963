"""Issuing a block of codes: numbers are reserved, then one entry of the ledger issues them.

The rule that must stay true: a block exists when its entry does. Numbers that were reserved by a
request that died before its entry are never given to anybody.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, select

from base.clock import Clock
from base.db import reading
from base.errors import InvalidInput, NotFound, Problem
from base.installation_secret import InstallationSecret
from codes.gs1.digital_link import CANONICAL_STEM
from codes.schemes.cn_pesticide import NORM as PESTICIDE_NORM
from ledger.batch import Batch, Idempotency, Receipt
from ledger.draft import draft_of_parts
from ledger.idempotency import replays
from ledger.journal import Journal
from ledger.parts import Part
from parties.actors import Actor
from parties.ids import new_id, short_hex
from parties.issuing.index import BlockNote
from parties.issuing.kinds import KINDS, IssuedKind, Needs
from parties.issuing.prefixes import confirmed_prefix
from parties.issuing.series import Series, SeriesRequest, permutation_of, reserve, series_by_id
from parties.issuing.tables import CODE_BLOCK
from parties.issuing.tags import current_tag_key
from parties.register import one_of
from parties.tables import CERTIFICATE, PRODUCT

CODES_ISSUED: Final = "codes_issued"

_GTIN_URI: Final = re.compile(re.escape(CANONICAL_STEM) + r"/01/([0-9]{14})")
_CHUNK: Final = 4096

# Digit 1 of a unit code by the letters of the registration; a temporary one (LS) is lawful only on
# labels made before 2026-11-01 and gets no new codes.
_PESTICIDE_CATEGORY: Final = {"PD": "1", "WP": "2"}
_REGISTRATION: Final = re.compile(r"(?P<letters>PD|WP)(?P<year>[0-9]{2})?(?P<last>[0-9]{6})")


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRequest:
    """What is asked for: so many codes of a kind, for a product or under a prefix.

    `first` is the first number of a counted series where it is new; `confirm_first` says that a
    high one is meant. `is_signed` adds a tag (AI 98) to each serial's address. Pesticides name
    their registration, who makes the unit (1 holder, 2 commissioned, 3 repackaged) and the three
    digits of the specification.
    """

    kind: str
    count: int
    product_id: UUID | None = None
    prefix: str = ""
    first: int = 0
    confirm_first: bool = False
    is_signed: bool = False
    registration: str = ""
    production: str = "1"
    spec: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block that was issued: codes number 1 … `count`, made from `start` on in its series."""

    id: UUID
    log: int
    seq: int
    kind: IssuedKind
    series: Series
    party_id: UUID
    product_id: UUID | None
    start: int
    count: int
    tag_key: str | None
    recorded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Issuer:
    """What issuing needs: the log's journal, the installation's secret, a clock, limits.

    A first number that gives up more than `first_percent_max` of a series has to be confirmed.
    """

    journal: Journal
    secret: InstallationSecret
    clock: Clock
    block_max: int
    first_percent_max: int = 1


def issue_block(
    issuer: Issuer, actor: Actor, request: BlockRequest, *, idempotency: Idempotency | None = None
) -> Block:
    """Issue a block for the actor's party and return it, durable in the ledger.

    The same request under the same key returns the same block. Raises `InvalidInput` with a field
    path, `NotFound`, `Conflict` where a series has too few numbers left.
    """
    kind, party_id = _kind_of(issuer, actor, request)
    known = _replayed(issuer, actor, idempotency)
    if known is not None:
        return known
    now = issuer.clock.now()
    with reading(issuer.journal.engine) as connection:
        scope = _scope(connection, kind, request, party_id, now)
        tag_key = current_tag_key(connection) if request.is_signed else None
    capacity = kind.capacity(scope)
    wanted = SeriesRequest(
        kind=kind.name,
        scope=scope,
        party_id=party_id if kind.needs is Needs.PREFIX else None,
        count=request.count,
        capacity=capacity,
        step=kind.step,
        first=request.first,
        first_max=capacity * issuer.first_percent_max // 100,
        is_first_confirmed=request.confirm_first,
    )
    series, start = reserve(issuer.journal.engine, issuer.secret, wanted, now=now)
    note = BlockNote(
        id=new_id(now),
        series_id=series.id,
        party_id=party_id,
        product_id=request.product_id,
        start=start,
        count=request.count,
        tag_key=tag_key,
    )
    receipt = _append(issuer, actor, series, note, idempotency)
    with reading(issuer.journal.engine) as connection:
        return read_block(connection, issuer.secret, issuer.journal.log, UUID(receipt.subject))


def _kind_of(issuer: Issuer, actor: Actor, request: BlockRequest) -> tuple[IssuedKind, UUID]:
    kind = KINDS.get(request.kind)
    if kind is None:
        raise _wrong("kind", "kind", f"is one of {', '.join(KINDS)}")
    if not 1 <= request.count <= issuer.block_max:
        raise _wrong("count", "range", f"a block has 1 to {issuer.block_max} codes")
    if kind.needs is Needs.PRODUCT and request.product_id is None:
        raise _wrong("product_id", "missing", "these codes are issued for a product")
    if kind.needs is Needs.PREFIX and not request.prefix:
        raise _wrong("prefix", "missing", "these codes are issued under a company prefix")
    if request.first and kind.domain is not None:
        raise _wrong("first", "first", "these numbers are not counted, so they have no first")
    if request.is_signed and kind.name != "gs1_serial":
        raise _wrong("is_signed", "signed", "only serials of a GTIN carry a signature (AI 98)")
    if actor.party_id is None:
        raise _wrong("", "party", "only a party issues codes")
    return kind, actor.party_id


def _wrong(path: str, code: str, message: str) -> InvalidInput:
    problem = Problem(path=path, code=code, message=message)
    return InvalidInput(f"{path}: {message}" if path else message, problems=(problem,))


def _replayed(issuer: Issuer, actor: Actor, idempotency: Idempotency | None) -> Block | None:
    """Return the block of the same request made before, so that a retry reserves nothing."""
    if idempotency is None:
        return None
    asked = Batch(actor=actor.id, subject="", drafts=(), idempotency=idempotency)
    with reading(issuer.journal.engine) as connection:
        (outcome,) = replays(connection, issuer.journal.log, (asked,))
        if outcome is None:
            return None
        if not isinstance(outcome, Receipt):
            raise outcome
        block_id = UUID(outcome.subject)
        return read_block(connection, issuer.secret, issuer.journal.log, block_id)


def _scope(
    connection: Connection, kind: IssuedKind, request: BlockRequest, party_id: UUID, now: datetime
) -> str:
    if kind.needs is Needs.PREFIX:
        return confirmed_prefix(connection, party_id, request.prefix)
    if request.product_id is None:
        raise _wrong("product_id", "missing", "these codes are issued for a product")
    product = one_of(connection, PRODUCT, request.product_id)
    if product.party_id != party_id:
        # The same answer as for an id that is nobody's: ids of others are not for finding out.
        raise NotFound("There is no product with that id.")
    if kind.name == "gs1_serial":
        found = _GTIN_URI.fullmatch(str(product.uri))
        if found is None:
            message = "has no GTIN; ask for serials of this ledger's own (suxin_serial)"
            raise _wrong("product_id", "gtin", message)
        return found[1]
    if kind.name == "pesticide_unit":
        return _pesticide_head(connection, request, party_id, now)
    return ""


def _pesticide_head(
    connection: Connection, request: BlockRequest, party_id: UUID, now: datetime
) -> str:
    """Return digits 1 to 11 of a unit code (农业部公告第2579号)."""
    found = _REGISTRATION.fullmatch(request.registration)
    if found is None:
        message = "is PD or WP and the eight (or the last six) digits of the registration"
        raise _wrong("registration", "registration", f"{message} ({PESTICIDE_NORM})")
    if request.production not in ("1", "2", "3"):
        message = "is 1 (holder), 2 (commissioned) or 3 (repackaged)"
        raise _wrong("production", "production", message)
    if not re.fullmatch("[0-9]{3}", request.spec):
        raise _wrong("spec", "spec", "is the three digits of the specification")
    today = now.date()
    statement = select(CERTIFICATE.c.from_on, CERTIFICATE.c.until_on).where(
        CERTIFICATE.c.party_id == party_id, CERTIFICATE.c.number == request.registration
    )
    held = connection.execute(statement).all()
    if not any(row.from_on <= today and (row.until_on or today) >= today for row in held):
        message = "is not registered here as a certificate of the party that is valid today"
        raise _wrong("registration", "certificate", message)
    return _PESTICIDE_CATEGORY[found["letters"]] + found["last"] + request.production + request.spec


def _append(
    issuer: Issuer,
    actor: Actor,
    series: Series,
    note: BlockNote,
    idempotency: Idempotency | None,
) -> Receipt:
    # How many codes a party takes is its own business; that it issued a block is not.
    draft = draft_of_parts(
        CODES_ISSUED,
        {
            Part.PUBLIC: {"block": f"block:{short_hex(note.id)}", "kind": series.kind},
            Part.AUTHORITY: {
                "block_id": str(note.id),
                "series_id": str(series.id),
                "scope": series.scope,
                "party_id": str(note.party_id),
                "product_id": str(note.product_id or ""),
                "start": str(note.start),
                "count": note.count,
                "tag_key": note.tag_key or "",
            },
        },
        note=note,
    )
    batch = Batch(actor=actor.id, subject=str(note.id), drafts=(draft,), idempotency=idempotency)
    return issuer.journal.append(batch)


def read_block(
    connection: Connection, secret: InstallationSecret, log: int, block_id: UUID
) -> Block:
    """Return a block; raises `NotFound`."""
    statement = select(CODE_BLOCK).where(CODE_BLOCK.c.log == log, CODE_BLOCK.c.id == block_id)
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise NotFound("There is no block with that id.")
    return block_of(connection, secret, row)


def block_at(connection: Connection, secret: InstallationSecret, log: int, seq: int) -> Block:
    """Return the block that an entry issued; raises `NotFound`."""
    statement = select(CODE_BLOCK).where(CODE_BLOCK.c.log == log, CODE_BLOCK.c.seq == seq)
    row = connection.execute(statement).one_or_none()
    if row is None:
        raise NotFound("That entry issued no block.")
    return block_of(connection, secret, row)


def block_of(connection: Connection, secret: InstallationSecret, row: Row[Any]) -> Block:
    """Return the block of a row of the table."""
    series = series_by_id(connection, secret, row.series_id)
    if series is None:
        raise NotFound("There is no series with that id.")
    return Block(
        id=row.id,
        log=row.log,
        seq=row.seq,
        kind=KINDS[series.kind],
        series=series,
        party_id=row.party_id,
        product_id=row.product_id,
        start=row.start,
        count=row.code_count,
        tag_key=row.tag_key,
        recorded_at=row.recorded_at,
    )


def list_blocks(
    connection: Connection,
    secret: InstallationSecret,
    log: int,
    *,
    party_id: UUID | None,
    before: int | None,
    rows_max: int,
) -> list[Block]:
    """Return at most `rows_max` blocks, newest first, below entry `before`; of one party or all."""
    statement = select(CODE_BLOCK).where(CODE_BLOCK.c.log == log)
    if party_id is not None:
        statement = statement.where(CODE_BLOCK.c.party_id == party_id)
    if before is not None:
        statement = statement.where(CODE_BLOCK.c.seq < before)
    rows = connection.execute(statement.order_by(CODE_BLOCK.c.seq.desc()).limit(rows_max)).all()
    return [block_of(connection, secret, row) for row in rows]


def texts_of(
    block: Block, secret: InstallationSecret, *, first: int = 1, count: int | None = None
) -> Iterator[str]:
    """Yield the codes number `first` … of a block, in order, a few thousand made at a time."""
    last = block.count if count is None else first + count - 1
    if not 1 <= first <= last <= block.count:
        raise _wrong("first", "range", f"the block has codes 1 to {block.count}")
    domain = block.kind.domain
    permute = None if domain is None else permutation_of(block.series, domain, secret).forward
    text, scope = block.kind.text, block.series.scope
    for start in range(first - 1, last, _CHUNK):
        counted = range(block.start + start, block.start + min(start + _CHUNK, last))
        numbers: Sequence[int] = counted if permute is None else permute(counted)
        for number in numbers:
            yield text(scope, number)
