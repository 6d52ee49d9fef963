"""Finding products and sites of one party, or all parties: newest first, by pieces of their names.

One rule: nothing is out of reach, however many there are: the id of the last row is the cursor of
the next page.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Final, Generic, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Table, and_, or_, select

from parties.directory import PartyCard, ProductCard, SiteCard, parties_by_id
from parties.tables import PARTY, PRODUCT, SITE

# A name is found by fewer words; each of them is compared with every row of the party.
_WORDS_MAX: Final = 8

Card = TypeVar("Card")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Generic[Card]):
    """Some cards, newest first; `next_before` is None on the last page."""

    cards: tuple[Card, ...]
    next_before: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which rows: those below the id `before`, that hold every word of `words`; all where empty."""

    words: str = ""
    before: UUID | None = None
    rows_max: int


def find_products(connection: Connection, party_id: UUID, search: Search) -> Found[ProductCard]:
    """Return products of a party by their names, specification and code."""
    columns = ("name_zh", "name_en", "spec_zh", "spec_en", "uri")
    return _find(connection, PRODUCT, ProductCard, columns, party_id, search)


def find_sites(connection: Connection, party_id: UUID, search: Search) -> Found[SiteCard]:
    """Return sites of a party by their names and code."""
    return _find(connection, SITE, SiteCard, ("name_zh", "name_en", "uri"), party_id, search)


def find_parties(connection: Connection, search: Search) -> Found[PartyCard]:
    """Return parties by their names and credit code."""
    columns = ("name_zh", "name_en", "uscc")
    statement = (
        select(PARTY.c.id)
        .where(holds_all(PARTY, columns, search))
        .order_by(PARTY.c.id.desc())
        .limit(search.rows_max + 1)
    )
    if search.before is not None:
        statement = statement.where(PARTY.c.id < search.before)
    ids = list(connection.execute(statement).scalars())
    shown = ids[: search.rows_max]
    cards = parties_by_id(connection, shown)
    is_last = len(ids) <= search.rows_max
    return Found(
        cards=tuple(cards[one] for one in shown), next_before=None if is_last else shown[-1]
    )


def holds_all(table: Table, columns: tuple[str, ...], search: Search) -> ColumnElement[bool]:
    """Return the condition that every word stands in one of these columns."""
    return and_(
        True,
        *(
            or_(*(table.c[name].icontains(word, autoescape=True) for name in columns))
            for word in search.words.split()[:_WORDS_MAX]
        ),
    )


def _find(
    connection: Connection,
    table: Table,
    card: Callable[..., Card],
    columns: tuple[str, ...],
    party_id: UUID,
    search: Search,
) -> Found[Card]:
    names = [one.name for one in fields(card)]  # type: ignore[arg-type] # Every card is a dataclass.
    statement = select(*(table.c[name] for name in names)).where(
        table.c.party_id == party_id, holds_all(table, columns, search)
    )
    if search.before is not None:
        statement = statement.where(table.c.id < search.before)
    statement = statement.order_by(table.c.id.desc()).limit(search.rows_max + 1)
    rows = connection.execute(statement).mappings().all()
    cards = tuple(card(**row) for row in rows[: search.rows_max])
    is_last = len(rows) <= search.rows_max
    return Found(cards=cards, next_before=None if is_last else rows[search.rows_max - 1]["id"])
