"""Finding one's own products and sites, however many there are."""

from collections.abc import Iterator
from uuid import UUID

import pytest

from base.db import reading, transaction
from parties.drafts import ProductDraft, SiteDraft
from parties.finding import Search, find_products, find_sites
from parties.register import register_product, register_site
from tests.instances import Installation, open_installation
from tests.parties.samples import gln_uri, gtin_uri

NAMES = (
    ("原味酸奶", "Plain Yoghurt", "200克"),
    ("草莓酸奶", "Strawberry yoghurt", "200克"),
    ("五常大米", "", "5千克 100%"),
)


@pytest.fixture
def place(database_url: str) -> Iterator[Installation]:
    opened = open_installation(database_url)
    yield opened
    opened.engine.dispose()


def party_of(place: Installation, name: str) -> UUID:
    party_id = place.party(name).party_id
    assert party_id is not None
    return party_id


def stock(place: Installation, name: str = "甲", *, start: int = 1) -> list[UUID]:
    made = []
    party_id = party_of(place, name)
    with transaction(place.engine) as connection:
        for number, (name_zh, name_en, spec_zh) in enumerate(NAMES, start):
            draft = ProductDraft(
                party_id=party_id,
                uri=gtin_uri(number),
                name_zh=name_zh,
                name_en=name_en,
                spec_zh=spec_zh,
            )
            made.append(register_product(connection, draft, now=place.clock.now()).id)
    return made


def found(place: Installation, words: str) -> set[str]:
    with reading(place.engine) as connection:
        search = Search(words=words, rows_max=9)
        page = find_products(connection, party_of(place, "甲"), search)
    assert page.next_before is None
    return {card.name_zh for card in page.cards}


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("", {"原味酸奶", "草莓酸奶", "五常大米"}),
        ("酸奶", {"原味酸奶", "草莓酸奶"}),
        (" 酸奶  200 ", {"原味酸奶", "草莓酸奶"}),
        ("YOGHURT strawberry", {"草莓酸奶"}),
        ("%", {"五常大米"}),
        ("_", set()),
        ("\\", set()),
        (gtin_uri(2)[-13:], {"草莓酸奶"}),
        ("奶酪", set()),
        ("x " * 500, set()),
    ],
)
def test_a_product_is_found_by_pieces_of_its_names_and_its_code(
    place: Installation, words: str, names: set[str]
) -> None:
    stock(place)
    stock(place, "乙", start=11)

    assert found(place, words) == names


def test_every_product_is_on_some_page_the_newest_first(place: Installation) -> None:
    made = stock(place) + stock(place, start=4) + stock(place, start=7)
    stock(place, "乙", start=20)
    seen: list[UUID] = []
    before: UUID | None = None

    with reading(place.engine) as connection:
        while True:
            search = Search(rows_max=4, before=before)
            page = find_products(connection, party_of(place, "甲"), search)
            seen += [card.id for card in page.cards]
            before = page.next_before
            if before is None:
                break

    assert seen == sorted(made, reverse=True)


def test_a_site_is_found_by_its_name_and_its_number(place: Installation) -> None:
    party_id = party_of(place, "甲")
    with transaction(place.engine) as connection:
        for number, name in enumerate(("一号车间", "二号车间", "仓库"), 11):
            draft = SiteDraft(party_id=party_id, uri=gln_uri(number), name_zh=name)
            register_site(connection, draft, now=place.clock.now())

    with reading(place.engine) as connection:
        named, numbered = (
            find_sites(connection, party_id, Search(words=words, rows_max=9)).cards
            for words in ("车间", gln_uri(13)[-13:])
        )

    assert {card.name_zh for card in named} == {"一号车间", "二号车间"}
    assert [card.name_zh for card in numbered] == ["仓库"]
