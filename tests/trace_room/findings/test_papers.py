"""Days: goods, certificates and licences out of date, lists, late reports, scans."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from trace.findings.evaluator import mark_registered
from trace.findings.model import Listing
from trace.findings.suspects import suspected_items
from trace.findings.tables import FINDING_DUE
from trace.identifiers import key_of
from trace.scans.tables import SCAN_ALERT
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, update

from base.db import reading, transaction
from parties.drafts import CertificateDraft
from parties.register import register_certificate
from tests.instances import Installation, serial
from tests.trace_room.findings.desk import codes_of, follow, found
from tests.trace_room.findings.goods import RICE, amount, product_of
from tests.trace_room.story import seen

# The stories of the tests happen on 1 May 2024, from eight in the morning in China on.
DAY = date(2024, 5, 1)
ONE_DAY = timedelta(days=1)


def story(installation: Installation, last_day: date) -> None:
    ilmd = {"cbvmda:itemExpirationDate": last_day.isoformat()}
    made = seen(1, serial(1), action="ADD", bizStep="commissioning", ilmd=ilmd)
    installation.capture("farm", made, seen(5, serial(1), bizStep="retail_selling"))


def test_goods_sold_after_their_last_day_are_found(installation: Installation) -> None:
    story(installation, DAY - ONE_DAY)

    (one,) = found(installation)

    assert (one.code, one.uri, one.party) == ("expired_goods", serial(1), "farm")
    assert one.details == {"expires_on": "2024-04-30", "sold_on": "2024-05-01"}


def test_goods_may_be_sold_on_their_last_day(installation: Installation) -> None:
    story(installation, DAY)

    assert codes_of(installation) == []


def review(installation: Installation) -> None:
    """Look again at what the register and the scans say."""
    with reading(installation.engine) as connection:
        items = suspected_items(connection, installation.log)
    mark_registered(installation.engine, installation.log, installation.clock.now(), items)


def certify(
    installation: Installation,
    name: str,
    until_on: date,
    now: datetime = datetime(2024, 1, 1, tzinfo=UTC),
    **more: Any,
) -> None:
    party_id = installation.party(name).party_id
    assert party_id is not None
    draft = CertificateDraft(
        party_id=party_id,
        kind=more.pop("kind", "SC"),
        number=f"{until_on}",
        issuer="局",
        from_on=more.pop("from_on", date(2020, 1, 1)),
        until_on=until_on,
        **more,
    )
    with transaction(installation.engine) as connection:
        register_certificate(connection, draft, now=now)


def test_a_maker_whose_licence_had_run_out_is_found(installation: Installation) -> None:
    certify(installation, "farm", DAY - ONE_DAY)
    installation.capture("farm", amount(1, 9, action="ADD", bizStep="commissioning"))

    (one,) = found(installation)

    assert (one.code, one.uri, one.party) == ("expired_licence", RICE, "farm")
    assert (one.details["kind"], one.details["until_on"]) == ("SC", "2024-04-30")


def test_a_licence_counts_on_its_last_day(installation: Installation) -> None:
    certify(installation, "farm", DAY)
    installation.capture("farm", amount(1, 9, action="ADD", bizStep="commissioning"))

    assert codes_of(installation) == []


def test_papers_that_are_registered_after_the_goods_moved_are_heard_of(
    installation: Installation,
) -> None:
    card = product_of(installation, "farm", "toys")
    installation.capture("farm", amount(1, 9, action="ADD", bizStep="commissioning"))
    review(installation)
    assert codes_of(installation) == []
    installation.clock.instant += timedelta(days=2)
    now = installation.clock.now()

    certify(installation, "farm", DAY - ONE_DAY, now=now)
    certify(installation, "farm", DAY - ONE_DAY, now=now, kind="GREEN", product_id=card.id)
    assert codes_of(installation) == []
    review(installation)

    assert codes_of(installation) == ["expired_certificate", "expired_licence"]


def test_a_product_that_is_registered_later_has_its_class_looked_at(
    installation: Installation,
) -> None:
    installation.capture("farm", amount(1, 9, action="ADD", bizStep="commissioning"))
    codes_of(installation)
    review(installation)
    codes_of(installation)
    installation.clock.instant += timedelta(days=2)
    product_of(installation, "farm", "toys", now=installation.clock.now())

    review(installation)

    with reading(installation.engine) as connection:
        due = list(connection.execute(select(FINDING_DUE.c.item)).scalars())
    assert due == [key_of(RICE)]
    # Once more, since rows are stamped before they are committed; then never again.
    for _ in range(2):
        installation.clock.instant += timedelta(days=2)
        codes_of(installation)
        review(installation)
    with reading(installation.engine) as connection:
        assert connection.execute(select(FINDING_DUE.c.item)).first() is None


def test_a_renewed_licence_counts_and_one_of_another_kind_does_not(
    installation: Installation,
) -> None:
    certify(installation, "farm", DAY - ONE_DAY)
    certify(installation, "farm", DAY + ONE_DAY, kind="JY")
    installation.capture("farm", amount(1, 9, action="ADD", bizStep="commissioning"))
    assert codes_of(installation) == ["expired_licence"]

    certify(installation, "farm", DAY + ONE_DAY, from_on=DAY)
    assert codes_of(installation) == ["expired_licence"]
    review(installation)

    assert codes_of(installation) == []


def test_goods_whose_certificate_had_run_out_are_found(installation: Installation) -> None:
    card = product_of(installation, "farm", "toys")
    certify(installation, "farm", DAY - ONE_DAY, kind="GREEN", product_id=card.id)
    installation.capture("farm", amount(1, 9, action="ADD", bizStep="commissioning"))

    (one,) = found(installation)

    assert (one.code, one.details["kind"]) == ("expired_certificate", "GREEN")


def test_a_certificate_of_another_lot_is_no_matter(installation: Installation) -> None:
    card = product_of(installation, "farm", "toys")
    certify(installation, "farm", DAY - ONE_DAY, kind="T", product_id=card.id, lot="OTHER")
    installation.capture("farm", amount(1, 9, action="ADD", bizStep="commissioning"))

    assert codes_of(installation) == []


def listings_until(until_on: date) -> Any:
    def listed(
        connection: Connection,
        parties: Collection[UUID],
    ) -> Mapping[UUID, Sequence[Listing]]:
        one = Listing(list_name="严重违法", from_on=date(2024, 1, 1), until_on=until_on)
        return dict.fromkeys(parties, (one,))

    return listed


def test_a_party_is_found_as_long_as_it_is_on_a_list(installation: Installation) -> None:
    installation.capture("farm", amount(1, 9, action="ADD", bizStep="commissioning"))
    follow(installation, listings=listings_until(DAY - ONE_DAY))
    assert codes_of(installation) == []

    installation.capture("farm", amount(2, 9, bizStep="shipping"))
    follow(installation, listings=listings_until(DAY))

    (one,) = found(installation)
    assert (one.code, one.party, one.seqs) == ("listed_party", "farm", [1, 2])


def test_an_event_is_late_after_a_day_and_told_of_once(installation: Installation) -> None:
    many = [serial(number) for number in range(1, 20)]
    day_before = installation.clock.instant - ONE_DAY
    for time in (day_before, day_before - timedelta(milliseconds=1)):
        told = time.isoformat(timespec="milliseconds")
        installation.capture("farm", seen(1, "", epcList=many) | {"eventTime": told})

    (one,) = found(installation, "late_report")

    assert one.details == {"hours": 24, "allowed": 24}
    assert one.seqs == [2]


def put_alert(installation: Installation, state: str) -> None:
    now = installation.clock.now()
    with transaction(installation.engine) as connection:
        connection.execute(
            insert(SCAN_ALERT).values(
                id=UUID(int=7),
                item=key_of(serial(1)),
                uri=serial(1),
                rule="many_devices",
                first_at=now,
                last_at=now,
                details="{}",
                state=state,
                note="",
                judgements="[]",
            )
        )


def test_a_code_that_may_be_copied_is_found_until_that_is_explained(
    installation: Installation,
) -> None:
    installation.capture("farm", seen(1, serial(1)))
    assert codes_of(installation) == []

    put_alert(installation, "open")
    review(installation)
    (one,) = found(installation)
    assert (one.code, one.details) == ("clone_suspicion", {"scan_rule": "many_devices"})

    with transaction(installation.engine) as connection:
        connection.execute(update(SCAN_ALERT).values(state="explained"))
    review(installation)
    assert codes_of(installation) == []
