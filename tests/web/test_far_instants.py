"""An instant in the first or the last year there is has no day in some zone: it is refused."""

from collections.abc import Iterator
from urllib.parse import quote

import marshmallow as ma
import pytest

from tests.credit.samples import uscc
from tests.web.house import House
from tests.web.issuing_world import errors_of, send
from tests.web.signed_in import sign_in
from web.api.fields import Instant, InstantText, StrictSchema

FAR = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
ACCESSES = "/api/v1/credit/accesses"


@pytest.mark.parametrize("far", FAR)
def test_nothing_is_known_at_an_instant_that_has_no_day_in_beijing(
    sqlite_house: House, far: str
) -> None:
    body = {"uscc": uscc(1), "edition": "full", "issued_to": "x", "purpose": "y", "known_at": far}

    report = send(sqlite_house, "POST", "/api/v1/credit/reports", body, role="authority")
    accesses = sqlite_house.ask("GET", ACCESSES, role="auditor", query_string={"before": far})

    assert (report.status_code, accesses.status_code) == (400, 400)
    assert list(errors_of(report)) == ["known_at"]


@pytest.mark.parametrize("far", FAR)
def test_a_page_takes_such_an_instant_for_none(sqlite_house: House, far: str) -> None:
    auditor = sign_in(sqlite_house, "auditor")

    answer = auditor.get(f"/work/credit/accesses?before={quote(far)}")

    assert answer.status_code == 200


@pytest.mark.parametrize("far", FAR)
def test_an_instant_in_one_spelling_is_refused_as_well(far: str) -> None:
    with pytest.raises(ma.ValidationError, match="years"):
        InstantText().deserialize(far)


def _strict(of: type[StrictSchema]) -> Iterator[type[StrictSchema]]:
    for one in of.__subclasses__():
        yield one
        yield from _strict(one)


def test_every_instant_that_is_sent_is_read_by_a_field_that_refuses_far_ones() -> None:
    loose = [
        f"{schema.__name__}.{name}"
        for schema in _strict(StrictSchema)
        for name, field in schema._declared_fields.items()
        if isinstance(field, ma.fields.DateTime) and not isinstance(field, Instant)
    ]

    assert loose == []
