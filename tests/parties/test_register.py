"""Registrations are checked, found again, and never overwritten."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Engine, select

from base.db import reading, transaction
from base.errors import Conflict, InvalidInput, NotFound
from parties.drafts import CertificateDraft, PartyDraft, ProductDraft, SiteDraft
from parties.ids import new_id
from parties.register import (
    Registered,
    one_of,
    page_of,
    register_certificate,
    register_party,
    register_product,
    register_site,
    remember_request,
)
from parties.tables import PARTY, SITE, PartyKind
from tests.parties.samples import NOW, farm, gln_uri, gtin_uri, new_party, uscc_of

LATER = NOW + timedelta(days=1)
FOREIGN = PartyDraft(
    name_zh="智利果园",
    name_en="Huerto",
    kind=PartyKind.FARM,
    licence_kind="cl-sag",
    licence_no="CSG-88",
)


def put(engine: Engine, register: Callable[..., Registered], draft: Any) -> Registered:
    with transaction(engine) as connection:
        return register(connection, draft, now=LATER)


def problems_of(engine: Engine, register: Callable[..., Registered], draft: Any) -> list[str]:
    with pytest.raises(InvalidInput) as refusal:
        put(engine, register, draft)
    return [problem.path for problem in refusal.value.problems]


def test_the_very_same_party_again_is_the_same_row(engine: Engine) -> None:
    first = put(engine, register_party, farm())
    again = put(engine, register_party, farm())

    assert (first.is_new, again.is_new) == (True, False)
    assert first.id == again.id


def test_another_party_under_the_same_credit_code_is_a_conflict(engine: Engine) -> None:
    put(engine, register_party, farm())

    with pytest.raises(Conflict) as refusal:
        put(engine, register_party, replace(farm(), name_en="Firm", region="130100"))

    assert [problem.path for problem in refusal.value.problems] == ["uscc", "name_en", "region"]
    with reading(engine) as connection:
        assert connection.execute(select(PARTY.c.name_en)).scalar_one() == "Farm 1"


def test_a_foreign_party_is_known_by_its_licence(engine: Engine) -> None:
    first = put(engine, register_party, FOREIGN)

    assert put(engine, register_party, FOREIGN).id == first.id
    with pytest.raises(Conflict):
        put(engine, register_party, replace(FOREIGN, name_en="Otro"))


def test_a_licence_belongs_to_one_party_even_where_credit_codes_differ(engine: Engine) -> None:
    licence: dict[str, Any] = {"licence_kind": "SC", "licence_no": "SC10113010000011"}
    put(engine, register_party, replace(farm(1), **licence))

    with pytest.raises(Conflict):
        put(engine, register_party, replace(farm(2), **licence))


def test_two_parties_without_a_licence_do_not_collide(engine: Engine) -> None:
    assert put(engine, register_party, farm(1)).id != put(engine, register_party, farm(2)).id


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"uscc": uscc_of(1)[:-1] + "*"}, "uscc"),
        ({"uscc": uscc_of(1)[1:] + "9"}, "uscc"),
        ({"uscc": None}, "uscc"),
        ({"name_zh": ""}, "name_zh"),
        ({"name_zh": "农" * 201}, "name_zh"),
        ({"name_zh": " 农场"}, "name_zh"),
        ({"name_en": "a\x00b"}, "name_en"),
        ({"name_en": "a\u202eb"}, "name_en"),
        ({"region": "13012"}, "region"),
        ({"region": "１３０１２３"}, "region"),
        ({"licence_kind": "SC"}, "licence_no"),
    ],
)
def test_a_bad_field_of_a_party_is_named(engine: Engine, change: dict[str, Any], path: str) -> None:
    assert problems_of(engine, register_party, replace(farm(), **change)) == [path]


def test_everything_wrong_is_told_at_once(engine: Engine) -> None:
    draft = replace(farm(), uscc="1", name_zh="", region="x")

    assert problems_of(engine, register_party, draft) == ["uscc", "name_zh", "region"]


def test_a_site_is_held_under_its_canonical_uri(engine: Engine) -> None:
    party = new_party(engine)
    body = gln_uri(1)[-13:]
    urn = f"urn:epc:id:sgln:{body[:7]}.{body[7:12]}.0"

    first = put(engine, register_site, SiteDraft(party_id=party, uri=urn, name_zh="一号棚"))
    again = put(engine, register_site, SiteDraft(party_id=party, uri=gln_uri(1), name_zh="一号棚"))

    assert first.id == again.id
    with reading(engine) as connection:
        assert connection.execute(select(SITE.c.uri)).scalar_one() == gln_uri(1)


def test_degrees_come_back_exactly(engine: Engine) -> None:
    draft = SiteDraft(
        party_id=new_party(engine),
        uri=gln_uri(1),
        name_zh="一号棚",
        latitude=Decimal("-38.042307"),
        longitude=Decimal("114.5"),
    )

    first = put(engine, register_site, draft)

    with reading(engine) as connection:
        row = one_of(connection, SITE, first.id)
    assert (row.latitude, row.longitude) == (Decimal("-38.042307"), Decimal("114.500000"))
    assert isinstance(row.latitude, Decimal)
    assert put(engine, register_site, draft).id == first.id


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"uri": "no uri"}, "uri"),
        ({"uri": gtin_uri(1)}, "uri"),
        ({"uri": gln_uri(1)[:-1] + "x"}, "uri"),
        ({"uri": "urn:x:" + "a" * 600}, "uri"),
        ({"latitude": Decimal("90.000001"), "longitude": Decimal(0)}, "latitude"),
        ({"latitude": Decimal(0), "longitude": Decimal("-180.5")}, "longitude"),
        ({"latitude": Decimal("1.1234567"), "longitude": Decimal(0)}, "latitude"),
        ({"latitude": Decimal("NaN"), "longitude": Decimal(0)}, "latitude"),
        ({"latitude": Decimal(1)}, "longitude"),
    ],
)
def test_a_bad_field_of_a_site_is_named(engine: Engine, change: dict[str, Any], path: str) -> None:
    draft = replace(SiteDraft(party_id=UUID(int=1), uri=gln_uri(1), name_zh="棚"), **change)

    assert path in problems_of(engine, register_site, draft)


@pytest.mark.parametrize("tail", ["/10/L1", "/21/S1"])
def test_a_lot_or_serial_is_no_product(engine: Engine, tail: str) -> None:
    draft = ProductDraft(party_id=new_party(engine), uri=gtin_uri(1) + tail, name_zh="小米")

    assert problems_of(engine, register_product, draft) == ["uri"]


def test_a_product_may_have_an_identifier_of_its_own_class(engine: Engine) -> None:
    draft = ProductDraft(party_id=new_party(engine), uri="urn:ma:156.1:rice", name_zh="小米")

    assert put(engine, register_product, draft).is_new


def test_a_product_of_another_party_under_the_same_uri_is_a_conflict(engine: Engine) -> None:
    mine, theirs = new_party(engine, 1), new_party(engine, 2)
    put(engine, register_product, ProductDraft(party_id=mine, uri=gtin_uri(1), name_zh="小米"))

    with pytest.raises(Conflict) as refusal:
        put(
            engine,
            register_product,
            ProductDraft(party_id=theirs, uri=gtin_uri(1), name_zh="小米"),
        )

    assert str(mine) not in refusal.value.message
    assert refusal.value.message == "uri: is registered already, with another party_id"
    assert [problem.path for problem in refusal.value.problems] == ["uri", "party_id"]


@pytest.mark.parametrize(
    ("register", "draft"),
    [
        (register_site, SiteDraft(party_id=UUID(int=1), uri=gln_uri(1), name_zh="棚")),
        (register_product, ProductDraft(party_id=UUID(int=1), uri=gtin_uri(1), name_zh="小米")),
        (
            register_certificate,
            CertificateDraft(
                party_id=UUID(int=1),
                kind="organic",
                number="1",
                issuer="x",
                from_on=date(2026, 1, 1),
            ),
        ),
    ],
)
def test_nothing_is_registered_for_an_unknown_party(
    engine: Engine, register: Callable[..., Registered], draft: Any
) -> None:
    with pytest.raises(NotFound):
        put(engine, register, draft)


def certificate(party: UUID, **change: Any) -> CertificateDraft:
    draft = CertificateDraft(
        party_id=party,
        kind="organic",
        number="12345678901234567",
        issuer="某认证中心",
        from_on=date(2026, 1, 1),
        until_on=date(2026, 12, 31),
    )
    return replace(draft, **change)


def test_the_same_certificate_again_is_the_same_row(engine: Engine) -> None:
    draft = certificate(new_party(engine), link="https://cx.example.org/1")

    assert (
        put(engine, register_certificate, draft).id == put(engine, register_certificate, draft).id
    )


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"until_on": date(2025, 12, 31)}, "until_on"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": "http://example.org"}, "link"),
        ({"link": "https://[x"}, "link"),
        ({"number": ""}, "number"),
        ({"lot": "L1"}, "lot"),
    ],
)
def test_a_bad_field_of_a_certificate_is_named(
    engine: Engine, change: dict[str, Any], path: str
) -> None:
    draft = certificate(new_party(engine), **change)

    assert problems_of(engine, register_certificate, draft) == [path]


@pytest.mark.parametrize("lot", ["", "L" * 21, "批 1", " L1", "L^1"])
def test_a_lot_is_one_that_a_label_can_bear(engine: Engine, lot: str) -> None:
    party = new_party(engine)
    draft = ProductDraft(party_id=party, uri=gtin_uri(1), name_zh="小米")
    product = put(engine, register_product, draft).id

    paths = problems_of(
        engine, register_certificate, certificate(party, product_id=product, lot=lot)
    )

    assert set(paths) == {"lot"}


def test_a_certificate_names_no_other_partys_product(engine: Engine) -> None:
    mine, theirs = new_party(engine, 1), new_party(engine, 2)
    product = put(
        engine, register_product, ProductDraft(party_id=theirs, uri=gtin_uri(1), name_zh="小米")
    )

    assert problems_of(engine, register_certificate, certificate(mine, product_id=product.id)) == [
        "product_id"
    ]


def test_pages_follow_each_other_without_gap_or_repeat(engine: Engine) -> None:
    ids = [new_party(engine, number) for number in range(7)]
    ids.sort()

    seen: list[UUID] = []
    after: UUID | None = None
    sizes = []
    with reading(engine) as connection:
        while True:
            page = page_of(connection, PARTY, after=after, rows_max=3)
            seen += [row.id for row in page.rows]
            sizes.append(len(page.rows))
            if page.next_after is None:
                break
            after = page.next_after

    assert seen == ids
    assert sizes == [3, 3, 1]


def test_a_full_last_page_has_no_next_one(engine: Engine) -> None:
    for number in range(2):
        new_party(engine, number)

    with reading(engine) as connection:
        page = page_of(connection, PARTY, after=None, rows_max=2)

    assert len(page.rows) == 2
    assert page.next_after is None


def test_a_page_may_be_of_one_partys_rows(engine: Engine) -> None:
    mine, theirs = new_party(engine, 1), new_party(engine, 2)
    for number, party in enumerate([mine, theirs, mine]):
        put(engine, register_site, SiteDraft(party_id=party, uri=gln_uri(number), name_zh="棚"))

    with reading(engine) as connection:
        page = page_of(connection, SITE, after=None, rows_max=9, equal={"party_id": mine})

    assert {row._mapping["uri"] for row in page.rows} == {gln_uri(0), gln_uri(2)}


@pytest.mark.parametrize("rows_max", [0, 1001])
def test_a_page_has_a_limit(engine: Engine, rows_max: int) -> None:
    with reading(engine) as connection, pytest.raises(InvalidInput):
        page_of(connection, PARTY, after=None, rows_max=rows_max)


def test_one_key_names_one_request(engine: Engine) -> None:
    def remember(actor: str, content: bytes) -> None:
        with transaction(engine) as connection:
            remember_request(
                connection,
                actor=actor,
                idempotency_key="k1",
                request_hash=content * 32,
                row_id=UUID(int=1),
                now=NOW,
            )

    remember("key:a", b"1")
    remember("key:a", b"1")
    remember("key:b", b"2")

    with pytest.raises(Conflict):
        remember("key:a", b"2")


def test_the_same_party_from_many_threads_is_one_row(engine: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda _: put(engine, register_party, farm()), range(12)))

    assert len({result.id for result in results}) == 1
    assert sum(result.is_new for result in results) == 1


def test_ids_stand_in_the_order_of_their_instants() -> None:
    instants = [NOW + timedelta(microseconds=n * 400) for n in range(2_000)]

    ids = [new_id(instant) for instant in instants]

    assert ids == sorted(ids)
    assert len(set(ids)) == 2_000
    assert {(row_id.version, row_id.variant) for row_id in ids} == {(7, "specified in RFC 4122")}
    assert ids[0].int >> 80 == int(NOW.timestamp() * 1000)
