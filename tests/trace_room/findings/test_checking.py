"""Stored findings are compared with what is on record."""

from trace.findings.checking import differing_findings
from typing import Any

import pytest
from sqlalchemy import text

from base.db import reading, transaction
from tests.instances import Installation, serial
from tests.trace_room.findings.desk import found
from tests.trace_room.findings.goods import RICE, amount
from tests.trace_room.story import seen

YESTERDAY = {"cbvmda:itemExpirationDate": "2024-04-30"}


def compared(installation: Installation, size: int = 4) -> list[tuple[int | None, str]]:
    with reading(installation.engine) as connection:
        told = list(differing_findings(connection, installation.log, size))
    return [(seq, code) for seq, code, _ in told]


def sold_too_late(installation: Installation) -> None:
    installation.capture(
        "farm",
        amount(1, 9, action="ADD", bizStep="commissioning", ilmd=YESTERDAY),
        amount(5, 3, bizStep="retail_selling"),
        seen(6, serial(1)),
    )
    (one,) = found(installation)
    assert (one.code, one.uri) == ("expired_goods", RICE)


def test_findings_that_follow_from_the_record_are_as_they_should_be(
    installation: Installation,
) -> None:
    sold_too_late(installation)

    assert compared(installation) == []


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        ("DELETE FROM finding WHERE code = 'expired_goods'", [(2, "findings_differ")]),
        ("UPDATE finding SET state = 'explained' WHERE code = 'expired_goods'", 2),
        ("UPDATE finding SET item = 7 WHERE code = 'expired_goods'", [(2, "findings_differ")]),
        ("UPDATE event_fact SET expires_on = '2024-06-30'", [(2, "findings_differ")]),
    ],
)
def test_findings_that_were_tampered_with_are_told(
    installation: Installation, damage: str, expected: Any
) -> None:
    sold_too_late(installation)
    with transaction(installation.engine) as connection:
        assert connection.execute(text(damage)).rowcount == 1

    told = compared(installation)

    assert told == ([(2, "findings_differ")] * expected if isinstance(expected, int) else expected)


def test_what_was_not_read_yet_is_late_and_not_wrong(installation: Installation) -> None:
    sold_too_late(installation)
    installation.capture("farm", amount(7, 3, bizStep="retail_selling"))

    assert compared(installation, 5) == []
    assert compared(installation, 3) == [(None, "findings_beyond_head")]
