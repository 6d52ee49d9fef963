"""Blocks of codes: each code once, each block one entry, each in the spelling of its norm."""

from datetime import date
from threading import Barrier, Thread
from typing import Any

import pytest

from base.db import reading
from base.errors import ConfigurationError, Conflict, InvalidInput, NotFound
from base.installation_secret import InstallationSecret
from codes.registry import parse
from ledger.batch import Idempotency
from parties.issuing.blocks import Block, BlockRequest, Issuer, issue_block, list_blocks, texts_of
from parties.issuing.kinds import KINDS
from parties.issuing.tags import rotate_tag_key
from tests.instances import Installation
from tests.parties.issuing.desk import (
    BLOCK_MAX,
    PREFIX,
    confirmed,
    issuer_of,
    new_certificate,
    new_product,
)
from tests.parties.samples import gtin_uri

REGISTRATION = "PD20092927"


def ask(place: Installation, name: str = "甲", **fields: Any) -> Block:
    return issue_block(issuer_of(place), place.party(name), BlockRequest(**fields))


def texts(place: Installation, block: Block, **options: Any) -> list[str]:
    return list(texts_of(block, place.secret, **options))


def request_of(place: Installation, kind: str) -> dict[str, Any]:
    """Return what a request of any kind needs, with its product or prefix in the register."""
    if kind in ("sscc", "gtin", "gln"):
        confirmed(place, "甲")
        return {"kind": kind, "prefix": PREFIX}
    if kind == "pesticide_unit":
        new_certificate(place, "甲", REGISTRATION)
    more = {"registration": REGISTRATION, "spec": "001"} if kind == "pesticide_unit" else {}
    return {"kind": kind, "product_id": new_product(place, "甲"), **more}


@pytest.mark.parametrize("kind", KINDS)
def test_every_code_of_a_block_passes_its_norm_and_is_there_once(
    place: Installation, kind: str
) -> None:
    block = ask(place, count=200, **request_of(place, kind))

    codes = texts(place, block)

    assert len(set(codes)) == 200
    uris = [block.kind.uri_of_text(block.series.scope, code) for code in codes]
    assert len(set(uris)) == 200
    if kind != "gs1_serial":
        assert [parse(block.kind.scheme, code).text for code in codes] == codes


def test_blocks_of_one_series_never_share_a_code(place: Installation) -> None:
    product = new_product(place, "甲")
    blocks = [ask(place, kind="gs1_serial", count=count, product_id=product) for count in (1, 9, 5)]

    codes = [code for block in blocks for code in texts(place, block)]

    assert len(set(codes)) == 15
    assert {block.series.id for block in blocks} == {blocks[0].series.id}


def test_a_block_is_one_entry_whatever_its_size(place: Installation) -> None:
    before = place.entry_count()

    block = ask(place, kind="suxin_serial", count=BLOCK_MAX, product_id=new_product(place, "甲"))

    assert place.entry_count() == before + 1
    assert block.seq == before
    assert len(set(texts(place, block, first=BLOCK_MAX - 9, count=10))) == 10
    assert place.check() == before + 1


def test_the_same_codes_are_made_again_from_any_place(place: Installation) -> None:
    block = ask(place, kind="suxin_serial", count=9000, product_id=new_product(place, "甲"))

    everything = texts(place, block)

    assert texts(place, block, first=4000, count=3000) == everything[3999:6999]


def test_a_block_cannot_be_read_beyond_its_end(place: Installation) -> None:
    block = ask(place, kind="suxin_serial", count=10, product_id=new_product(place, "甲"))

    with pytest.raises(InvalidInput, match="codes 1 to 10"):
        texts(place, block, first=10, count=2)


def test_the_same_request_under_one_key_is_one_block(place: Installation) -> None:
    product = new_product(place, "甲")
    once = Idempotency(key="k1", request_hash=bytes(32))
    request = BlockRequest(kind="suxin_serial", count=5, product_id=product)
    issuer, actor = issuer_of(place), place.party("甲")

    first = issue_block(issuer, actor, request, idempotency=once)
    again = issue_block(issuer, actor, request, idempotency=once)

    assert again == first
    other = Idempotency(key="k1", request_hash=bytes([1] * 32))
    with pytest.raises(Conflict):
        issue_block(issuer, actor, request, idempotency=other)


def test_numbers_of_a_prefix_go_on_from_where_the_enterprise_stopped(place: Installation) -> None:
    confirmed(place, "甲")

    first = ask(place, kind="gtin", prefix=PREFIX, count=2, first=17)
    second = ask(place, kind="gtin", prefix=PREFIX, count=1)

    codes = texts(place, first) + texts(place, second)
    assert [code[:12] for code in codes] == ["692123450017", "692123450018", "692123450019"]


def test_a_first_number_that_gives_up_much_is_confirmed(place: Installation) -> None:
    confirmed(place, "甲")
    wanted: dict[str, Any] = {"kind": "gln", "prefix": PREFIX, "count": 1, "first": 9_000}

    with pytest.raises(InvalidInput, match=r"9,000 of 10,000 numbers") as refusal:
        ask(place, **wanted)
    block = ask(place, **wanted, confirm_first=True)
    with pytest.raises(Conflict) as late:
        ask(place, **wanted, confirm_first=True)

    assert [(one.path, one.code) for one in refusal.value.problems] == [("first", "confirm_first")]
    assert [code[:12] for code in texts(place, block)] == ["692123459000"]
    assert [(one.path, one.code) for one in late.value.problems] == [("first", "begun")]


def test_a_prefix_runs_out_with_a_sentence_and_gives_nothing(place: Installation) -> None:
    confirmed(place, "甲")
    ask(place, kind="gln", prefix=PREFIX, count=9_999)

    with pytest.raises(Conflict, match="Only 1 numbers are left"):
        ask(place, kind="gln", prefix=PREFIX, count=2)

    assert texts(place, ask(place, kind="gln", prefix=PREFIX, count=1)) == ["6921234599990"]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"kind": "nothing", "count": 1}, "kind"),
        ({"kind": "suxin_serial", "count": 0}, "count"),
        ({"kind": "suxin_serial", "count": BLOCK_MAX + 1}, "count"),
        ({"kind": "suxin_serial", "count": 1}, "product_id"),
        ({"kind": "sscc", "count": 1}, "prefix"),
        ({"kind": "sscc", "count": 1, "prefix": "69299999"}, "prefix"),
    ],
)
def test_a_bad_request_names_its_field(
    place: Installation, fields: dict[str, Any], path: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        ask(place, **fields)

    assert refused.value.problems[0].path == path


def test_nobody_issues_codes_for_a_product_of_another_party(place: Installation) -> None:
    product = new_product(place, "甲")

    with pytest.raises(NotFound):
        ask(place, "乙", kind="suxin_serial", count=1, product_id=product)


def test_a_product_without_a_gtin_gets_serials_of_this_ledger(place: Installation) -> None:
    product = new_product(place, "甲", "urn:example:millet")

    with pytest.raises(InvalidInput, match="no GTIN"):
        ask(place, kind="gs1_serial", count=1, product_id=product)
    block = ask(place, kind="suxin_serial", count=1, product_id=product)

    (code,) = texts(place, block)
    assert parse("suxin_serial", code).text == code


def test_a_pesticide_needs_a_registration_that_is_the_partys_own_and_valid(
    place: Installation,
) -> None:
    product = new_product(place, "甲")
    new_certificate(place, "乙", REGISTRATION)
    fields: dict[str, Any] = {
        "kind": "pesticide_unit",
        "count": 1,
        "product_id": product,
        "registration": REGISTRATION,
        "spec": "001",
    }

    with pytest.raises(InvalidInput, match="not registered here"):
        ask(place, **fields)
    new_certificate(place, "甲", "PD20100001", until_on=date(2026, 11, 21))
    with pytest.raises(InvalidInput, match="not registered here"):
        ask(place, **{**fields, "registration": "PD20100001"})


def test_a_pesticides_fixed_digits_are_those_of_its_registration(place: Installation) -> None:
    block = ask(place, count=1, **request_of(place, "pesticide_unit"))

    assert texts(place, block)[0].startswith("1" + "092927" + "1" + "001")


def test_a_signed_block_remembers_the_key_that_signs_it(place: Installation) -> None:
    product = new_product(place, "甲")
    wanted: dict[str, Any] = {
        "kind": "gs1_serial",
        "count": 1,
        "product_id": product,
        "is_signed": True,
    }
    with pytest.raises(Conflict, match="no key"):
        ask(place, **wanted)

    key = rotate_tag_key(place.engine, now=place.clock.now(), record=lambda *_: None)

    assert ask(place, **wanted).tag_key == key


def test_another_secret_is_refused_before_it_gives_a_code_twice(place: Installation) -> None:
    product = new_product(place, "甲")
    ask(place, kind="gs1_serial", count=1, product_id=product)
    other = Issuer(
        journal=place.desk.journal,
        secret=InstallationSecret(bytes([7] * 32)),
        clock=place.clock,
        block_max=BLOCK_MAX,
    )

    request = BlockRequest(kind="gs1_serial", count=1, product_id=product)
    with pytest.raises(ConfigurationError, match=r"installation\.secret"):
        issue_block(other, place.party("甲"), request)


def test_many_threads_issue_at_once_and_no_code_is_given_twice(place: Installation) -> None:
    product = new_product(place, "甲")
    issuer, actor = issuer_of(place), place.party("甲")
    barrier, blocks = Barrier(6), list[Block]()

    def issue() -> None:
        barrier.wait()
        for _ in range(5):
            request = BlockRequest(kind="gs1_serial", count=3, product_id=product)
            blocks.append(issue_block(issuer, actor, request))

    threads = [Thread(target=issue) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    codes = [code for block in blocks for code in texts(place, block)]
    assert len(set(codes)) == len(codes) == 90
    place.check()


def test_blocks_are_listed_newest_first_a_page_at_a_time(place: Installation) -> None:
    product = new_product(place, "甲")
    new_product(place, "乙", gtin_uri(2))
    made = [ask(place, kind="suxin_serial", count=1, product_id=product) for _ in range(3)]

    with reading(place.engine) as connection:
        own = place.party("甲").party_id
        options: dict[str, Any] = {"party_id": own, "rows_max": 2}
        first = list_blocks(connection, place.secret, place.log, before=None, **options)
        rest = list_blocks(connection, place.secret, place.log, before=first[-1].seq, **options)
        other = place.party("乙").party_id
        none = list_blocks(
            connection, place.secret, place.log, before=None, party_id=other, rows_max=2
        )

    assert [*first, *rest] == made[::-1]
    assert none == []
