"""Findings over HTTP: who sees which, and what is said of them."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from trace.findings.evaluator import Sources, bring_up_findings
from typing import Any

import pytest
from werkzeug.test import TestResponse

from base.db import reading
from ledger.parts import Part
from ledger.store import parse_part, read_entries
from parties.acts import recorder
from tests.instances import at, lot, serial
from tests.trace_room.findings.goods import RICE, amount
from tests.trace_room.story import seen
from tests.web.epcis_world import check, get, new_key, post, post_document, readable
from tests.web.house import House
from web.services import EXTENSION

FINDINGS = "/api/v1/findings"


@pytest.fixture
def house(house: House) -> Iterator[House]:
    """Give a house whose acts go into the ledger."""
    journal = house.services.desk.journal
    told = replace(house.services, recorder=lambda actor: recorder(journal, actor=actor))
    house.app.extensions[EXTENSION] = told
    yield house
    assert check(house)


@pytest.fixture
def other(house: House) -> str:
    """Give the key of a party that sold more of the house's lot than it was given."""
    key, _ = new_key(house, 5)
    assert post_document(house, amount(1, 60, action="ADD", bizStep="commissioning")).status_code
    sold = (amount(4, 20, bizStep="receiving"), amount(5, 30, bizStep="retail_selling"))
    assert post_document(house, *sold, key=key).status_code == 202
    follow(house)
    return key


def follow(house: House) -> None:
    parts = house.services
    bring_up_findings(parts.engine, parts.log, Sources(clock=house.clock))


def listed(house: House, query: str = "", **who: str) -> Any:
    return readable(get(house, f"{FINDINGS}?{query}", **who)).get_json()["items"]


def judge(house: House, finding_id: str, role: str, **body: Any) -> TestResponse:
    path = f"{FINDINGS}/{finding_id}/judgement"
    return readable(house.ask("POST", path, role=role, json=body))


def over_sale(house: House, **who: str) -> Any:
    (one,) = listed(house, "code=over_sale", **who)
    return one


@pytest.mark.usefixtures("other")
def test_the_authority_reads_what_was_found_in_words_with_its_events(house: House) -> None:
    one = over_sale(house, role="authority")
    whole = get(house, f"{FINDINGS}/{one['id']}", role="authority").get_json()

    assert (one["subject"], one["severity"], one["state"]) == (RICE, "alarm", "open")
    assert one["details"] == {"gave": "30", "had": "20", "unit": "KGM"}
    assert one["says_en"] == "20 kg of the lot were made or received, 30 kg sent, used or sold."
    assert one["says_zh"] == "同一批次收入或生产 20 千克，发出、使用或售出 30 千克。"
    assert [event["seq"] for event in whole["events"]] == one["seqs"] == [2, 3]
    assert whole["events"][1]["event"]["eventTime"] == at(5)
    assert whole["judgements"] == []


def test_whoever_it_concerns_reads_it_and_a_stranger_does_not(house: House, other: str) -> None:
    stranger, _ = new_key(house, 6)
    one = over_sale(house, key=other)

    assert one["details"]["gave"] == "30"
    assert listed(house, key=stranger) == []
    assert get(house, f"{FINDINGS}/{one['id']}", key=stranger).status_code == 404
    said = {"state": "explained", "note": "x"}
    path = f"{FINDINGS}/{one['id']}/judgement"
    assert post(house, path, b'{"state":"explained","note":"x"}', key=stranger).status_code == 404
    assert judge(house, one["id"], "auditor", **said).status_code == 403
    assert house.ask("GET", FINDINGS).status_code == 401
    assert house.ask("GET", FINDINGS, role="operator").status_code == 403


def test_the_owner_of_goods_learns_the_rule_and_nothing_of_the_others_trade(
    house: House,
) -> None:
    key, seller = new_key(house, 5)
    owned = {
        "party_id": str(house.party_id),
        "uri": "https://id.gs1.org/01/06901234567892",
        "name_zh": "米",
    }
    answer = house.ask("POST", "/api/v1/products", role="operator", json=owned)
    assert answer.status_code == 201
    post_document(house, amount(1, 60, action="ADD", bizStep="commissioning"))
    sold = (amount(4, 20, bizStep="receiving"), amount(5, 30, bizStep="retail_selling"))
    post_document(house, *sold, key=key)
    follow(house)

    one = over_sale(house, role="producer")
    said = b'{"state":"explained","note":"bought 10 KGM of another"}'
    post(house, f"{FINDINGS}/{one['id']}/judgement", said, key=key)
    whole = get(house, f"{FINDINGS}/{one['id']}").get_json()
    guessed = get(house, f"{FINDINGS}?party_id={seller}")

    assert (one["owner_id"], one["party_id"]) == (str(house.party_id), None)
    assert (one["details"], one["seqs"], whole["events"]) == ({}, [], [])
    assert one["says_en"] == one["title_en"] == "More given than had"
    (judged,) = whole["judgements"]
    assert (judged["state"], judged["note"], judged["judged_by"]) == ("explained", "", "")
    assert guessed.get_json()["errors"][0]["path"] == "party_id"


@pytest.mark.usefixtures("other")
def test_what_a_judgement_is_about_is_in_no_public_part(house: House) -> None:
    one = over_sale(house, role="authority")
    whole = judge(house, one["id"], "authority", state="confirmed", note="现场检查").get_json()
    (told,) = whole["judgements"]

    with reading(house.services.engine) as connection:
        entry = read_entries(connection, house.services.log, [told["seq"]])[told["seq"]]

    assert one["id"] in parse_part(entry.parts[Part.AUTHORITY]).values()
    assert one["id"] not in parse_part(entry.parts[Part.PUBLIC]).values()


@pytest.mark.usefixtures("other")
def test_a_judgement_is_an_entry_and_stays_when_findings_are_worked_out_anew(
    house: House, other: str
) -> None:
    one = over_sale(house, role="authority")
    path = f"{FINDINGS}/{one['id']}/judgement"

    refused = post(house, path, b'{"state":"confirmed","note":"x"}', key=other)
    said = '{"state":"explained","note":"称量两次"}'.encode()
    explained = post(house, path, said, key=other)
    again = post(house, path, said, key=other)

    assert refused.get_json()["errors"][0]["path"] == "state"
    assert (explained.status_code, explained.get_json()["state"]) == (200, "explained")
    assert again.get_json()["judgements"] == explained.get_json()["judgements"]
    (told,) = again.get_json()["judgements"]
    assert (told["note"], told["is_of_this_evidence"]) == ("称量两次", True)

    post_document(house, amount(6, 30, bizStep="retail_selling"), key=other)
    follow(house)

    whole = get(house, f"{FINDINGS}/{one['id']}", role="authority").get_json()
    assert (whole["state"], whole["details"]["gave"]) == ("open", "60")
    assert [told["is_of_this_evidence"] for told in whole["judgements"]] == [False]


@pytest.mark.usefixtures("other")
def test_what_the_authority_confirmed_nobody_explains_away(house: House, other: str) -> None:
    one = over_sale(house, role="authority")
    confirmed = judge(house, one["id"], "authority", state="confirmed", note="现场检查")
    path = f"{FINDINGS}/{one['id']}/judgement"

    late = post(house, path, b'{"state":"explained","note":"x"}', key=other)

    assert confirmed.get_json()["state"] == "confirmed"
    assert late.status_code == 409
    assert judge(house, one["id"], "authority", state="open", note=" ").status_code == 400


def test_pages_follow_one_another_and_filters_hold(house: House) -> None:
    for number in range(5):
        post_document(house, seen(number, serial(number)))
    follow(house)
    first = readable(get(house, f"{FINDINGS}?limit=2&code=late_report")).get_json()

    rest = listed(house, f"limit=9&code=late_report&after={first['next']}")

    seqs = [one["seqs"][0] for one in [*first["items"], *rest]]
    assert seqs == sorted(seqs, reverse=True)
    assert len(seqs) == 5
    assert listed(house, f"subject={serial(3)}")[0]["subject"] == serial(3)
    assert listed(house, f"subject={lot('NONE')}") == []
    assert listed(house, "severity=alarm") == []
    assert listed(house, "since=2024-05-02") == []
    assert len(listed(house, f"since=2024-05-01&party_id={house.party_id}&state=open")) == 5
    assert listed(house, "class_code=dairy") == []
    assert get(house, f"{FINDINGS}?code=nonsense").status_code == 400
    assert get(house, f"{FINDINGS}?after={house.party_id}").status_code == 404


@pytest.mark.usefixtures("other")
def test_a_spreadsheet_gets_the_same_rows(house: House) -> None:
    answer = house.ask("GET", f"{FINDINGS}.csv?code=over_sale", role="authority")

    rows = list(csv.DictReader(StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))

    assert answer.content_type == "text/csv; charset=utf-8"
    assert [(row["code"], row["subject"], row["seqs"]) for row in rows] == [
        ("over_sale", RICE, "2 3")
    ]
