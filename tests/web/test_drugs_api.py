"""Packs of drugs over HTTP: who is told what, once only, and what is refused."""

import json
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.web.drug_world import (
    CASE,
    GTIN,
    PACKS,
    Counter,
    classify,
    deliver,
    pharmacy,
    record,
    seen,
)
from tests.web.epcis_world import check, seal_now
from tests.web.house import House
from tests.web.issuing_world import errors_of, send

VERIFY, OUT, BACK = (f"/api/v1/drugs/{name}" for name in ("verify", "decommission", "reverse"))


def body_of(answer: TestResponse) -> dict[str, Any]:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, Any] = json.loads(answer.get_data())
    return found


def look(house: House, *codes: str, **by: Any) -> list[dict[str, Any]]:
    packs = [{"code": code} for code in codes]
    found: list[dict[str, Any]] = body_of(send(house, "POST", VERIFY, {"packs": packs}, **by))[
        "packs"
    ]
    return found


def supply(house: House, shop: Counter, *codes: str, once: str | None = None) -> dict[str, Any]:
    body = {"codes": list(codes), "reason": "supplied", "site": shop.site}
    return body_of(send(house, "POST", OUT, body, key=shop.key, once=once))


def entry_count(house: House) -> int:
    seal_now(house)
    return check(house)


def test_a_pack_is_told_in_plain_words_and_in_the_codes_of_both_systems(house: House) -> None:
    shop = pharmacy(house)
    deliver(house, shop, *PACKS)

    good, bad = look(house, f"(01){GTIN}(21)S1(10)L1(17)270131", f"(01){GTIN}(21)S2(10)L9")

    assert (good["code"], good["may_be_supplied"]) == ("active", True)
    assert (good["lot"], good["expires_on"]) == ("L1", "2027-01-31")
    assert good["dscsa"] == {
        "verified": True,
        "verificationFailureReason": None,
        "additionalInfo": None,
    }
    assert (bad["code"], bad["title_zh"]) == ("batch_mismatch", "批号不符")
    assert bad["eu"] == {"return_code": "NMVS_FE_LOT_13", "is_sourced": True}
    assert bad["dscsa"]["verificationFailureReason"] == "No_match_GTIN_Serial_Lot"


def test_what_the_label_says_may_stand_beside_the_code(house: House) -> None:
    shop = pharmacy(house)
    deliver(house, shop, *PACKS)
    asked = {"code": PACKS[0], "lot": "L9", "expires_on": "2027-02-28"}

    (found,) = body_of(send(house, "POST", VERIFY, {"packs": [asked]}))["packs"]

    assert found["codes"] == ["batch_mismatch", "expiry_mismatch"]
    assert found["dscsa"]["verificationFailureReason"] == "No_match_GTIN_Serial_Lot_Expiry"


def test_a_code_that_cannot_be_read_does_not_fail_the_others(sqlite_house: House) -> None:
    shop = pharmacy(sqlite_house)
    deliver(sqlite_house, shop, *PACKS)
    packs = [{"code": "hello there"}, {"code": PACKS[0], "lot": "L1"}]

    found = body_of(send(sqlite_house, "POST", VERIFY, {"packs": packs}))

    assert [(one["code"], one["compared"]) for one in found["packs"]] == [("active", ["lot"])]
    assert [one["path"] for one in found["unread"]] == ["packs[0].code"]


def test_goods_of_another_class_are_no_drug(sqlite_house: House) -> None:
    shop = pharmacy(sqlite_house)
    deliver(sqlite_house, shop, *PACKS)
    classify(sqlite_house, "dairy")
    body = {"codes": [PACKS[0]], "reason": "supplied", "site": shop.site}

    (found,) = look(sqlite_house, PACKS[0])
    done = body_of(send(sqlite_house, "POST", OUT, body, key=shop.key))

    assert (found["code"], found["is_genuine"]) == ("not_a_drug", False)
    assert [one["refusal"] for one in done["packs"]] == ["not_a_drug"]


def test_a_key_that_was_used_for_another_request_is_a_conflict(sqlite_house: House) -> None:
    shop = pharmacy(sqlite_house)
    deliver(sqlite_house, shop, *PACKS)
    supply(sqlite_house, shop, PACKS[0], once="k1")
    body = {"codes": [PACKS[1]], "reason": "destroyed", "site": shop.site}

    other = send(sqlite_house, "POST", OUT, body, key=shop.key, once="k1")

    assert (other.status_code, errors_of(other)) == (409, ["Idempotency-Key"])
    assert look(sqlite_house, PACKS[1])[0]["code"] == "active"


def test_a_pack_is_handed_out_once_and_put_back_by_the_same_counter(house: House) -> None:
    shop = pharmacy(house)
    deliver(house, shop, *PACKS)

    first = supply(house, shop, PACKS[0], once="k1")
    entries = entry_count(house)
    again = supply(house, shop, PACKS[0], once="k1")
    later = supply(house, shop, PACKS[0])
    body = {"codes": [PACKS[0]], "reason": "supplied", "site": shop.site, "still_here": True}
    back = body_of(send(house, "POST", BACK, body, key=shop.key))

    assert (first["done_count"], first["packs"][0]["state"]) == (1, "supplied")
    assert first["packs"][0]["title_zh"] == "已售出或已使用"
    assert again == first
    assert later["packs"][0]["refusal"] == "already_in_state"
    assert later["packs"][0]["eu"]["return_code"] == "NMVS_NC_PCK_19"
    assert (back["done_count"], back["packs"][0]["state"]) == (1, "active")
    assert entry_count(house) == entries + 1


def test_a_case_gives_mixed_results_pack_by_pack(house: House) -> None:
    shop = pharmacy(house)
    deliver(house, shop, *PACKS, in_case=True)
    record(house, seen(9, PACKS[1], disposition="recalled"))

    done = supply(house, shop, CASE)

    assert (done["done_count"], done["refused_count"]) == (3, 1)
    assert [one["refusal"] for one in done["packs"]] == [None, "recalled", None, None]
    assert {one["through"] for one in done["packs"]} == {CASE}


def test_to_see_a_supplied_pack_elsewhere_goes_on_record_once(house: House) -> None:
    shop, other = pharmacy(house), pharmacy(house, 22, "仁济药店")
    deliver(house, shop, *PACKS)
    supply(house, shop, PACKS[0])
    before = entry_count(house)

    own = look(house, PACKS[0], key=shop.key)
    first = look(house, PACKS[0], key=other.key)
    again = look(house, PACKS[0], key=other.key)

    assert [one[0]["is_alert"] for one in (own, first, again)] == [False, True, True]
    assert entry_count(house) == before + 1
    (told,) = look(house, PACKS[0], role="authority")
    assert [alert["party_id"] for alert in told["alerts"]] == [str(other.party_id)]
    assert [one["alerts"] for one in first] == [[]]
    assert first[0]["by_party"] is None


def test_with_whom_a_pack_is_the_authority_is_told_and_a_stranger_is_not(house: House) -> None:
    shop, other = pharmacy(house), pharmacy(house, 22, "仁济药店")
    deliver(house, shop, *PACKS)

    by_reader = [
        look(house, PACKS[0], role="authority")[0],
        look(house, PACKS[0], key=shop.key)[0],
        look(house, PACKS[0], key=other.key)[0],
    ]

    assert [one["holder"] for one in by_reader] == [str(shop.party_id), str(shop.party_id), None]
    assert [one["may_know_hands"] for one in by_reader] == [True, True, False]


def test_the_chain_of_a_pack_is_read_by_its_code(house: House) -> None:
    shop = pharmacy(house)
    deliver(house, shop, *PACKS)
    path = f"/api/v1/drugs/(01){GTIN}(21)S1/custody"

    found = body_of(send(house, "GET", path, role="authority"))

    assert (found["is_whole"], found["gaps"]) == (True, [])
    assert (found["maker"], found["holder"]) == (str(house.party_id), str(shop.party_id))
    assert [link["receivers"] for link in found["links"]] == [[str(shop.party_id)]]
    assert send(house, "GET", "/api/v1/drugs/nothing/custody").status_code == 400


@pytest.mark.parametrize(
    ("path", "body", "wrong"),
    [
        (VERIFY, {"packs": []}, ["packs"]),
        (VERIFY, {"packs": [{"code": "hello there"}]}, ["packs[0].code"]),
        (OUT, {"codes": [PACKS[0]], "reason": "active", "site": "x"}, ["reason"]),
        (OUT, {"codes": [PACKS[0]], "reason": "lent", "site": "x"}, ["reason"]),
        (OUT, {"codes": [PACKS[0]], "reason": "supplied"}, ["site"]),
        (OUT, {"codes": [PACKS[0]], "reason": "supplied", "site": "nowhere"}, ["site"]),
        (BACK, {"codes": [PACKS[0]], "site": "x", "still_here": "yes"}, ["still_here"]),
    ],
)
def test_a_wrong_request_is_refused_by_its_field(
    sqlite_house: House, path: str, body: dict[str, Any], wrong: list[str]
) -> None:
    answer = send(sqlite_house, "POST", path, body)

    assert answer.status_code == 400
    assert errors_of(answer) == wrong


def test_more_packs_than_one_request_may_name_are_refused(sqlite_house: House) -> None:
    many = [{"code": f"(01){GTIN}(21)S{number}"} for number in range(501)]

    answer = send(sqlite_house, "POST", VERIFY, {"packs": many})

    assert (answer.status_code, errors_of(answer)) == (400, ["packs"])


def test_what_the_profile_of_a_vaccine_asks_for_is_sent_as_details(house: House) -> None:
    shop = pharmacy(house)
    deliver(house, shop, *PACKS)
    classify(house, "vaccine")
    body = {"codes": [PACKS[0]], "reason": "supplied", "site": shop.site}
    details = {
        "sx:vaccinatorName": "王医生",
        "sx:recipientName": "token-1",
        "sx:informedConsent": True,
    }

    refused = send(house, "POST", OUT, body, key=shop.key)
    done = send(house, "POST", OUT, {**body, "details": details}, key=shop.key)
    wrong = send(house, "POST", OUT, {**body, "details": {"epcList": "x"}}, key=shop.key)

    assert (refused.status_code, errors_of(refused)) == (
        400,
        ["details.sx:vaccinatorName", "details.sx:recipientName", "details.sx:informedConsent"],
    )
    assert body_of(done)["done_count"] == 1
    assert wrong.status_code == 400


@pytest.mark.parametrize("class_code", ["drug", "tcm", "vet_drug"])
def test_every_operation_passes_the_profile_of_its_goods(house: House, class_code: str) -> None:
    shop = pharmacy(house)
    packs = [f"https://id.gs1.org/01/{GTIN}/21/P{number}" for number in range(9)]
    deliver(house, shop, *packs)
    classify(house, class_code)
    reasons = ["supplied", "destroyed", "stolen", "sample", "exported", "checked_out", "locked"]

    for code, reason in zip(packs, [*reasons, "inactive"], strict=False):
        body = {"codes": [code], "reason": reason, "site": shop.site}
        done = body_of(send(house, "POST", OUT, body, key=shop.key))
        assert done["done_count"] == 1, (reason, done)
    seen_again = look(house, *packs, key=pharmacy(house, 22, "仁济药店").key)
    assert sum(one["is_alert"] for one in seen_again) == 4
