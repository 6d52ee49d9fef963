"""What a declaration made on a page says and keeps, and that it is made once for an event."""

from trace.declaring import WrongReason
from trace.reading import read_events
from trace.tables import EVENT
from typing import Any
from urllib.parse import unquote

import pytest
from sqlalchemy import func, select, update

from base.db import reading, transaction
from ledger.parts import Part
from ledger.store import read_entries
from ledger.tables import LEDGER_PAYLOAD
from tests.parties.samples import gtin_uri
from tests.web.epcis_world import check, post_event
from tests.web.house import House
from tests.web.issuing_world import new_product, new_site
from tests.web.signed_in import Visitor, sign_in
from tests.web.work_world import text_of
from web.pages.tracing.declare import record_declaration
from web.pages.work_forms import blank

LOT = gtin_uri(1) + "/10/Y1"


def told(house: House, **changed: Any) -> int:
    """Record an event of the house's producer; return its entry."""
    event = {
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "bizStep": "shipping",
        "eventTime": "2026-02-20T08:00:00.000Z",
        "eventTimeZoneOffset": "+08:00",
        "quantityList": [{"epcClass": LOT, "quantity": 12.5, "uom": "KGM"}],
        "sx:operatorName": "韩梅梅",
        **changed,
    }
    answer = post_event(house, event)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return newest(house)


def newest(house: House) -> int:
    with reading(house.services.engine) as connection:
        return int(connection.execute(select(func.max(EVENT.c.seq))).scalar_one())


def count(house: House) -> int:
    with reading(house.services.engine) as connection:
        return int(connection.execute(select(func.count()).select_from(EVENT)).scalar_one())


def page_of(seq: int) -> str:
    return f"/work/entries/{seq}/declare"


def declare(person: Visitor, seq: int, reason: str = "incorrect_data", **values: str) -> Any:
    return person.post(page_of(seq), reason=reason, **values)


def personal(house: House, seq: int) -> bytes | None:
    with reading(house.services.engine) as connection:
        entry = read_entries(connection, house.services.log, [seq])[seq]
    stored = entry.parts.get(Part.PERSONAL)
    return None if stored is None else stored.body


def test_the_page_shows_what_is_taken_back_and_the_ledger_stays_sound(house: House) -> None:
    site = new_site(house)
    seq, person = told(house, bizLocation={"id": site}), sign_in(house)

    asked = text_of(person.get(page_of(seq)))
    answer = declare(person, seq)

    assert "(10)Y1" in asked
    assert "12.5 千克" in asked
    assert "一号车间" in asked
    assert answer.status_code == 303
    assert count(house) == 2
    check(house)


def test_lines_of_one_lot_are_summed_unit_by_unit(sqlite_house: House) -> None:
    said = ((12.5, "KGM"), (7.5, "KGM"), (3, "XBX"))
    lines = [{"epcClass": LOT, "quantity": much, "uom": unit} for much, unit in said]

    asked = text_of(sign_in(sqlite_house).get(page_of(told(sqlite_house, quantityList=lines))))

    assert "20 千克 + 3 盒" in asked


def test_entry_and_declaration_lead_to_each_other(sqlite_house: House) -> None:
    seq, person = told(sqlite_house), sign_in(sqlite_house)

    declare(person, seq, "did_not_occur")

    declaration = newest(sqlite_house)
    of_event = text_of(person.get(f"/work/entries/{seq}"))
    of_declaration = text_of(person.get(f"/work/entries/{declaration}"))
    of_authority = text_of(sign_in(sqlite_house, "authority").get(f"/work/entries/{seq}"))
    assert "已声明有误" in of_event
    assert f'href="/work/entries/{declaration}"' in of_event
    assert f'href="/work/entries/{declaration}"' in of_authority
    assert f'href="/work/entries/{seq}"' in of_declaration
    assert "没有发生" in of_declaration
    # It bears the keys of what it takes back, and stands itself.
    assert "已声明有误" not in of_declaration
    assert "记录方已撤回此条记录" not in of_declaration


@pytest.mark.parametrize(
    ("changed", "step"),
    [
        ({}, "any/ship/main"),
        ({"bizStep": "urn:suxin:epcis:spraying"}, ""),
        ({"bizStep": "commissioning", "action": "ADD"}, "any/produce/main"),
        ({"sx:cte": "dairy/dist"}, "dairy/dist/main"),
    ],
    ids=["general", "unknown", "birth", "of a profile"],
)
def test_the_right_one_is_recorded_in_the_form_of_the_same_step(
    sqlite_house: House, changed: dict[str, Any], step: str
) -> None:
    new_product(sqlite_house)
    seq, person = told(sqlite_house, **changed), sign_in(sqlite_house)

    after = text_of(person.get(declare(person, seq).headers["Location"]))

    wanted = f"step={step}&code={LOT}" if step else f"code={LOT}"
    assert f'href="/work/event/new?{wanted}"' in unquote(after)
    assert person.get(f"/work/event/new?{wanted}").status_code == 200


def test_of_two_pages_that_lay_open_one_takes_back(house: House) -> None:
    parts, seq, form = house.services, told(house), blank("declare")
    actor = parts.key_ring.authenticate(house.keys["producer"])
    with reading(parts.engine) as connection:
        read = read_events(connection, parts.log, [seq], actor)[seq]

    # Both looked before either had recorded.
    record_declaration(parts, actor, read, WrongReason.INCORRECT_DATA, form)
    record_declaration(parts, actor, read, WrongReason.DID_NOT_OCCUR, form)

    assert form.is_good
    assert declare(sign_in(house), seq).status_code == 303
    assert count(house) == 2


@pytest.mark.parametrize("of", ["a declaration", "a damaged event"])
def test_what_cannot_be_taken_back_is_refused(sqlite_house: House, of: str) -> None:
    seq, person = told(sqlite_house), sign_in(sqlite_house)
    if of == "a declaration":
        declare(person, seq)
        seq = newest(sqlite_house)
    else:
        with transaction(sqlite_house.services.engine) as connection:
            broken = update(LEDGER_PAYLOAD).where(LEDGER_PAYLOAD.c.seq == seq)
            connection.execute(broken.values(chain_body=b"{}"))
    before = count(sqlite_house)

    answers = [person.get(page_of(seq)), declare(person, seq)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert page_of(seq) not in text_of(person.get(f"/work/entries/{seq}"))
    assert count(sqlite_house) == before


@pytest.mark.parametrize(
    "context",
    [
        [{"sx": "urn:suxin:epcis:"}],
        [{"sx": "https://example.org/", "my": "urn:suxin:epcis:"}],
    ],
    ids=["ours", "theirs"],
)
def test_an_event_with_an_id_and_prefixes_of_its_own_is_taken_back(
    sqlite_house: House, context: list[dict[str, str]]
) -> None:
    named = {"eventID": "urn:uuid:374d95fc-9457-4a51-bd6a-0bba133845a8", "@context": context}
    seq, person = told(sqlite_house, **named), sign_in(sqlite_house)

    answer = declare(person, seq)

    assert answer.status_code == 303
    assert "已声明有误" in text_of(person.get(f"/work/entries/{seq}"))
    check(sqlite_house)


@pytest.mark.parametrize("way", ["page", "api"])
def test_what_is_erased_of_an_event_stands_in_no_declaration_of_it(house: House, way: str) -> None:
    seq, person = told(house), sign_in(house)
    declared = {"declarationTime": "2026-03-01T00:00:00.000Z", "reason": "incorrect_data"}
    assert "韩梅梅".encode() in (personal(house, seq) or b"")

    if way == "page":
        declare(person, seq)
    else:
        told(house, errorDeclaration={**declared, "sx:operatorName": "李雷"})

    kept = personal(house, newest(house)) or b""
    assert "韩梅梅".encode() not in kept
    assert ("李雷".encode() in kept) is (way == "api")
    assert "已声明有误" in text_of(person.get(f"/work/entries/{seq}"))
    check(house)
