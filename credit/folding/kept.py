"""Whether what is kept beside the ledger is what its entry says: batches, reports and snapshots.

The rule that must stay true: such a row is no fold, for the entry holds hashes alone; but whatever
the entry does say of it has to be so, and bytes that are kept have the hash that the entry has.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, Table, select

from base.errors import AppError
from base.strict_json import JsonObject
from credit.folding.comparing import Difference
from credit.index import credit_entries
from credit.intake.entries import BATCH_KIND
from credit.persons.entries import PERSONS_KIND
from credit.persons.tables import CREDIT_PERSON_BATCH
from credit.reporting.entries import REPORT_KIND, SNAPSHOT_KIND
from credit.reporting.tables import CREDIT_REPORT, CREDIT_SNAPSHOT
from credit.tables import CREDIT_BATCH
from ledger.parts import merge
from ledger.store import StoredEntry, parse_part

_COUNTS: Final = ("received", "accepted", "quarantined", "duplicates")
_ACCEPTED: Final = "accepted"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """What the entries of one kind say of a row.

    `told` gives columns and what they have to be; `hashed` names columns of bytes and the word in
    the entry that is their hash. A row with a `key` is there before its entry is, and is told of
    it a moment after.
    """

    table: Table
    told: Callable[[JsonObject], Mapping[str, object]]
    hashed: Mapping[str, str] = field(default_factory=dict)
    key: str = ""


def differing_kept(connection: Connection, log: int, size: int) -> Iterator[Difference]:
    """Yield where a kept row is not what its entry says, is not there, or has no entry."""
    seqs: dict[str, set[int]] = {kept.table.name: set() for kept in _KEPT.values()}
    for entries in credit_entries(connection, log, size):
        for entry in entries:
            kept = _KEPT.get(entry.header.kind)
            if kept is not None:
                seqs[kept.table.name].add(entry.seq)
                yield from _differing(connection, log, entry, kept)
    for kept in _KEPT.values():
        table = kept.table
        statement = select(table.c.seq).where(table.c.log == log, table.c.seq.is_not(None))
        for seq in sorted(set(connection.execute(statement).scalars()) - seqs[table.name]):
            yield seq, "credit_extra", f"a row of {table.name} has no such entry"


def _differing(
    connection: Connection, log: int, entry: StoredEntry, kept: _Kept
) -> Iterator[Difference]:
    table = kept.table
    try:
        payload: JsonObject = merge(parse_part(stored) for stored in entry.parts.values())
        says = dict(kept.told(payload))
        hashes = {name: bytes.fromhex(str(payload[word])) for name, word in kept.hashed.items()}
    except (AppError, KeyError, TypeError, ValueError) as error:
        yield entry.seq, "credit_unreadable", f"not compared with {table.name}: {error!r}"
        return
    own = select(table).where(table.c.log == log, table.c.seq == entry.seq)
    rows = [row._asdict() for row in connection.execute(own)]
    if not rows and _is_late(connection, log, kept, says):
        return
    if len(rows) != 1:
        yield entry.seq, "credit_missing", f"{len(rows)} rows of {table.name} are of this entry"
        return
    (row,) = rows
    wrong = [name for name, value in says.items() if row[name] != value]
    # Where bytes were erased their hash is all there is.
    there = {name: row[name] for name in hashes if row[name] is not None}
    wrong += [name for name, body in there.items() if sha256(body).digest() != hashes[name]]
    if wrong:
        message = f"its row of {table.name} differs in {', '.join(wrong)}"
        yield entry.seq, "credit_differs", message


def _is_late(connection: Connection, log: int, kept: _Kept, says: Mapping[str, object]) -> bool:
    """Return whether the row is there and has only not been told of its entry yet."""
    if not kept.key:
        return False
    key = kept.table.c[kept.key]
    statement = select(key).where(
        kept.table.c.log == log,
        key == says[kept.key],
        kept.table.c.seq.is_(None),
        kept.table.c.state != _ACCEPTED,
    )
    return connection.execute(statement).first() is not None


def _batch(payload: JsonObject) -> Mapping[str, object]:
    return {
        "id": UUID(str(payload["batch"])),
        "feed": payload["feed"],
        "feed_version": payload["feed_version"],
        "ended": payload["ended"],
        "file_hash": bytes.fromhex(str(payload["file"])),
        "door": payload["door"],
        "state": _ACCEPTED,
        "signer_id": _id(payload.get("signer")),
        "origin_id": _id(payload.get("origin")),
        "released_by": payload.get("released_by"),
        **{name: payload[name] for name in _COUNTS},
    }


def _persons(payload: JsonObject) -> Mapping[str, object]:
    return {
        "number": payload["batch"],
        "file_hash": bytes.fromhex(str(payload["file"])),
        "state": _ACCEPTED,
        **{name: payload[name] for name in _COUNTS},
    }


def _report(payload: JsonObject) -> Mapping[str, object]:
    says: dict[str, object] = {
        "number": payload["number"],
        "edition": payload["edition"],
        "report_hash": bytes.fromhex(str(payload["report"])),
        "pdf_hash": bytes.fromhex(str(payload["pdf"])),
    }
    if "subject" in payload:
        # Of a natural person's report the ledger says neither whose it is nor who asked.
        says |= {
            "subject_id": UUID(str(payload["subject"])),
            "issued_to": payload["issued_to"],
            "purpose": payload["purpose"],
        }
    return says


def _snapshot(payload: JsonObject) -> Mapping[str, object]:
    return {
        "list": payload["list"],
        "day": date.fromisoformat(str(payload["day"])),
        "number": payload["number"],
        "row_count": payload["rows"],
        "root": bytes.fromhex(str(payload["root"])),
    }


def _id(told: object) -> UUID | None:
    return None if told is None else UUID(str(told))


_KEPT: Final = MappingProxyType(
    {
        BATCH_KIND: _Kept(table=CREDIT_BATCH, told=_batch, key="id"),
        PERSONS_KIND: _Kept(table=CREDIT_PERSON_BATCH, told=_persons, key="number"),
        REPORT_KIND: _Kept(
            table=CREDIT_REPORT, told=_report, hashed={"body": "report", "pdf": "pdf"}
        ),
        SNAPSHOT_KIND: _Kept(table=CREDIT_SNAPSHOT, told=_snapshot, hashed={"paper": "paper"}),
    }
)
"""What is kept beside which kind of entry. A new kind is one more row."""
