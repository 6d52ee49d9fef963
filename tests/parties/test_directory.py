"""Whose a site or product is, in bulk and remembered."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, event

from base.db import reading, transaction
from parties.cache import TimedCache
from parties.directory import (
    UNKNOWN_S,
    Owners,
    certificates_of,
    parties_by_id,
    products_by_uri,
    register_uris,
    sites_by_uri,
)
from parties.drafts import CertificateDraft, ProductDraft, SiteDraft
from parties.register import register_certificate, register_product, register_site
from parties.tables import PartyKind
from tests.parties.samples import NOW, gln_uri, gtin_uri, new_clock, new_party


def put_site(engine: Engine, party: UUID, uri: str) -> None:
    draft = SiteDraft(party_id=party, uri=uri, name_zh="棚", name_en="Shed")
    with transaction(engine) as connection:
        register_site(connection, draft, now=NOW)


def put_product(engine: Engine, party: UUID, uri: str) -> UUID:
    draft = ProductDraft(party_id=party, uri=uri, name_zh="小米", name_en="Millet")
    with transaction(engine) as connection:
        return register_product(connection, draft, now=NOW).id


class Statements:
    """Counts what is sent to the database."""

    def __init__(self, engine: Engine) -> None:
        self.count = 0
        event.listen(engine, "before_cursor_execute", self._counted)

    def _counted(self, *_: object) -> None:
        self.count += 1


@pytest.mark.parametrize(
    ("uri", "held_under"),
    [
        ("urn:ma:156.1", ("urn:ma:156.1",)),
        (gtin_uri(1), (gtin_uri(1),)),
        (gtin_uri(1) + "/10/L1", (gtin_uri(1),)),
        (gtin_uri(1) + "/10/L1/21/S1", (gtin_uri(1),)),
        (gln_uri(1), (gln_uri(1),)),
        (gln_uri(1) + "/254/gate", (gln_uri(1) + "/254/gate", gln_uri(1))),
    ],
)
def test_the_register_holds_the_class_of_a_thing(uri: str, held_under: tuple[str, ...]) -> None:
    assert register_uris(uri) == held_under


def test_cards_carry_both_names_and_unknown_uris_are_left_out(engine: Engine) -> None:
    party = new_party(engine)
    put_site(engine, party, gln_uri(1))
    put_product(engine, party, gtin_uri(1))

    with reading(engine) as connection:
        sites = sites_by_uri(connection, [gln_uri(1), gln_uri(2)])
        products = products_by_uri(connection, [gtin_uri(1), gtin_uri(1)])
        parties = parties_by_id(connection, [party, UUID(int=1)])

    assert {uri: (card.name_zh, card.name_en) for uri, card in sites.items()} == {
        gln_uri(1): ("棚", "Shed")
    }
    assert products[gtin_uri(1)].party_id == party
    assert list(parties) == [party]
    assert parties[party].kind is PartyKind.FARM


def test_thousands_of_cards_are_read_in_a_few_statements(engine: Engine) -> None:
    party = new_party(engine)
    put_site(engine, party, gln_uri(1_200))
    statements = Statements(engine)

    with reading(engine) as connection:
        cards = sites_by_uri(connection, [gln_uri(number) for number in range(1_250)])

    assert list(cards) == [gln_uri(1_200)]
    # SQLite counts its BEGIN as well.
    assert statements.count <= 4


def test_certificates_of_a_product_are_not_its_makers(engine: Engine) -> None:
    party = new_party(engine)
    product = put_product(engine, party, gtin_uri(1))
    with transaction(engine) as connection:
        for number, of in (("1", None), ("2", product)):
            draft = CertificateDraft(
                party_id=party,
                product_id=of,
                kind="organic",
                number=number,
                issuer="x",
                from_on=date(2026, 1, 1),
                until_on=date(2026, 12, 31),
            )
            register_certificate(connection, draft, now=NOW)

    with reading(engine) as connection:
        of_party = certificates_of(connection, party_ids=[party])
        of_product = certificates_of(connection, product_ids=[product])
        of_both = certificates_of(connection, party_ids=[party], product_ids=[product])

    assert [card.number for card in of_party] == ["1"]
    assert [card.number for card in of_product] == ["2"]
    assert {card.number for card in of_both} == {"1", "2"}


def test_a_certificate_of_a_lot_is_that_lots_alone(engine: Engine) -> None:
    party = new_party(engine)
    first, second = (put_product(engine, party, gtin_uri(number)) for number in (1, 2))
    with transaction(engine) as connection:
        for number, product, lot in (
            ("1", first, "L1"),
            ("2", first, "L2"),
            ("3", second, "L1"),
            ("4", first, None),
        ):
            draft = CertificateDraft(
                party_id=party,
                product_id=product,
                lot=lot,
                kind="factory",
                number=number,
                issuer="x",
                from_on=date(2026, 1, 1),
            )
            register_certificate(connection, draft, now=NOW)

    with reading(engine) as connection:
        of_product = certificates_of(connection, party_ids=[party], product_ids=[first])
        of_lots = certificates_of(connection, lots={(first, "L1"), (second, "L2")})

    assert [card.number for card in of_product] == ["4"]
    assert [card.number for card in of_lots] == ["1"]


def test_a_certificate_is_valid_on_both_of_its_last_days(engine: Engine) -> None:
    party = new_party(engine)
    draft = CertificateDraft(
        party_id=party, kind="k", number="1", issuer="x", from_on=date(2026, 1, 1)
    )
    with transaction(engine) as connection:
        register_certificate(connection, draft, now=NOW)
    with reading(engine) as connection:
        (card,) = certificates_of(connection, party_ids=[party])

    assert card.is_valid_on(date(2026, 1, 1))
    assert not card.is_valid_on(date(2025, 12, 31))
    assert card.is_valid_on(date(2099, 1, 1))


def test_a_serial_belongs_to_the_owner_of_its_class(engine: Engine) -> None:
    maker, keeper = new_party(engine, 1), new_party(engine, 2)
    put_product(engine, maker, gtin_uri(1))
    put_site(engine, maker, gln_uri(1))
    put_site(engine, keeper, gln_uri(1) + "/254/gate")
    asked = [
        gtin_uri(1) + "/21/S1",
        gtin_uri(2) + "/21/S1",
        gln_uri(1) + "/254/hall",
        gln_uri(1) + "/254/gate",
    ]

    owners = Owners(engine, new_clock()).owners_of(asked)

    assert owners == dict(zip(asked, [maker, None, maker, keeper], strict=True))


def test_a_known_owner_is_asked_for_once(engine: Engine) -> None:
    party = new_party(engine)
    put_product(engine, party, gtin_uri(1))
    owners = Owners(engine, new_clock())
    serials = [f"{gtin_uri(1)}/21/S{number}" for number in range(1_000)]
    statements = Statements(engine)

    first = owners.owners_of(serials)
    asked = statements.count
    again = owners.owners_of(serials)

    assert set(first.values()) == {party}
    assert first == again
    assert asked <= 3
    assert statements.count == asked


def test_a_registration_made_here_is_seen_at_once(engine: Engine) -> None:
    party = new_party(engine)
    owners = Owners(engine, new_clock())
    assert owners.owners_of([gln_uri(1)]) == {gln_uri(1): None}

    put_site(engine, party, gln_uri(1))
    owners.forget(gln_uri(1))

    assert owners.owners_of([gln_uri(1)]) == {gln_uri(1): party}


def test_a_registration_made_elsewhere_is_seen_within_two_seconds(engine: Engine) -> None:
    party = new_party(engine)
    clock = new_clock()
    owners = Owners(engine, clock)
    owners.owners_of([gln_uri(1)])
    put_site(engine, party, gln_uri(1))
    assert owners.owners_of([gln_uri(1)]) == {gln_uri(1): None}

    clock.instant += timedelta(seconds=UNKNOWN_S)

    assert UNKNOWN_S < 2
    assert owners.owners_of([gln_uri(1)]) == {gln_uri(1): party}


def test_what_was_read_before_a_change_is_not_remembered_after_it() -> None:
    cache: TimedCache[str, int] = TimedCache(entries_max=10)
    ticket = cache.ticket()

    cache.forget(["a"])
    cache.put({"a": 1}, ticket=ticket, until=NOW + timedelta(seconds=9))

    assert cache.get("a", NOW) == (False, None)


def test_a_memory_ends_at_its_instant_and_after_the_clock_was_set_back() -> None:
    cache: TimedCache[str, int] = TimedCache(entries_max=10)
    cache.put({"a": 1}, ticket=cache.ticket(), until=NOW + timedelta(seconds=1))

    assert cache.get("a", NOW) == (True, 1)
    assert cache.get("a", NOW + timedelta(seconds=1)) == (False, None)
    assert cache.get("a", NOW - timedelta(days=1)) == (False, None)


def test_a_full_memory_starts_again_instead_of_growing() -> None:
    cache: TimedCache[int, int] = TimedCache(entries_max=3)
    until = NOW + timedelta(seconds=1)
    for number in range(4):
        cache.put({number: number}, ticket=cache.ticket(), until=until)

    assert [cache.get(number, NOW)[0] for number in range(4)] == [False, False, False, True]
