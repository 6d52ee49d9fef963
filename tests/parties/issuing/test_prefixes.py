"""Company prefixes: claimed by anybody, a right only when confirmed, never two that overlap."""

from uuid import UUID

import pytest

from base.db import reading
from base.errors import Conflict, InvalidInput, NotFound
from parties.ids import new_id
from parties.issuing.blocks import BlockRequest, issue_block
from parties.issuing.prefixes import (
    confirm_prefix,
    confirmed_prefix,
    end_prefix,
    list_prefixes,
    prefix_owners,
    waiting_count,
)
from parties.names import owners_of_goods
from tests.instances import Installation
from tests.parties.issuing.desk import (
    PREFIX,
    claimed,
    confirmed,
    issuer_of,
    new_product,
    party_id_of,
)
from tests.parties.samples import gs1

STEM = "https://id.gs1.org"


def gtin_under(prefix: str) -> str:
    return f"{STEM}/01/{gs1(f'1{prefix}0017'.ljust(13, '0'))}"


def sscc_under(prefix: str) -> str:
    return f"{STEM}/00/{gs1(f'3{prefix}'.ljust(17, '1'))}"


def test_a_claim_alone_gives_no_right(place: Installation) -> None:
    claimed(place, "甲")

    request = BlockRequest(kind="sscc", prefix=PREFIX, count=1)
    with pytest.raises(InvalidInput, match="not confirmed yet"):
        issue_block(issuer_of(place), place.party("甲"), request)
    with reading(place.engine) as connection:
        assert prefix_owners(connection, [sscc_under(PREFIX)]) == {}


def test_whatever_lies_under_a_confirmed_prefix_is_its_partys(place: Installation) -> None:
    confirmed(place, "甲")
    own = [
        gtin_under(PREFIX),
        sscc_under(PREFIX),
        f"{STEM}/414/{gs1(f'{PREFIX}0001')}",
        f"{STEM}/8003/0{gs1(f'{PREFIX}0001')}A1",
        f"{STEM}/8004/{PREFIX}X7",
    ]
    foreign = [gtin_under("69212346"), sscc_under("69212344"), "urn:example:a", f"{STEM}/8004/12"]

    with reading(place.engine) as connection:
        found = prefix_owners(connection, [*own, *foreign])

    assert found == dict.fromkeys(own, place.party("甲").party_id)


def test_a_registered_product_stays_its_owners_whatever_the_prefix_says(
    place: Installation,
) -> None:
    confirmed(place, "甲")
    uri = gtin_under(PREFIX)
    new_product(place, "乙", uri)

    with reading(place.engine) as connection:
        owners = owners_of_goods(connection, [uri, sscc_under(PREFIX)])

    assert owners[uri] == place.party("乙").party_id
    assert owners[sscc_under(PREFIX)] == place.party("甲").party_id


@pytest.mark.parametrize("other", ["4006381", "40063812", "400638"])
def test_no_two_parties_have_overlapping_prefixes(place: Installation, other: str) -> None:
    early = claimed(place, "乙", other)
    confirmed(place, "甲", "4006381")

    with pytest.raises(Conflict, match="overlaps"):
        confirm_prefix(place.engine, early, now=place.clock.now(), record=lambda *_: None)
    with pytest.raises(Conflict, match="overlaps"):
        claimed(place, "丙", other)


def test_an_ended_prefix_is_free_again(place: Installation) -> None:
    row_id = confirmed(place, "甲")

    end_prefix(place.engine, row_id, now=place.clock.now(), record=lambda *_: None)

    confirmed(place, "乙")
    with reading(place.engine) as connection:
        owners = prefix_owners(connection, [sscc_under(PREFIX)])
    assert owners == {sscc_under(PREFIX): place.party("乙").party_id}


@pytest.mark.parametrize(
    "prefix", ["", "69212", "6921234x", "6921234", "692123456", "6" * 13, "６９２１２３４５"]
)
def test_a_prefix_that_cannot_be_one_is_refused(place: Installation, prefix: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        claimed(place, "甲", prefix)

    assert refused.value.problems[0].path == "prefix"


@pytest.mark.parametrize(
    ("prefix", "rule"),
    [
        ("69212", "digits"),
        ("6921234", "length"),
        ("69612345", "unallocated"),
        ("698123456", "unallocated"),
        ("699123456", "unallocated"),
    ],
)
def test_each_reason_for_refusing_a_prefix_has_a_name(
    place: Installation, prefix: str, rule: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        claimed(place, "甲", prefix)

    assert refused.value.problems[0].code == rule


def test_a_prefix_that_gives_no_right_says_whether_it_was_claimed(place: Installation) -> None:
    claimed(place, "甲", PREFIX)
    party_id = party_id_of(place.party("甲"))

    rules = []
    with reading(place.engine) as connection:
        for prefix in (PREFIX, "69299999"):
            with pytest.raises(InvalidInput) as refused:
                confirmed_prefix(connection, party_id, prefix)
            rules.append(refused.value.problems[0].code)

    assert rules == ["unconfirmed", "unclaimed"]


def test_a_party_claims_a_bounded_number_of_prefixes(place: Installation) -> None:
    claimed(place, "甲", "69212345", claims_max=2)
    claimed(place, "甲", "69212346", claims_max=2)

    with pytest.raises(Conflict, match="at most 2"):
        claimed(place, "甲", "69212347", claims_max=2)
    again = claimed(place, "甲", "69212346", claims_max=2)
    assert again == claimed(place, "甲", "69212346", claims_max=2)


def test_the_ledger_is_told_before_a_prefix_gives_a_right(place: Installation) -> None:
    row_id = claimed(place, "甲")
    told: list[tuple[str, dict[str, str]]] = []

    def record(kind: str, public: object, authority: object) -> None:
        with reading(place.engine) as connection:
            assert prefix_owners(connection, [sscc_under(PREFIX)]) == {}
        told.append((kind, dict(public)))  # type: ignore[call-overload] # A mapping, as above.

    confirm_prefix(place.engine, row_id, now=place.clock.now(), record=record)
    confirm_prefix(place.engine, row_id, now=place.clock.now(), record=record)

    assert told == [("prefix_confirmed", {"prefix": PREFIX, "party": place.party("甲").id})]


def test_the_operator_sees_what_waits_and_a_party_its_own(place: Installation) -> None:
    confirmed(place, "甲", "69212340")
    waiting = claimed(place, "甲", "69212341")
    other = claimed(place, "乙", "69212342")

    with reading(place.engine) as connection:
        open_ones = list_prefixes(connection, None, after=None, rows_max=9)
        own = list_prefixes(connection, party_id_of(place.party("甲")), after=None, rows_max=9)
        count = waiting_count(connection)

    assert {row.id for row in open_ones.rows} == {waiting, other}
    assert sorted(row.prefix for row in own.rows) == ["69212340", "69212341"]
    assert (open_ones.next_after, own.next_after, count) == (None, None, 2)


@pytest.mark.parametrize("newest_first", [False, True])
def test_every_claim_is_on_some_page(place: Installation, newest_first: bool) -> None:
    made = [claimed(place, "甲", f"6921234{number}") for number in range(7)]
    party_id = party_id_of(place.party("甲"))

    seen: list[UUID] = []
    after: UUID | None = None
    with reading(place.engine) as connection:
        while True:
            page = list_prefixes(
                connection, party_id, after=after, rows_max=3, newest_first=newest_first
            )
            seen += [row.id for row in page.rows]
            after = page.next_after
            if after is None:
                break

    # Ids of one instant are in no order but their own.
    assert seen == sorted(made, reverse=newest_first)


def test_an_unknown_claim_is_not_found(place: Installation) -> None:
    for act in (confirm_prefix, end_prefix):
        with pytest.raises(NotFound):
            act(
                place.engine,
                new_id(place.clock.now()),
                now=place.clock.now(),
                record=lambda *_: None,
            )
