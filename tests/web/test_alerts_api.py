"""Alerts, heat maps, bursts and told places over HTTP."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from werkzeug.test import TestResponse

from base.db import transaction
from parties.drafts import ProductDraft
from parties.register import register_product
from tests.instances import observation, serial
from tests.parties.samples import NOW, gtin_uri, new_party
from tests.web.epcis_world import get, new_key, post_document, readable
from tests.web.house import House
from tests.web.scan_world import ITEM, bursts, phone, put_alert, record, written

ALERTS = "/api/v1/alerts"


def items(answer: TestResponse) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: list[dict[str, Any]] = readable(answer).get_json()["items"]
    return found


def judge(house: House, alert_id: UUID, role: str, **body: Any) -> TestResponse:
    said = {"state": "explained", "note": "a trade fair", **body}
    path = f"{ALERTS}/{alert_id}/judgement"
    return readable(house.ask("POST", path, role=role, json=said))


@pytest.fixture
def own(house: House) -> UUID:
    """Give the id of an alert about the house's own goods, beside another party's."""
    put_alert(house, serial(77), party_id=new_party(house.services.engine, 5))
    return put_alert(house, party_id=house.party_id, minutes=1)


def test_an_alert_says_what_was_counted_and_whose_goods_it_is_about(
    house: House, own: UUID
) -> None:
    (alert,) = items(get(house, ALERTS))

    assert (alert["id"], alert["code"], alert["rule"]) == (str(own), ITEM, "many_devices")
    assert alert["says_en"] == "Within 30 days, 14 different devices scanned this code."
    assert alert["says_zh"] == "30 天之内，有 14 台不同的设备扫过这个码。"
    assert (alert["state"], alert["is_public"]) == ("open", True)
    assert alert["details"]["numbers"] == {"count": 14}


def test_a_producer_sees_its_own_alerts_and_the_authority_everybodys(
    house: House, own: UUID
) -> None:
    other, _ = new_key(house, 9)
    whole = f"{ALERTS}/{own}"

    assert [row["code"] for row in items(get(house, ALERTS, role="authority"))] == [
        ITEM,
        serial(77),
    ]
    assert len(items(get(house, ALERTS, role="auditor"))) == 2
    assert items(get(house, ALERTS, key=other)) == []
    assert get(house, whole).status_code == get(house, whole, role="authority").status_code == 200
    assert get(house, whole, key=other).status_code == 404
    assert get(house, f"{ALERTS}/{uuid4()}", role="authority").status_code == 404


def test_a_producer_that_asks_for_anothers_alerts_gets_its_own(house: House, own: UUID) -> None:
    other = items(get(house, ALERTS, role="authority"))[1]["party_id"]

    assert [row["id"] for row in items(get(house, f"{ALERTS}?party_id={other}"))] == [str(own)]
    of_other = items(get(house, f"{ALERTS}?party_id={other}", role="authority"))
    assert [row["code"] for row in of_other] == [serial(77)]


def test_the_list_goes_on_page_by_page_newest_first(house: House) -> None:
    made = [str(put_alert(house, serial(n), party_id=house.party_id, minutes=n)) for n in range(5)]
    seen: list[str] = []
    path = f"{ALERTS}?limit=2&rule=many_devices&state=open"

    while path:
        answer = get(house, path)
        seen += [row["id"] for row in items(answer)]
        link = answer.headers.get("Link", "")
        path = link[1 : link.find(">")]
        assert not path or "rule=many_devices" in path

    assert seen == made[::-1]


def test_filters_by_rule_state_and_day(house: House) -> None:
    put_alert(house, serial(1), party_id=house.party_id, rule="after_sale")
    put_alert(house, serial(2), party_id=house.party_id, state="confirmed", minutes=1)
    put_alert(house, serial(3), party_id=house.party_id, minutes=3 * 24 * 60)

    def codes(query: str) -> list[str]:
        return [row["code"] for row in items(get(house, f"{ALERTS}?{query}"))]

    assert codes("rule=after_sale") == [serial(1)]
    assert codes("state=confirmed") == [serial(2)]
    assert codes("since=2026-03-03") == [serial(3)]
    assert codes("rule=after_void") == []


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ("rule=nonsense", "rule"),
        ("state=odd", "state"),
        ("since=yesterday", "since"),
        ("x=1", "x"),
        ("limit=0", "limit"),
    ],
)
def test_a_wrong_filter_is_refused_by_its_name(sqlite_house: House, query: str, path: str) -> None:
    answer = get(sqlite_house, f"{ALERTS}?{query}")

    assert answer.status_code == 400
    assert [one["path"] for one in answer.get_json()["errors"]] == [path]


def test_the_time_line_has_letters_for_devices(house: House) -> None:
    record(house)
    for number in (1, 2, 1):
        phone(house, number).open(ITEM)
        house.clock.instant += timedelta(minutes=11)
    rows = written(house)
    alert = put_alert(house, party_id=house.party_id)

    answer = get(house, f"{ALERTS}/{alert}")

    whole = answer.get_json()
    assert [scan["device"] for scan in whole["timeline"]] == ["A", "B", "A"]
    assert (whole["scan_count"], whole["scanned_first_at"][:10]) == (3, "2026-03-01")
    assert all(row.device.hex() not in answer.get_data(as_text=True) for row in rows)


def test_an_owner_explains_and_the_authority_confirms_and_both_are_kept(
    house: House, own: UUID
) -> None:
    explained = judge(house, own, "producer")
    house.clock.instant += timedelta(hours=1)
    confirmed = judge(house, own, "authority", state="confirmed", note="copies were found")

    assert (explained.status_code, explained.get_json()["state"]) == (200, "explained")
    assert confirmed.get_json()["judged_by"].startswith("key:")
    said = get(house, f"{ALERTS}/{own}").get_json()["judgements"]
    owner = f"party:{house.party_id.hex[-16:]}"
    assert [(one["state"], one["note"]) for one in said] == [
        ("explained", "a trade fair"),
        ("confirmed", "copies were found"),
    ]
    assert said[0]["by"] == owner
    # It is no evidence about goods.
    assert house.acts.told == []


def test_the_same_judgement_again_changes_nothing(house: House, own: UUID) -> None:
    first = judge(house, own, "producer").get_json()
    house.clock.instant += timedelta(hours=1)

    again = judge(house, own, "producer").get_json()

    assert again == first
    assert len(get(house, f"{ALERTS}/{own}").get_json()["judgements"]) == 1


def test_an_owner_does_not_contradict_the_authority_until_it_opens_the_alert_again(
    house: House, own: UUID
) -> None:
    judge(house, own, "authority", state="confirmed", note="copies")

    refused = judge(house, own, "producer")
    judge(house, own, "authority", state="open", note="look again")
    accepted = judge(house, own, "producer")

    assert (refused.status_code, accepted.status_code) == (409, 200)


@pytest.mark.parametrize("state", ["confirmed", "open"])
def test_an_owner_only_explains(house: House, own: UUID, state: str) -> None:
    refused = judge(house, own, "producer", state=state)

    assert refused.status_code == 400
    assert [one["path"] for one in refused.get_json()["errors"]] == ["state"]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"note": ""}, "note"),
        ({"note": "   "}, "note"),
        ({"note": "x" * 501}, "note"),
        ({"note": "a\nb"}, "note"),
        ({"state": "fake"}, "state"),
        ({"more": 1}, "more"),
    ],
)
def test_a_judgement_without_sense_is_refused_by_its_field(
    sqlite_house: House, body: dict[str, Any], path: str
) -> None:
    alert = put_alert(sqlite_house, party_id=sqlite_house.party_id)

    refused = judge(sqlite_house, alert, "producer", **body)

    assert refused.status_code == 400
    assert [one["path"] for one in refused.get_json()["errors"]] == [path]


def test_nobody_judges_anothers_goods_and_goods_of_nobody_are_the_authoritys(house: House) -> None:
    of_other = put_alert(house, serial(3), party_id=new_party(house.services.engine, 6))
    of_nobody = put_alert(house, serial(4))

    assert judge(house, of_other, "producer").status_code == 404
    assert judge(house, of_nobody, "producer").status_code == 404
    assert judge(house, of_nobody, "auditor").status_code == 403
    assert judge(house, of_nobody, "authority").status_code == 200


def _product(house: House, number: int, party_id: UUID) -> str:
    uri = gtin_uri(number)
    with transaction(house.services.engine) as connection:
        register_product(
            connection, ProductDraft(party_id=party_id, uri=uri, name_zh="米"), now=NOW
        )
    return uri


def _scan_somewhere(house: House, uri: str, count: int, first: int = 0) -> None:
    item = f"{uri}/21/S1"
    assert post_document(house, observation(item)).status_code == 202
    for number in range(first, first + count):
        visitor = phone(house, number)
        visitor.open(item)
        assert tell(house, item, number).status_code == 204
    written(house)


def tell(house: House, code: str, number: int = 1, **body: Any) -> TestResponse:
    place = {"code": code, "lat_tenths": 380, "lon_tenths": 1145, **body}
    visitor = phone(house, number)
    return readable(
        house.client.post(
            "/api/v1/scans/place",
            json=place,
            headers={"User-Agent": visitor.browser, "Accept-Language": visitor.lang},
            environ_base={"REMOTE_ADDR": visitor.address},
        )
    )


def heat(house: House, query: str = "", **who: Any) -> dict[str, Any]:
    answer = get(house, f"/api/v1/scans/heat?{query}", **who)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, Any] = answer.get_json()
    return found


def test_a_producers_heat_map_holds_its_own_goods_alone(house: House) -> None:
    mine = _product(house, 1, house.party_id)
    other = _product(house, 2, new_party(house.services.engine, 8))
    _scan_somewhere(house, mine, 6)
    _scan_somewhere_of_other(house, other, 7)

    own, all_of_it = heat(house), heat(house, role="authority")
    of_one = heat(house, f"product={mine.rpartition('/')[2]}", role="auditor")

    cell = {"south_tenths": 380, "west_tenths": 1145, "scans": 6}
    assert own["cells"] == of_one["cells"] == [cell]
    assert all_of_it["cells"] == [{**cell, "scans": 13}]
    asked = get(house, f"/api/v1/scans/heat?product={other.rpartition('/')[2]}")
    assert asked.status_code == 404


def _scan_somewhere_of_other(house: House, uri: str, count: int) -> None:
    # The other party's goods, recorded by whoever saw them.
    _scan_somewhere(house, uri, count, first=100)


def test_the_days_of_a_heat_map_are_those_of_china_and_bounded(house: House) -> None:
    uri = _product(house, 1, house.party_id)
    _scan_somewhere(house, uri, 5)

    # 08:00 UTC on the first of March is that day in China too.
    assert heat(house, "from=2026-03-01&to=2026-03-01")["cells"]
    assert heat(house, "from=2026-02-01&to=2026-02-28")["cells"] == []
    for query in ("from=2026-03-02&to=2026-03-01", "from=2025-01-01&to=2026-03-01"):
        refused = get(house, f"/api/v1/scans/heat?{query}")
        assert refused.status_code == 400
        assert refused.get_json()["errors"][0]["path"] == "to"


def test_a_place_is_kept_with_the_scan_of_the_same_device(house: House) -> None:
    record(house)
    phone(house, 1).open(ITEM)
    phone(house, 2).open(ITEM)

    told = tell(house, ITEM, 1)
    house.clock.instant += timedelta(minutes=11)
    late = tell(house, ITEM, 2)

    assert (told.status_code, late.status_code) == (204, 204)
    assert told.get_data() == b""
    places = [row.lat_tenths for row in written(house)]
    assert sorted(places, key=str) == [380, None]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"lat_tenths": 901}, "lat_tenths"),
        ({"lon_tenths": -1801}, "lon_tenths"),
        ({"lat_tenths": 38.04}, "lat_tenths"),
        ({"lat_tenths": "380"}, "lat_tenths"),
        ({"accuracy": 5}, "accuracy"),
    ],
)
def test_a_place_that_is_finer_or_off_the_earth_is_refused(
    sqlite_house: House, body: dict[str, Any], path: str
) -> None:
    refused = tell(sqlite_house, ITEM, **body)

    assert refused.status_code == 400
    assert [one["path"] for one in refused.get_json()["errors"]] == [path]


def test_a_place_of_no_code_and_of_no_goods_is_taken_for_nothing(sqlite_house: House) -> None:
    assert tell(sqlite_house, "nonsense").status_code == 400
    assert tell(sqlite_house, "https://id.gs1.org/414/6901234567892").status_code == 204
    assert written(sqlite_house) == []


def test_a_form_of_another_site_tells_no_place(sqlite_house: House) -> None:
    body = json.dumps({"code": ITEM, "lat_tenths": 1, "lon_tenths": 1}).encode()

    # Another content type is all that a browser sends to another site without asking it first.
    answer = sqlite_house.client.post("/api/v1/scans/place", data=body, content_type="text/plain")

    assert answer.status_code == 415


def test_bursts_are_for_the_authority_and_the_operator(house: House) -> None:
    for number in range(22):
        phone(house, 1).open(f"/01/06901234567892/21/GUESS{number}")
    assert len(bursts(house)) == 1

    (row,) = items(get(house, "/api/v1/bursts", role="authority"))

    assert items(get(house, "/api/v1/bursts", role="operator")) == [row]
    assert get(house, "/api/v1/bursts", role="producer").status_code == 403
    assert (row["missed_count"], row["example"]) == (22, "/01/06901234567892/00/AAAAA00")
    assert len(row["address"]) == 24
