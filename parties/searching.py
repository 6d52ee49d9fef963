"""Finding what is registered by a number or a piece of a name: parties, sites, products, papers.

The rule that must stay true: a number is looked up whole, by an index. Names are compared one by
one, so only with so many of the newest rows; where older ones were left out, the answer says so.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeAlias, TypeVar
from uuid import UUID

from sqlalchemy import Column, ColumnElement, Connection, Table, and_, false, or_, select, union

from codes.cn.regions import find_region, regions_named
from parties.directory import (
    CertificateCard,
    PartyCard,
    ProductCard,
    SiteCard,
    certificates_by_id,
    parties_by_id,
    products_by_id,
    sites_by_id,
)
from parties.finding import Search, holds_all
from parties.tables import CERTIFICATE, PARTY, PRODUCT, SITE

_REGION_DIGITS: Final = 6

Card = TypeVar("Card")
_Ids: TypeAlias = Sequence[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits(Generic[Card]):
    """The cards that were found, the likeliest first.

    `has_more` where there are others beside them, `is_partial` where not every name was compared.
    """

    cards: tuple[Card, ...] = ()
    has_more: bool = False
    is_partial: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for: `numbers` are spellings of one number, `uris` the codes of one text.

    `own` keeps the answer to what one party registered; None is the whole register.
    """

    words: str
    numbers: frozenset[str] = frozenset()
    uris: frozenset[str] = frozenset()
    own: UUID | None = None
    rows_max: int
    compared_max: int
    regions: tuple[str, ...] = ()


def regions_meant(text: str) -> tuple[str, ...]:
    """Return the regions, as 2, 4 or 6 digits, that a typed code or name of a region means."""
    if len(text) == _REGION_DIGITS and text.isascii() and text.isdecimal():
        found = find_region(text)
        return () if found is None else (found.code,)
    return regions_named(text)


def search_parties(connection: Connection, wanted: Wanted) -> Hits[PartyCard]:
    """Return parties by credit code, licence number, number of a certificate, region or name."""
    papers = select(CERTIFICATE.c.party_id).where(CERTIFICATE.c.number.in_(wanted.numbers))
    exact = (
        PARTY.c.uscc.in_(wanted.numbers),
        PARTY.c.licence_no.in_(wanted.numbers),
        PARTY.c.id.in_(papers),
    )
    names = ("name_zh", "name_en")
    return _hits(connection, _Kind(PARTY, PARTY.c.id, exact, names, parties_by_id), wanted)


def search_sites(connection: Connection, wanted: Wanted) -> Hits[SiteCard]:
    """Return sites by their code, region or name."""
    exact = (SITE.c.uri.in_(wanted.uris),)
    names = ("name_zh", "name_en")
    return _hits(connection, _Kind(SITE, SITE.c.party_id, exact, names, sites_by_id), wanted)


def search_products(connection: Connection, wanted: Wanted) -> Hits[ProductCard]:
    """Return products by their code, number of a certificate, or by names and specification."""
    papers = select(CERTIFICATE.c.product_id).where(CERTIFICATE.c.number.in_(wanted.numbers))
    exact = (PRODUCT.c.uri.in_(wanted.uris), PRODUCT.c.id.in_(papers))
    names = ("name_zh", "name_en", "spec_zh", "spec_en")
    kind: _Kind[ProductCard] = _Kind(PRODUCT, PRODUCT.c.party_id, exact, names, products_by_id)
    return _hits(connection, kind, wanted)


def search_papers(connection: Connection, wanted: Wanted) -> Hits[CertificateCard]:
    """Return certificates by their number."""
    exact = (CERTIFICATE.c.number.in_(wanted.numbers),)
    kind: _Kind[CertificateCard] = _Kind(
        CERTIFICATE, CERTIFICATE.c.party_id, exact, (), certificates_by_id
    )
    return _hits(connection, kind, wanted)


@dataclass(frozen=True, slots=True)
class _Kind(Generic[Card]):
    """What is told apart of the four: the column of its owner, where a number and a name stand."""

    table: Table
    owner: Column[UUID]
    exact: Sequence[ColumnElement[bool]]
    names: tuple[str, ...]
    cards: Callable[[Connection, Iterable[UUID]], Any]


def _hits(connection: Connection, kind: _Kind[Card], wanted: Wanted) -> Hits[Card]:
    """Return what a number finds, then what a region, then what a name does."""
    most = wanted.rows_max + 1
    is_own = () if wanted.own is None else (kind.owner == wanted.own,)
    ids = dict.fromkeys(_exact(connection, kind, is_own, most))
    if "region" in kind.table.c and wanted.regions:
        ids |= dict.fromkeys(_ids(connection, kind, (*is_own, _lies_in(kind, wanted)), most))
    is_partial = False
    if kind.names and wanted.words:
        oldest = None if is_own else _oldest_compared(connection, kind.table, wanted.compared_max)
        is_partial = oldest is not None
        newer = () if oldest is None else (kind.table.c.id > oldest,)
        search = Search(words=wanted.words, rows_max=most)
        named = holds_all(kind.table, kind.names, search)
        ids |= dict.fromkeys(_ids(connection, kind, (*is_own, *newer, named), most))
    shown = list(ids)[: wanted.rows_max]
    cards = kind.cards(connection, shown)
    return Hits(
        cards=tuple(cards[one] for one in shown),
        has_more=len(ids) > wanted.rows_max,
        is_partial=is_partial,
    )


def _exact(
    connection: Connection, kind: _Kind[Card], is_own: Collection[ColumnElement[bool]], most: int
) -> _Ids:
    # A union of what each index gives: PostgreSQL reads the whole table for an OR over two tables.
    found = union(*(select(kind.table.c.id).where(one, *is_own) for one in kind.exact)).subquery()
    statement = select(found.c.id).order_by(found.c.id.desc()).limit(most)
    return connection.execute(statement).scalars().all()


def _ids(
    connection: Connection,
    kind: _Kind[Card],
    conditions: Collection[ColumnElement[bool]],
    most: int,
) -> _Ids:
    ids = kind.table.c.id
    statement = select(ids).where(and_(*conditions)).order_by(ids.desc()).limit(most)
    return connection.execute(statement).scalars().all()


def _lies_in(kind: _Kind[Card], wanted: Wanted) -> ColumnElement[bool]:
    """Return the condition of lying in one of the regions, as ranges that an index answers."""
    region = kind.table.c.region
    ranges = (
        region.between(one.ljust(_REGION_DIGITS, "0"), one.ljust(_REGION_DIGITS, "9"))
        for one in wanted.regions
    )
    return or_(false(), *ranges)


def _oldest_compared(connection: Connection, table: Table, compared_max: int) -> UUID | None:
    """Return the newest row whose name is too old to be compared; None where all are."""
    # The index of the ids alone is read, and no row.
    statement = select(table.c.id).order_by(table.c.id.desc()).offset(compared_max).limit(1)
    found: UUID | None = connection.execute(statement).scalar()
    return found
