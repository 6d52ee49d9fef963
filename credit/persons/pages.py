"""A page of people made into rows: keyed, salted, hashed, and written in one transaction.

The rule that must stay true: whoever is known already is a duplicate and no second row; each page
holds the tree as it stands after it, so that a load that died goes on where it was.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Final

import orjson
from sqlalchemy import Connection, select

from base.bulk import find_rows, insert_rows
from base.errors import LedgerCorrupt
from credit.persons.entries import person_leaf
from credit.persons.lines import Person
from credit.persons.tables import CREDIT_PERSON, CREDIT_PERSON_PAGE, KEY_BYTES
from ledger.merkle import EMPTY_FRONTIER, Frontier

LEAF_BYTES: Final = 32
_SALT_BYTES: Final = 16
_BLOCK_BYTES: Final = 64
_PERSON_COLUMNS: Final = ("log", "key", "adult_on", "salt", "batch", "position")
_PAGE_COLUMNS: Final = tuple(column.name for column in CREDIT_PERSON_PAGE.columns)


class Keyed:
    """Keys numbers by HMAC-SHA256 (RFC 2104), with both halves of the secret hashed once.

    The result is that of `hmac.digest`; made so it takes a third of the time.
    """

    def __init__(self, secret: bytes) -> None:
        block = (sha256(secret).digest() if len(secret) > _BLOCK_BYTES else secret).ljust(
            _BLOCK_BYTES, b"\0"
        )
        self._inner = sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = sha256(bytes(byte ^ 0x5C for byte in block))

    def __call__(self, number: bytes) -> bytes:
        """Return the key of a number."""
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(number)
        outer.update(inner.digest())
        return outer.digest()[:KEY_BYTES]

    def __repr__(self) -> str:
        """Show the name of the type alone."""
        return "Keyed()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What became of one page; `faults` are (row number, code)."""

    batch: int
    page: int
    end_byte: int
    frontier: Frontier
    received: int
    accepted: int
    quarantined: int
    duplicates: int


def write_page(
    connection: Connection,
    log: int,
    before: Page,
    *,
    keyed: Keyed,
    people: Sequence[Person],
    faults: Sequence[tuple[int, str]],
    end_byte: int,
) -> Page:
    """Write the people of a page that nobody told of before; return the page.

    `before` is the page it follows. The caller holds the lock of the register.
    """
    told: dict[bytes, date] = {keyed(number): adult_on for number, adult_on in people}
    known = {row[0] for row in find_rows(connection, CREDIT_PERSON, ("key",), log, list(told))}
    # In the order of the index: neighbours are written together, whatever order they came in.
    fresh = sorted(told.keys() - known)
    salts = os.urandom(_SALT_BYTES * len(fresh))
    start = before.frontier.size
    rows = [
        (log, key, told[key], salts[at * _SALT_BYTES : (at + 1) * _SALT_BYTES], before.batch,
         start + at)
        for at, key in enumerate(fresh)
    ]  # fmt: skip
    leaves = [person_leaf(salt, key, adult_on) for _, key, adult_on, salt, _, _ in rows]
    insert_rows(connection, CREDIT_PERSON, _PERSON_COLUMNS, rows)
    frontier, _ = before.frontier.append_all(leaves)
    page = Page(
        batch=before.batch,
        page=before.page + 1,
        end_byte=end_byte,
        frontier=frontier,
        received=len(people) + len(faults),
        accepted=len(fresh),
        quarantined=len(faults),
        duplicates=len(people) - len(fresh),
    )
    _keep(connection, log, page, leaves, faults)
    return page


def written_pages(connection: Connection, log: int, batch: int) -> list[Page]:
    """Return the pages of a batch that are written, in order."""
    own = CREDIT_PERSON_PAGE.c
    statement = (
        select(
            own.page,
            own.end_byte,
            own.frontier,
            own.received,
            own.accepted,
            own.quarantined,
            own.duplicates,
        )
        .where(own.log == log, own.batch == batch)
        .order_by(own.page)
    )
    return [
        Page(
            batch=batch,
            page=row.page,
            end_byte=row.end_byte,
            frontier=Frontier.from_bytes(row.frontier),
            received=row.received,
            accepted=row.accepted,
            quarantined=row.quarantined,
            duplicates=row.duplicates,
        )
        for row in connection.execute(statement)
    ]


def before_first(batch: int, start_byte: int) -> Page:
    """Return what the first page of a batch follows: nothing, up to where its rows begin."""
    return Page(
        batch=batch,
        page=-1,
        end_byte=start_byte,
        frontier=EMPTY_FRONTIER,
        received=0,
        accepted=0,
        quarantined=0,
        duplicates=0,
    )


def check_batch(connection: Connection, log: int, batch: int) -> int:
    """Compare every person of a batch with its leaf; return how many are there.

    An erased person has a leaf and no row. Raises `LedgerCorrupt` where a row is not its leaf's, or
    the leaves are not those of the tree.
    """
    frontier, count = EMPTY_FRONTIER, 0
    statement = (
        select(CREDIT_PERSON_PAGE.c.frontier, CREDIT_PERSON_PAGE.c.leaves)
        .where(CREDIT_PERSON_PAGE.c.log == log, CREDIT_PERSON_PAGE.c.batch == batch)
        .order_by(CREDIT_PERSON_PAGE.c.page)
    )
    people: Mapping[int, bytes] = _leaves_of_people(connection, log, batch)
    for page in connection.execute(statement):
        leaves = [
            page.leaves[at : at + LEAF_BYTES] for at in range(0, len(page.leaves), LEAF_BYTES)
        ]
        for at, leaf in enumerate(leaves, start=frontier.size):
            if people.get(at, leaf) != leaf:
                raise LedgerCorrupt(f"person {at} of batch {batch} does not match its hash")
            count += at in people
        frontier, _ = frontier.append_all(leaves)
        if frontier.to_bytes() != page.frontier:
            raise LedgerCorrupt(f"the leaves of batch {batch} are not those of its tree")
    if count != len(people):
        raise LedgerCorrupt(f"batch {batch} has people without a leaf")
    return count


def _leaves_of_people(connection: Connection, log: int, batch: int) -> dict[int, bytes]:
    statement = select(
        CREDIT_PERSON.c.position,
        CREDIT_PERSON.c.salt,
        CREDIT_PERSON.c.key,
        CREDIT_PERSON.c.adult_on,
    ).where(CREDIT_PERSON.c.log == log, CREDIT_PERSON.c.batch == batch)
    return {
        row.position: person_leaf(row.salt, row.key, row.adult_on)
        for row in connection.execute(statement)
    }


def _keep(
    connection: Connection,
    log: int,
    page: Page,
    leaves: Sequence[bytes],
    faults: Sequence[tuple[int, str]],
) -> None:
    values = {
        "log": log,
        "batch": page.batch,
        "page": page.page,
        "end_byte": page.end_byte,
        "frontier": page.frontier.to_bytes(),
        "received": page.received,
        "accepted": page.accepted,
        "quarantined": page.quarantined,
        "duplicates": page.duplicates,
        "leaves": b"".join(leaves),
        "faults": orjson.dumps(list(faults)).decode(),
    }
    row = tuple(values[name] for name in _PAGE_COLUMNS)
    insert_rows(connection, CREDIT_PERSON_PAGE, _PAGE_COLUMNS, [row])
