"""Searching the register by numbers, regions and pieces of names."""

from collections.abc import Iterator
from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import Connection, text

from base.db import reading, transaction
from parties.directory import PartyCard
from parties.drafts import CertificateDraft, PartyDraft, ProductDraft, SiteDraft
from parties.register import (
    register_certificate,
    register_party,
    register_product,
    register_site,
)
from parties.searching import (
    Hits,
    Wanted,
    regions_meant,
    search_papers,
    search_parties,
    search_products,
    search_sites,
)
from parties.tables import PartyKind
from tests.instances import Installation, open_installation
from tests.parties.samples import NOW, gln_uri, gtin_uri, uscc_of

LICENCE, PAPER = "SC10513010200011", "P-2026-17"


@pytest.fixture
def place(database_url: str) -> Iterator[Installation]:
    opened = open_installation(database_url)
    yield opened
    opened.engine.dispose()


def fill(place: Installation) -> list[UUID]:
    """Register a dairy with its licence, a mill with a certified flour, each with a site."""
    made = []
    with transaction(place.engine) as connection:
        for at, (name_zh, licence, region) in enumerate(
            (("冀中乳业有限公司", LICENCE, "130102"), ("正定面粉厂", None, "130123")), 1
        ):
            draft = PartyDraft(
                uscc=uscc_of(at),
                name_zh=name_zh,
                name_en=f"Plant {at}",
                kind=PartyKind.PLANT,
                licence_kind="sc" if licence else None,
                licence_no=licence,
                region=region,
            )
            party_id = register_party(connection, draft, now=NOW + timedelta(days=at)).id
            made.append(party_id)
            register_site(
                connection,
                SiteDraft(party_id=party_id, uri=gln_uri(at), name_zh=f"{at}号车间", region=region),
                now=NOW,
            )
            product = ProductDraft(
                party_id=party_id,
                uri=gtin_uri(at),
                name_zh=("原味酸奶", "有机面粉")[at - 1],
                spec_zh="200克",
            )
            product_id = register_product(connection, product, now=NOW).id
        register_certificate(
            connection,
            CertificateDraft(
                party_id=party_id,
                product_id=product_id,
                kind="organic",
                number=PAPER,
                issuer="认证中心",
                from_on=date(2026, 1, 1),
            ),
            now=NOW,
        )
    return made


def wanted(words: str, own: UUID | None = None, compared_max: int = 100) -> Wanted:
    return Wanted(
        words=words,
        numbers=frozenset({words, words.upper()}),
        uris=frozenset({words}),
        regions=regions_meant(words),
        own=own,
        rows_max=5,
        compared_max=compared_max,
    )


def names_of(hits: Hits[PartyCard]) -> list[str]:
    return [card.name_zh for card in hits.cards]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (uscc_of(1), ["冀中乳业有限公司"]),
        (uscc_of(1).lower(), ["冀中乳业有限公司"]),
        (LICENCE, ["冀中乳业有限公司"]),
        (PAPER, ["正定面粉厂"]),
        ("130102", ["冀中乳业有限公司"]),
        ("130100", ["正定面粉厂", "冀中乳业有限公司"]),
        ("长安区", ["冀中乳业有限公司"]),
        ("石家庄", ["正定面粉厂", "冀中乳业有限公司"]),
        ("正定", ["正定面粉厂"]),
        ("乳业", ["冀中乳业有限公司"]),
        ("plant 2", ["正定面粉厂"]),
        ("440300", []),
        ("%", []),
        (LICENCE[:-1], []),
    ],
)
def test_a_party_is_found_by_number_region_and_piece_of_its_name(
    place: Installation, words: str, found: list[str]
) -> None:
    fill(place)

    with reading(place.engine) as connection:
        hits = search_parties(connection, wanted(words))

    assert names_of(hits) == found
    assert not hits.has_more
    assert not hits.is_partial


def test_products_sites_and_papers_are_found_by_their_own_numbers_and_names(
    place: Installation,
) -> None:
    fill(place)

    with reading(place.engine) as connection:
        by_code = search_products(connection, wanted(gtin_uri(1))).cards
        by_name = search_products(connection, wanted("酸奶 200")).cards
        by_paper = search_products(connection, wanted(PAPER)).cards
        site = search_sites(connection, wanted(gln_uri(2))).cards
        in_region = search_sites(connection, wanted("130123")).cards
        papers = search_papers(connection, wanted(PAPER)).cards

    assert [one.name_zh for one in (*by_code, *by_name)] == ["原味酸奶", "原味酸奶"]
    assert [one.name_zh for one in by_paper] == ["有机面粉"]
    assert [one.name_zh for one in (*site, *in_region)] == ["2号车间", "2号车间"]
    assert [one.number for one in papers] == [PAPER]


def test_a_party_finds_only_what_it_registered_itself(place: Installation) -> None:
    dairy, mill = fill(place)

    with reading(place.engine) as connection:
        for words in (LICENCE, "乳业", "130102", "石家庄"):
            found = search_parties(connection, wanted(words, own=mill))
            assert "冀中乳业有限公司" not in names_of(found)
        assert search_products(connection, wanted("酸奶", own=mill)).cards == ()
        assert search_products(connection, wanted(gtin_uri(1), own=mill)).cards == ()
        assert search_sites(connection, wanted("130102", own=mill)).cards == ()
        assert search_papers(connection, wanted(PAPER, own=dairy)).cards == ()


def test_names_that_were_not_compared_are_said_and_numbers_are_found_all_the_same(
    place: Installation,
) -> None:
    fill(place)

    with reading(place.engine) as connection:
        by_name = search_parties(connection, wanted("乳业", compared_max=1))
        by_number = search_parties(connection, wanted(LICENCE, compared_max=1))

    assert (names_of(by_name), by_name.is_partial) == ([], True)
    assert names_of(by_number) == ["冀中乳业有限公司"]


def test_more_than_is_shown_is_said(place: Installation) -> None:
    fill(place)
    few = wanted("130100")

    with reading(place.engine) as connection:
        hits = search_parties(
            connection,
            Wanted(words="", regions=few.regions, rows_max=1, compared_max=9),
        )

    assert (len(hits.cards), hits.has_more) == (1, True)


def plan_of(connection: Connection, sql: str) -> str:
    if connection.dialect.name == "sqlite":
        rows = connection.execute(text(f"EXPLAIN QUERY PLAN {sql}"))
        return "\n".join(str(row[3]) for row in rows)
    # A table of a few rows is always read whole unless that is forbidden.
    connection.execute(text("SET LOCAL enable_seqscan = off"))
    return "\n".join(str(row[0]) for row in connection.execute(text(f"EXPLAIN {sql}")))


@pytest.mark.parametrize(
    ("sql", "index"),
    [
        ("SELECT id FROM party WHERE licence_no IN ('a', 'b')", "ix_party_licence_no"),
        ("SELECT id FROM party WHERE region BETWEEN '13' AND '14'", "ix_party_region_id"),
        ("SELECT id FROM site WHERE region BETWEEN '13' AND '14'", "ix_site_region_id"),
        ("SELECT id FROM certificate WHERE number IN ('a', 'b')", "ix_certificate_number"),
    ],
)
def test_numbers_and_regions_are_looked_up_by_an_index(
    place: Installation, sql: str, index: str
) -> None:
    with reading(place.engine) as connection:
        plan = plan_of(connection, sql)

    assert index in plan
