"""Findings on pages: the list, one of them, and what is said of it."""

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from trace.findings.evaluator import Sources, bring_up_findings
from urllib.parse import quote

import pytest
from werkzeug.test import TestResponse

from parties.acts import recorder
from tests.instances import serial
from tests.trace_room.findings.goods import RICE, amount
from tests.trace_room.story import seen
from tests.web.epcis_world import check, new_key, post_document
from tests.web.house import House
from tests.web.issuing_world import send
from tests.web.signed_in import Visitor, sign_in
from tests.web.work_world import text_of
from web.services import EXTENSION


@pytest.fixture
def house(sqlite_house: House) -> Iterator[House]:
    """Give a house whose acts go into the ledger and in which a party sold more than it had."""
    house = sqlite_house
    journal = house.services.desk.journal
    told = replace(house.services, recorder=lambda actor: recorder(journal, actor=actor))
    house.app.extensions[EXTENSION] = told
    key, _ = new_key(house, 5)
    made = amount(1, 60, action="ADD", bizStep="commissioning")
    assert post_document(house, made).status_code == 202
    sold = (amount(4, 20, bizStep="receiving"), amount(5, 30, bizStep="retail_selling"))
    assert post_document(house, *sold, key=key).status_code == 202
    bring_up_findings(house.services.engine, house.services.log, Sources(clock=house.clock))
    yield house
    assert check(house)


def over_sale(person: Visitor) -> str:
    """Return the address of the finding that more was sold than there was."""
    page = text_of(person.get("/work/findings?rule=over_sale"))
    start = page.index('href="/work/findings/') + 6
    return page[start : page.index('"', start)]


def test_the_list_is_filtered_and_leads_to_the_events(house: House) -> None:
    person = sign_in(house, "authority")

    page = text_of(person.get(over_sale(person)))
    none = text_of(person.get("/work/findings?rule=over_sale&state=confirmed"))

    assert 'href="/work/entries/2"' in page
    assert 'href="/work/entries/3"' in page
    assert "/work/findings/" not in none


def test_what_one_cause_did_to_many_goods_is_one_row_and_judged_at_once(house: House) -> None:
    cups = {"epcList": [serial(number) for number in range(3)]}
    made = seen(1, "", action="ADD", bizStep="commissioning") | cups
    assert post_document(house, made).status_code == 202
    stranger, _ = new_key(house, 6)
    sold = seen(9, "", bizStep="retail_selling") | cups
    assert post_document(house, sold, key=stranger).status_code == 202
    bring_up_findings(house.services.engine, house.services.log, Sources(clock=house.clock))
    person = sign_in(house, "authority")
    listed = text_of(person.get("/work/findings?rule=not_holder&state=open"))
    path = listed[listed.index('href="/work/findings/') + 6 :].partition('"')[0]

    assert listed.count("另有 2 件货物同样如此") == 1
    assert "其他货物上的同一情况：2" in text_of(person.get(path))

    said = {"state": "confirmed", "note": "未经交接", "alike": "1"}
    answer = person.post(f"{path}/judgement", page=path, **said)

    assert answer.status_code == 303
    confirmed = text_of(person.get("/work/findings?rule=not_holder&state=confirmed"))
    assert "另有 2 件货物同样如此" in confirmed


def test_the_page_of_a_code_shows_its_findings(house: House) -> None:
    person = sign_in(house, "authority")

    page = text_of(person.get(f"/work/trace?code={quote(RICE, safe='')}"))

    assert f'href="{over_sale(person)}"' in page


def test_the_authority_judges_a_finding(house: House) -> None:
    person = sign_in(house, "authority")
    address = over_sale(person)

    kept = person.post(f"{address}/judgement", state="confirmed", note="两次出库只有一次入库")
    wrong = person.post(f"{address}/judgement", state="confirmed", note="")

    assert kept.status_code == 303
    assert "两次出库只有一次入库" in text_of(person.get(kept.headers["Location"]))
    assert wrong.status_code == 400
    assert address in text_of(person.get("/work/findings?rule=over_sale&state=confirmed"))


def test_a_stranger_sees_no_finding_and_an_auditor_judges_none(house: House) -> None:
    address = over_sale(sign_in(house, "authority"))
    stranger = sign_in(house, key=new_key(house, 6)[0])

    assert stranger.get(address).status_code == 404
    assert "/work/findings/" not in text_of(stranger.get("/work/findings"))
    assert sign_in(house, "auditor").post(f"{address}/judgement").status_code == 403


@pytest.mark.parametrize("query", ["since=never", "code=!!", "state=none&severity=none", "after=x"])
def test_a_filter_that_is_none_is_no_error(house: House, query: str) -> None:
    assert sign_in(house, "authority").get(f"/work/findings?{query}").status_code == 200


def test_findings_about_recalled_goods_say_so(house: House) -> None:
    body = {"domain": "food", "level": 1, "reason": "检出黄曲霉毒素", "codes": [RICE]}
    answer = send(house, "POST", "/api/v1/recalls", body, role="authority")
    assert answer.status_code == 201, answer.get_data(as_text=True)

    person = sign_in(house, "authority")

    assert "已召回 · " in text_of(person.get("/work/findings?rule=over_sale"))
    assert "已召回 · " in text_of(person.get(over_sale(person)))


SUBJECT_AT, ENTRIES_AT = 5, 9


def rows_of(answer: TestResponse) -> list[list[str]]:
    """Return the rows of a file below its head."""
    text = answer.get_data().decode("utf-8-sig")
    return list(csv.reader(StringIO(text, newline="")))[1:]


def test_the_file_holds_what_the_filters_of_the_page_show(house: House) -> None:
    person = sign_in(house, "authority")

    page = text_of(person.get("/work/findings?rule=over_sale"))
    some = rows_of(person.get("/work/findings.csv?rule=over_sale"))
    none = rows_of(person.get("/work/findings.csv?rule=over_sale&state=confirmed"))

    assert 'href="/work/findings.csv?rule=over_sale"' in page
    assert [row[ENTRIES_AT].split() for row in some] == [["2", "3"]]
    assert some[0][SUBJECT_AT] == RICE
    assert none == []
    assert person.get("/work/findings.csv?since=2026-13-01").status_code in (400, 422)


def test_a_party_gets_a_file_of_its_own_findings_alone(house: House) -> None:
    key, _ = new_key(house, 9)

    answer = sign_in(house, key=key).get("/work/findings.csv")

    assert answer.status_code == 200
    assert rows_of(answer) == []


def test_a_file_of_many_pages_has_each_finding_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.findings._PIECE_ROWS", 1)
    person = sign_in(house, "authority")

    rows = rows_of(person.get("/work/findings.csv"))
    answer = house.ask("GET", "/api/v1/findings?limit=100", role="authority")
    listed = json.loads(answer.data)["items"]

    assert len(rows) == len(listed) > 1
    assert [row[SUBJECT_AT] for row in rows] == [one["subject"] for one in listed]
