"""Days as defenders read them: returns, bare days, days of other zones, and whose label counts."""

from datetime import timedelta
from typing import Any

import pytest

from tests.instances import Installation, serial
from tests.trace_room.findings.desk import assert_rebuild_is_live, codes_of, found
from tests.trace_room.findings.goods import RICE, amount
from tests.trace_room.story import seen, to

YESTERDAY = {"cbvmda:itemExpirationDate": "2024-04-30"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """What is asked here is asked of pure rules: one database is enough."""
    return sqlite_url


def lot_made(minute: int, **label: Any) -> dict[str, Any]:
    return amount(minute, 9, action="ADD", bizStep="commissioning", ilmd=label)


def item_made(minute: int, **label: Any) -> dict[str, Any]:
    ilmd = {"cbvmda:lotNumber": "RICE", **label}
    return seen(minute, serial(1), action="ADD", bizStep="commissioning", ilmd=ilmd)


def test_an_item_keeps_as_long_as_its_lot(installation: Installation) -> None:
    installation.capture("farm", item_made(2), seen(5, serial(1), bizStep="retail_selling"))
    assert codes_of(installation) == []

    installation.capture("farm", lot_made(1, **YESTERDAY))

    assert [(one.code, one.uri) for one in found(installation)] == [("expired_goods", serial(1))]
    assert_rebuild_is_live(installation)

    error = {"declarationTime": "2024-05-01T03:00:00.000Z", "reason": "did_not_occur"}
    installation.capture("farm", {**lot_made(1, **YESTERDAY), "errorDeclaration": error})

    assert codes_of(installation) == []
    assert_rebuild_is_live(installation)


def test_the_label_of_an_item_goes_before_that_of_its_lot(installation: Installation) -> None:
    later = {"cbvmda:itemExpirationDate": "2024-06-30"}
    installation.capture(
        "farm",
        lot_made(1, **YESTERDAY),
        item_made(2, **later),
        seen(5, serial(1), bizStep="retail_selling"),
    )

    assert codes_of(installation) == []


def test_goods_that_are_sent_after_their_last_day_are_found(installation: Installation) -> None:
    installation.capture("farm", lot_made(1, **YESTERDAY), amount(5, 3, bizStep="shipping"))

    (one,) = found(installation)

    assert (one.code, one.uri, one.seqs) == ("expired_goods", RICE, [2])


@pytest.mark.parametrize("disposition", ["expired", "returned", "recalled", "disposed"])
def test_goods_that_are_sent_away_as_unfit_are_in_order(
    installation: Installation, disposition: str
) -> None:
    sent = amount(5, 3, bizStep="shipping", disposition=disposition)
    installation.capture("farm", lot_made(1, **YESTERDAY), sent)

    assert codes_of(installation) == []


def test_goods_that_go_back_to_their_maker_are_in_order(installation: Installation) -> None:
    to_shop, to_farm = to(installation, "shop"), to(installation, "farm")
    lot = lot_made(-2000, **YESTERDAY)
    installation.capture("farm", lot, amount(-1999, 3, bizStep="shipping", **to_shop))
    installation.capture(
        "shop", amount(-1900, 3, bizStep="receiving"), amount(5, 3, bizStep="shipping", **to_farm)
    )

    assert codes_of(installation) == []


def test_a_last_moment_is_of_the_day_in_china(installation: Installation) -> None:
    label = {"cbvmda:itemExpirationDate": "2024-04-30T16:00:00Z"}
    installation.capture("farm", lot_made(1, **label), amount(5, 3, bizStep="retail_selling"))

    assert codes_of(installation) == []


def test_a_day_without_an_hour_is_late_a_day_later(installation: Installation) -> None:
    now = installation.clock.instant
    midnight = now.replace(hour=16, minute=0) - timedelta(days=2)
    told = midnight.isoformat(timespec="milliseconds")
    installation.capture("farm", seen(1, serial(1)) | {"eventTime": told})

    assert found(installation, "late_report") == []
