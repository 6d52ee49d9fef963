"""Reading the register in bulk, and remembering whose a site or product is.

The rule that must stay true: a registration made in this process is seen by its next question, one
made elsewhere within `UNKNOWN_S` seconds. What is registered never changes its owner (the register
refuses to overwrite), so that one may be remembered for long; what lies under a prefix does.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, TypeAlias, TypeVar
from uuid import UUID

from sqlalchemy import Column, Connection, Engine, Select, select

from base.clock import Clock
from base.db import reading
from codes.gs1.digital_link import CANONICAL_STEM
from parties.cache import TimedCache
from parties.tables import CERTIFICATE, PARTY, PRODUCT, SITE, PartyKind

UNKNOWN_S: Final = 1.5
"""How long "nobody's" is believed, and whose a prefix makes what is not registered."""

KNOWN_S: Final = 60
"""How long an owner is believed; it never changes, but a restored backup may bring another."""

_OWNERS_CACHED_MAX: Final = 200_000
_CHUNK: Final = 500  # SQLite and the PostgreSQL planner are both at ease with this many values.

# A place (AI 414) is the only GS1 key whose finer level (AI 254) is registered by itself.
_GS1_PREFIX: Final = CANONICAL_STEM + "/"
_PLACE_PREFIX: Final = _GS1_PREFIX + "414/"

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyCard:
    """A party as pages show it."""

    id: UUID
    uscc: str | None
    name_zh: str
    name_en: str
    kind: PartyKind
    licence_kind: str | None
    licence_no: str | None
    region: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCard:
    """A place as pages and maps show it; degrees are WGS 84."""

    id: UUID
    party_id: UUID
    uri: str
    name_zh: str
    name_en: str
    region: str | None
    latitude: Decimal | None
    longitude: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductCard:
    """A class of goods as pages show it; the party is the brand owner."""

    id: UUID
    party_id: UUID
    uri: str
    name_zh: str
    name_en: str
    spec_zh: str
    spec_en: str
    class_code: str


_PRODUCT_CARDS: Final = select(*(PRODUCT.c[one.name] for one in fields(ProductCard)))


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateCard:
    """A certificate as pages show it.

    `product_id` is None where it covers the whole party, `lot` where it covers every lot.
    """

    id: UUID
    party_id: UUID
    product_id: UUID | None
    lot: str | None
    kind: str
    number: str
    issuer: str
    from_on: date
    until_on: date | None
    link: str

    def is_valid_on(self, day: date) -> bool:
        """Return whether the day lies in the period; both ends count."""
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)


def sites_by_uri(connection: Connection, uris: Iterable[str]) -> Mapping[str, SiteCard]:
    """Return the card of each canonical URI that is a registered site."""
    statement = select(*(SITE.c[one.name] for one in fields(SiteCard)))
    rows = _in_chunks(connection, statement, SITE.c.uri, uris)
    return {row["uri"]: SiteCard(**row) for row in rows}


def products_by_uri(connection: Connection, uris: Iterable[str]) -> Mapping[str, ProductCard]:
    """Return the card of each canonical URI that is a registered product."""
    rows = _in_chunks(connection, _PRODUCT_CARDS, PRODUCT.c.uri, uris)
    return {row["uri"]: ProductCard(**row) for row in rows}


def products_by_id(connection: Connection, ids: Iterable[UUID]) -> Mapping[UUID, ProductCard]:
    """Return the card of each registered product."""
    rows = _in_chunks(connection, _PRODUCT_CARDS, PRODUCT.c.id, ids)
    return {row["id"]: ProductCard(**row) for row in rows}


def parties_by_id(connection: Connection, ids: Iterable[UUID]) -> Mapping[UUID, PartyCard]:
    """Return the card of each registered party."""
    statement = select(PARTY)
    cards = {}
    for row in _in_chunks(connection, statement, PARTY.c.id, ids):
        del row["created_at"]
        cards[row["id"]] = PartyCard(**{**row, "kind": PartyKind(row["kind"])})
    return cards


def sites_by_id(connection: Connection, ids: Iterable[UUID]) -> Mapping[UUID, SiteCard]:
    """Return the card of each registered site."""
    statement = select(*(SITE.c[one.name] for one in fields(SiteCard)))
    rows = _in_chunks(connection, statement, SITE.c.id, ids)
    return {row["id"]: SiteCard(**row) for row in rows}


def certificates_by_id(
    connection: Connection, ids: Iterable[UUID]
) -> Mapping[UUID, CertificateCard]:
    """Return the card of each registered certificate."""
    statement = select(*(CERTIFICATE.c[one.name] for one in fields(CertificateCard)))
    rows = _in_chunks(connection, statement, CERTIFICATE.c.id, ids)
    return {row["id"]: CertificateCard(**row) for row in rows}


def certificates_of(
    connection: Connection,
    *,
    party_ids: Collection[UUID] = (),
    product_ids: Collection[UUID] = (),
    lots: Collection[tuple[UUID, str]] = (),
) -> tuple[CertificateCard, ...]:
    """Return the certificates of whole parties, of products and of single lots, oldest first.

    A certificate of one product is returned for that product alone, never for its maker, and one of
    a lot (product id, lot number) for that lot alone, never for its product.
    """
    statement = select(CERTIFICATE)
    of_parties = statement.where(CERTIFICATE.c.product_id.is_(None))
    of_products = statement.where(CERTIFICATE.c.lot.is_(None))
    # The numbers of one product may be those of another's lots as well.
    of_lots = statement.where(CERTIFICATE.c.product_id.in_({product for product, _ in lots}))
    numbers = [number for _, number in lots]
    rows = [
        *_in_chunks(connection, of_parties, CERTIFICATE.c.party_id, party_ids),
        *_in_chunks(connection, of_products, CERTIFICATE.c.product_id, product_ids),
        *(
            row
            for row in _in_chunks(connection, of_lots, CERTIFICATE.c.lot, numbers)
            if (row["product_id"], row["lot"]) in lots
        ),
    ]
    for row in rows:
        del row["created_at"]
    return tuple(CertificateCard(**row) for row in sorted(rows, key=lambda row: row["id"]))


def register_uris(uri: str) -> tuple[str, ...]:
    """Return the URIs under which the register may hold a canonical one, the narrowest first.

    Of a lot or serial it holds the GTIN alone, of a place with an extension (AI 254) the place
    itself or the whole GLN. Identifiers without a GS1 key are held as they are.
    """
    if not uri.startswith(_GS1_PREFIX):
        return (uri,)
    key, _, rest = uri[len(_GS1_PREFIX) :].partition("/")
    whole = f"{_GS1_PREFIX}{key}/{rest.partition('/')[0]}"
    if whole == uri or not uri.startswith(_PLACE_PREFIX):
        return (whole,)
    return (uri, whole)


Claims: TypeAlias = Callable[[Connection, Collection[str]], Mapping[str, UUID]]
"""Tells whose codes are that the register does not hold: under a prefix, or issued here."""


class Owners:
    """Tells whose sites, products and issued codes are; one per process, safe for its threads.

    `claims` are asked in turn about what the register does not hold.
    """

    def __init__(self, engine: Engine, clock: Clock, claims: Sequence[Claims] = ()) -> None:
        self._engine = engine
        self._clock = clock
        self._claims = claims
        self._held: TimedCache[str, UUID | None] = TimedCache(entries_max=_OWNERS_CACHED_MAX)

    def owners_of(self, uris: Collection[str]) -> Mapping[str, UUID | None]:
        """Return the owner of each canonical URI of a site or product, None where it is nobody's.

        A serial or lot belongs to the owner of its GTIN, a part of a place to the owner of its
        GLN unless it is registered itself. One question to the database for all that is not
        remembered.
        """
        candidates = {uri: register_uris(uri) for uri in uris}
        rows = self._rows_of({name for names in candidates.values() for name in names})
        return {
            uri: next((rows[name] for name in names if rows[name] is not None), None)
            for uri, names in candidates.items()
        }

    def forget(self, uri: str) -> None:
        """Read this URI anew the next time: called after its registration was committed here."""
        self._held.forget([uri])

    def _rows_of(self, names: Collection[str]) -> dict[str, UUID | None]:
        now = self._clock.now()
        found: dict[str, UUID | None] = {}
        missing = []
        for name in names:
            is_held, owner = self._held.get(name, now)
            if is_held:
                found[name] = owner
            else:
                missing.append(name)
        if not missing:
            return found
        ticket = self._held.ticket()
        with reading(self._engine) as connection:
            known = _read_owners(connection, missing)
            rest: dict[str, UUID | None] = {name: None for name in missing if name not in known}
            for claims in self._claims:
                asked = [name for name, owner in rest.items() if owner is None]
                rest |= claims(connection, asked) if asked else {}
        self._held.put(known, ticket=ticket, until=now + timedelta(seconds=KNOWN_S))
        self._held.put(rest, ticket=ticket, until=now + timedelta(seconds=UNKNOWN_S))
        return found | known | rest


def _read_owners(connection: Connection, names: Collection[str]) -> dict[str, UUID | None]:
    owners: dict[str, UUID | None] = {}
    for table in (SITE, PRODUCT):
        statement = select(table.c.uri, table.c.party_id)
        for row in _in_chunks(connection, statement, table.c.uri, names):
            owners[row["uri"]] = row["party_id"]
    return owners


def _in_chunks(
    connection: Connection,
    statement: Select[Any],
    column: Column[T],
    values: Iterable[T],
) -> Iterator[dict[str, Any]]:
    wanted = list(dict.fromkeys(values))
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        for row in connection.execute(statement.where(column.in_(chunk))).mappings():
            yield dict(row)
