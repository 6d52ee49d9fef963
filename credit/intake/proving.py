"""The proof of one row: its bytes, the path to its batch's root, and the entry that holds the root.

Format `suxin-credit-row/2`, canonical JSON (RFC 8785) of

    format    "suxin-credit-row/2"
    batch     id of the batch, as its entry names it
    row       number of the row in the file; null where `body` is
    position  place of the row among the `rows` leaves of the batch's tree
    rows      how many leaves there are
    leaf      hexadecimal: SHA-256 of a zero byte and the UTF-8 bytes of `body`
    about     what the row is about, as `body` says it: `name`, `codes`, `feed`, `number`,
              `authority`; of a row that told nothing new `seen`, the key of the record it repeats;
              null where `body` is
    body      the row as it was entered, a text; null where it is a person's or erased
    path      hexadecimal hashes, the leaf's sibling first (RFC 9162 2.1.3)
    bundle    the proof bundle of the batch's entry (`ledger.bundle`): its public part has the root

A `/1`, which is still checked, has no `about`.

The rule that must stay true: whoever trusts the ledger's key needs nothing else to check the row,
and no byte can be changed. What is a natural person's is proven to have been there, and says
nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, select

from base.errors import InvalidInput, LedgerCorrupt, NotFound
from base.strict_json import JsonObject, JsonValue, loads
from credit.feeds.model import SubjectKind
from credit.intake.batches import read_batch
from credit.intake.entries import BATCH_KIND, batch_of
from credit.intake.nodes import reader_of_rows
from credit.intake.records import ROW_BYTES_MAX, read_row
from credit.tables import CREDIT_FACT, CREDIT_ROW
from ledger import bundle as bundles
from ledger.canonical import canonical_bytes, decode_hex
from ledger.merkle import TileReader, inclusion_path, leaf_hash, verify_inclusion
from ledger.note import VerifierKey
from ledger.proof import VerificationError
from ledger.store import read_entries
from ledger.verify import ProvenEntry, verify_bundle

FORMAT: Final = "suxin-credit-row/2"
BYTES_MAX: Final = bundles.BYTES_MAX + 4 * ROW_BYTES_MAX
_DEPTH_MAX: Final = 10
_FORMER: Final = frozenset(
    {"format", "batch", "row", "position", "rows", "leaf", "body", "path", "bundle"}
)
_FIELDS: Final = {"suxin-credit-row/1": _FORMER, FORMAT: _FORMER | {"about"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class RowProof:
    """That row `position` of the `rows` of a batch is under `root`, which entry `seq` holds.

    `row_number` and `body` are None where the row is a natural person's, or was erased.
    """

    batch_id: UUID
    feed: str
    row_number: int | None
    position: int
    rows: int
    leaf: bytes
    path: tuple[bytes, ...]
    root: bytes
    seq: int
    body: bytes | None


def proof_of_row(connection: Connection, log: int, batch_id: UUID, row_number: int) -> RowProof:
    """Return the proof of a row by its number in the file; raises `NotFound` where none counted."""
    batch = read_batch(connection, log, batch_id)
    position = _position_of(connection, log, batch_id, row_number, batch.received)
    if position is None:
        raise NotFound("This row was not understood, or the batch has no row with that number.")
    return proof_at(connection, log, batch_id, position)


def _position_of(
    connection: Connection, log: int, batch_id: UUID, row_number: int, rows_max: int
) -> int | None:
    """Return the position of a row by halves: positions are in the order of numbers in the file."""
    start, end = 0, rows_max
    while start < end:
        middle = (start + end) // 2
        statement = select(CREDIT_ROW.c.row_number).where(
            CREDIT_ROW.c.log == log,
            CREDIT_ROW.c.batch_id == batch_id,
            CREDIT_ROW.c.position == middle,
        )
        number = connection.execute(statement).scalar()
        if number == row_number:
            return middle
        # Behind the last row that counted there is none.
        if number is None or number > row_number:
            end = middle
        else:
            start = middle + 1
    return None


def proof_at(connection: Connection, log: int, batch_id: UUID, position: int) -> RowProof:
    """Return the proof of the row at a position of a batch's tree.

    Some tiles of the tree are read and not its rows. Raises `LedgerCorrupt` where the row is not
    under the root that the batch's entry holds.
    """
    batch = read_batch(connection, log, batch_id)
    if batch.seq is None:
        raise NotFound("This batch is no entry of the ledger: it was held or refused.")
    row = connection.execute(
        select(CREDIT_ROW).where(
            CREDIT_ROW.c.log == log,
            CREDIT_ROW.c.batch_id == batch_id,
            CREDIT_ROW.c.position == position,
        )
    ).one_or_none()
    if row is None:
        raise NotFound("The batch has no such row.")
    note = batch_of(read_entries(connection, log, [batch.seq])[batch.seq])
    tiles = TileReader(reader_of_rows(connection, log, batch_id))
    path = inclusion_path(position, note.rows, tiles.get_node)
    try:
        verify_inclusion(position, note.rows, row.leaf, path, note.root)
    except VerificationError as error:
        raise LedgerCorrupt(f"batch {batch_id}: its rows are not under its root: {error}") from None
    body = None if row.body is None or _is_a_persons(row.body) else row.body
    return RowProof(
        batch_id=batch_id,
        feed=note.feed,
        row_number=None if body is None else row.row_number,
        position=position,
        rows=note.rows,
        leaf=row.leaf,
        path=path,
        root=note.root,
        seq=batch.seq,
        body=body,
    )


def proof_file(proof: RowProof, bundle: bundles.Bundle) -> bytes:
    """Return the proof as a file, with the bundle of the batch's entry."""
    value: JsonObject = {
        "format": FORMAT,
        "batch": str(proof.batch_id),
        "row": proof.row_number,
        "position": proof.position,
        "rows": proof.rows,
        "leaf": proof.leaf.hex(),
        "about": None if proof.body is None else about_row(proof.body, proof.feed),
        "body": None if proof.body is None else proof.body.decode(),
        "path": [node.hex() for node in proof.path],
        "bundle": loads(bundles.dump(bundle), bytes_max=bundles.BYTES_MAX, depth_max=_DEPTH_MAX),
    }
    return canonical_bytes(value)


def about_row(body: bytes, feed: str) -> JsonObject:
    """Return what a row is about: whoever asked for another one sees it without reading the row."""
    kept = read_row(body)
    if kept.record is None:
        return {"feed": feed, "seen": kept.seen_key}
    claim = kept.record.claim
    return {
        "feed": feed,
        "name": claim.name,
        "codes": [claim.codes[scheme] for scheme in sorted(claim.codes)],
        "number": kept.record.number,
        "authority": kept.record.authority_name,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedRow:
    """What a proof proves: the entry of its batch, and the row with what it is about.

    Both are None of a natural person's row, and of one that was erased.
    """

    entry: ProvenEntry
    row_number: int | None
    about: JsonObject | None


def check_row(data: bytes, vkeys: Sequence[VerifierKey]) -> CheckedRow:
    """Return what a proof proves to somebody who trusts `vkeys`.

    Raises `VerificationError` for what does not hold, and `InvalidInput` for what is no proof.
    """
    told: Any = loads(data, bytes_max=BYTES_MAX, depth_max=_DEPTH_MAX)
    if not isinstance(told, dict) or told.keys() != _FIELDS.get(str(told.get("format"))):
        raise InvalidInput(f"This is no proof of a row: not the fields of {FORMAT}.")
    if canonical_bytes(told) != data:
        raise InvalidInput("The proof is not in its one spelling: canonical JSON (RFC 8785).")
    report = verify_bundle(canonical_bytes(told["bundle"]), vkeys)
    entry = report.entries[0]
    if len(report.entries) != 1 or entry.kind != BATCH_KIND:
        raise VerificationError("the bundle is not of one batch", step="payload", entry=entry.seq)
    if (told["batch"], told["rows"]) != (entry.payload.get("batch"), entry.payload.get("rows")):
        raise VerificationError("the entry is of another batch", step="payload", entry=entry.seq)
    try:
        leaf, root = decode_hex(told["leaf"]), decode_hex(str(entry.payload.get("root")))
        path = [decode_hex(node) for node in told["path"]]
        verify_inclusion(_integer(told["position"]), _integer(told["rows"]), leaf, path, root)
        holds = _is_row(told["body"], told["row"], leaf)
    except (TypeError, AttributeError):
        raise InvalidInput("The proof has a value of another kind in one of its fields.") from None
    if not holds:
        raise VerificationError("the row is not the one that the leaf is of", step="inclusion")
    about = (
        None
        if told["body"] is None
        else about_row(told["body"].encode(), str(entry.payload["feed"]))
    )
    if "about" in told and told["about"] != about:
        raise VerificationError("the row is about something else", step="payload", entry=entry.seq)
    return CheckedRow(entry=entry, row_number=told["row"], about=about)


def _integer(value: JsonValue) -> int:
    if type(value) is not int:
        raise TypeError
    return value


def _is_row(body: JsonValue, row: JsonValue, leaf: bytes) -> bool:
    """Return whether a row is what its leaf is the hash of; one that says nothing has no number."""
    if body is None:
        return row is None
    told = body.encode() if isinstance(body, str) else b""
    return leaf_hash(told) == leaf and _integer(row) == read_row(told).row_number


def _is_a_persons(body: bytes) -> bool:
    record = read_row(body).record
    return record is not None and record.claim.kind is SubjectKind.PERSON


def row_of_fact(
    connection: Connection, log: int, fact_id: UUID, version: int | None
) -> tuple[UUID | None, UUID | None, int | None]:
    """Return whose a version of a fact is, with batch and position of its row.

    Without a version it is the newest one. What was decided here has no row. Raises `NotFound`.
    """
    fact = CREDIT_FACT.c
    which = fact.is_latest if version is None else fact.version == version
    found = connection.execute(
        select(fact.subject_id, fact.batch_id, fact.position).where(
            fact.log == log, fact.id == fact_id, which
        )
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such fact.")
    return found.subject_id, found.batch_id, found.position
