"""Honest parties that stand beside what is wrong: none of them is named, and the guilty are."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.instances import Installation, serial
from tests.parties.samples import gln_uri
from tests.trace_room.findings.desk import assert_rebuild_is_live, codes_of, found
from tests.trace_room.findings.goods import RICE, amount, product_of
from tests.trace_room.findings.places import sites_apart
from tests.trace_room.findings.test_cold import measured
from tests.trace_room.findings.test_papers import certify, put_alert, review
from tests.trace_room.story import seen

YESTERDAY = date(2024, 4, 30)
INCORRECT = {"reason": "incorrect_data"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is asked here is asked of pure rules: one database is enough."""
    return sqlite_url


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("green", []),
        ("HACCP", []),
        ("SC", ["expired_licence"]),
        ("unheard-of", ["expired_licence"]),
    ],
)
def test_a_scheme_that_one_joins_is_no_licence(
    installation: Installation, kind: str, codes: list[str]
) -> None:
    certify(installation, "farm", YESTERDAY, kind=kind)
    installation.capture("farm", amount(1, 9, action="ADD", bizStep="commissioning"))

    assert codes_of(installation) == codes


def test_whose_goods_were_copied_is_no_suspect(installation: Installation) -> None:
    product_of(installation, "farm", "toys")
    installation.capture("farm", seen(1, serial(1)))
    put_alert(installation, "open")
    review(installation)

    (one,) = found(installation)

    assert (one.code, one.party) == ("clone_suspicion", "")


def hours_ago(installation: Installation, hours: int, **more: Any) -> dict[str, Any]:
    then = installation.clock.instant - timedelta(hours=hours)
    event = amount(1, 9, bizStep="inspecting", **more)
    return event | {"eventTime": then.isoformat(timespec="milliseconds")}


def declared(installation: Installation, event: dict[str, Any]) -> dict[str, Any]:
    now = installation.clock.instant.isoformat(timespec="milliseconds")
    return {**event, "errorDeclaration": {"declarationTime": now, **INCORRECT}}


def test_a_report_that_was_in_time_and_is_corrected_is_not_late(
    installation: Installation,
) -> None:
    wrong = hours_ago(installation, 2)
    installation.capture("farm", wrong)
    installation.clock.instant += timedelta(days=5)
    right = hours_ago(installation, 122, disposition="conformant")

    installation.capture("farm", declared(installation, wrong), right)

    assert found(installation, "late_report") == []
    assert_rebuild_is_live(installation)


def test_a_report_that_another_party_corrects_or_that_was_late_before_is_late(
    installation: Installation,
) -> None:
    late = hours_ago(installation, 30)
    installation.capture("farm", late)
    installation.clock.instant += timedelta(days=5)
    right = hours_ago(installation, 150, disposition="conformant")
    installation.capture("farm", declared(installation, late), right)
    installation.capture("shop", hours_ago(installation, 150))

    told = {one.party: one.details["hours"] for one in found(installation, "late_report")}

    assert told == {"farm": 30, "shop": 150}


def milk(installation: Installation, *told: tuple[str, dict[str, Any]]) -> str:
    """Tell of milk with readings, by these parties; return whom the excursion is put down to."""
    installation.capture("plant", amount(1, 9, action="ADD", bizStep="commissioning"))
    product_of(installation, "plant", "dairy")
    for name, event in told:
        installation.capture(name, event)
    (one,) = found(installation, "cold_chain_excursion")
    assert one.uri == RICE
    return one.party


def moved(minute: int, step: str, since: int, until: int, degrees: float) -> dict[str, Any]:
    return amount(minute, 9, bizStep=step, **measured((since, until, degrees)))


def test_a_receiver_that_copies_the_readings_of_the_way_did_not_warm_the_goods(
    installation: Installation,
) -> None:
    copied = ("shop", moved(300, "receiving", 10, 290, 12))

    assert milk(installation, copied) == ""


def test_an_excursion_with_several_parties_is_put_down_to_none_of_them(
    installation: Installation,
) -> None:
    first = ("carrier", moved(100, "transporting", 10, 90, 12))
    then = ("shop", moved(300, "storing", 301, 390, 12))

    assert milk(installation, first, then) == ""


def test_an_excursion_with_one_party_is_put_down_to_it(installation: Installation) -> None:
    first = ("carrier", moved(100, "transporting", 10, 90, 12))
    then = ("shop", moved(300, "storing", 301, 390, 4))

    assert milk(installation, first, then) == "carrier"


def test_a_site_that_is_registered_later_has_what_was_there_looked_at(
    installation: Installation,
) -> None:
    there = [{"readPoint": {"id": gln_uri(number)}} for number in (801, 802)]
    installation.capture("farm", seen(1, serial(1), **there[0]), seen(9, serial(1), **there[1]))
    review(installation)
    assert codes_of(installation) == []
    installation.clock.instant += timedelta(days=2)

    sites_apart(installation, "farm", now=installation.clock.now())
    review(installation)

    assert codes_of(installation) == ["impossible_travel"]


@pytest.mark.parametrize(
    ("class_code", "hours", "late"),
    [("millet", 71, 0), ("millet", 73, 1), ("toys", 23, 0), ("toys", 25, 1)],
)
def test_a_class_has_a_limit_of_its_own_for_late_reports(
    installation: Installation, class_code: str, hours: int, late: int
) -> None:
    installation.capture("farm", hours_ago(installation, hours))
    product_of(installation, "farm", class_code)

    assert len(found(installation, "late_report")) == late
