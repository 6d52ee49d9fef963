"""What a code is, over the API: every reading, masked persons, refusals with their place."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import structlog
from structlog.typing import EventDict
from werkzeug.test import TestResponse

from codes.text import TEXT_CHARS_MAX
from tests.web.epcis_world import readable
from tests.web.house import House, open_house

GTIN = "6901234567892"
PERSON = "130102199003077774"
FNC1 = "\x1d"
IDENTIFY = "/api/v1/codes/identify"


def post(house: House, body: Any) -> TestResponse:
    return readable(house.ask("POST", IDENTIFY, json=body))


def ask(house: House, query: str) -> TestResponse:
    return readable(house.ask("GET", f"{IDENTIFY}?{query}"))


def identify(house: House, **query: str) -> dict[str, Any]:
    answer = post(house, query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.get_json() == ask(house, urlencode(query)).get_json()
    body: dict[str, Any] = answer.get_json()
    assert bool(body["readings"]) is not bool(body["problems"])
    return body


def test_a_bar_code_number_leads_to_its_product(sqlite_house: House) -> None:
    body = identify(sqlite_house, text=GTIN)

    first = body["readings"][0]
    assert first["scheme"] == "gtin13"
    assert first["title"] == {"zh": "商品条码 GTIN-13", "en": "GTIN-13"}
    assert first["category"] == "trade_item"
    assert first["uri"] == f"https://id.gs1.org/01/0{GTIN}"
    assert first["fields"]["gtin14"] == f"0{GTIN}"
    assert first["actions"] == [
        {"title": {"zh": "查看产品", "en": "See the product"}, "href": f"/01/0{GTIN}"}
    ]
    assert [reading["rank"] for reading in body["readings"]] == [1, 2]
    assert not body["is_ambiguous"]


@pytest.mark.parametrize("prefix", ["]d2", "]C1", "]Q3", FNC1])
def test_what_a_scanner_reads_of_gs1_is_one_item(sqlite_house: House, prefix: str) -> None:
    text = f"{prefix}010{GTIN}17261231" + f"10ABC{FNC1}21S/1"

    (reading,) = identify(sqlite_house, text=text)["readings"]

    assert reading["text"] == f"(01)0{GTIN}(17)261231(10)ABC(21)S/1"
    assert reading["fields"] == {"01": f"0{GTIN}", "17": "261231", "10": "ABC", "21": "S/1"}
    assert reading["warnings"] == []
    assert reading["actions"][0]["href"] == f"/01/0{GTIN}/21/S%2F1"


def test_twenty_digits_are_asked_about(sqlite_house: House) -> None:
    body = identify(sqlite_house, text="81234567890123456789")

    assert body["is_ambiguous"]
    assert [reading["actions"][0]["href"] for reading in body["readings"]] == [
        "/t/81234567890123456789?as=cn_drug_trace20",
        "/t/81234567890123456789?as=cn_mofcom_trace20",
    ]


def test_every_reading_leads_somewhere_on_this_host(sqlite_house: House) -> None:
    for text in (
        GTIN,
        f"(01)0{GTIN}(10)A#1?",
        "https://id.gs1.org/414/6901234567892/254/B1",
        "urn:epc:id:sscc:0614141.1234567890",
        "国药准字H20013028",
        "13010019900101",
        "81234567890123456789",
    ):
        for reading in identify(sqlite_house, text=text)["readings"]:
            for action in reading["actions"]:
                page = sqlite_house.ask("GET", action["href"], headers={"Accept": "text/html"})
                # Nothing is recorded in an empty house: the page says so, and asks nothing.
                assert page.status_code in (307, 404), action
                assert "我们不替您猜" not in page.get_data(as_text=True)


def test_a_category_leaves_one_reading(sqlite_house: House) -> None:
    body = identify(sqlite_house, text="81234567890123456789", category="drug")

    assert [reading["scheme"] for reading in body["readings"]] == ["cn_drug_trace20"]


def test_the_number_of_a_person_goes_out_nowhere(sqlite_house: House) -> None:
    for category in ("", "agri_product", "party"):
        query = {"text": PERSON} | ({"category": category} if category else {})
        answer = post(sqlite_house, query)

        body = answer.get_data(as_text=True)
        assert PERSON not in body
        assert PERSON[6:14] not in body
        assert all(reading["is_personal"] for reading in answer.get_json()["readings"])
        assert all(reading["actions"] == [] for reading in answer.get_json()["readings"])


def test_a_refusal_says_rule_norm_and_place(sqlite_house: House) -> None:
    (problem,) = identify(sqlite_house, text="6901234567893")["problems"]

    assert problem["rule"] == "check_digit"
    assert problem["position"] == 12
    assert "GB 12904" in problem["norm"]
    assert problem["message"] == "the check digit of a GTIN-13 should be 2"
    assert problem["message_zh"].startswith("校验位不符")


@pytest.mark.parametrize(
    ("query", "path"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": "9" * (TEXT_CHARS_MAX + 1)}, "text"),
        ({"text": GTIN, "category": "weapon"}, "category"),
        ({"text": GTIN, "lang": "zh"}, "lang"),
    ],
)
def test_a_wrong_question_names_its_field(
    sqlite_house: House, query: dict[str, str], path: str
) -> None:
    answer = ask(sqlite_house, urlencode(query))

    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["path"] == path


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "text"),
        ({"text": ""}, "text"),
        ({"text": None}, "text"),
        ({"text": 6901234567892}, "text"),
        ({"text": "9" * (TEXT_CHARS_MAX + 1)}, "text"),
        ({"text": GTIN, "category": "weapon"}, "category"),
        ({"text": GTIN, "lang": "zh"}, "lang"),
        ([GTIN], ""),
    ],
)
def test_a_wrong_body_names_its_field(sqlite_house: House, body: Any, path: str) -> None:
    answer = post(sqlite_house, body)

    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["path"] == path
    assert GTIN not in answer.get_data(as_text=True)


def test_a_megabyte_is_refused_before_it_is_read(sqlite_house: House) -> None:
    answer = post(sqlite_house, {"text": "9" * (1 << 20)})

    assert answer.status_code == 413


def test_questions_are_counted_together_whichever_door_they_come_by(
    sqlite_url: str, tmp_path: Path
) -> None:
    house = open_house(sqlite_url, tmp_path, identify_minute_max=2)

    answers = [post(house, {"text": GTIN}), ask(house, f"text={GTIN}"), post(house, {"text": GTIN})]
    house.services.engine.dispose()

    assert [answer.status_code for answer in answers] == [200, 200, 429]


def _said_while(house: House, method: str, path: str, **options: Any) -> list[EventDict]:
    """Return what was logged while every part behind the doors is broken."""

    def fail(**_parts: str) -> str:
        raise RuntimeError

    for endpoint in house.app.view_functions:
        house.app.view_functions[endpoint] = fail
    with structlog.testing.capture_logs() as logs:
        assert house.ask(method, path, **options).status_code == 500
    return logs


@pytest.mark.parametrize(
    ("method", "path", "rule"),
    [
        ("GET", f"/t/{PERSON}", "/t/<path:code>"),
        ("GET", f"/page/t/{PERSON}", "/page/t/<path:code>"),
        ("GET", f"/t/?code={PERSON}", "/t/"),
        ("GET", f"{IDENTIFY}?text={PERSON}", IDENTIFY),
        ("POST", IDENTIFY, IDENTIFY),
    ],
)
def test_a_failure_is_logged_without_what_was_asked(
    sqlite_house: House, method: str, path: str, rule: str
) -> None:
    body = {"json": {"text": PERSON}} if method == "POST" else {}

    logs = _said_while(sqlite_house, method, path, **body)

    assert [line["rule"] for line in logs if line["event"] == "request_failed"] == [rule]
    assert PERSON not in json.dumps(logs, default=repr)


def test_a_text_asked_twice_is_refused(sqlite_house: House) -> None:
    answer = ask(sqlite_house, f"text={GTIN}&text={GTIN}")

    assert answer.status_code == 400
    assert answer.get_json()["errors"][0]["code"] == "twice"


@pytest.mark.parametrize("text", ["%00", "%ff%fe", "%ed%a0%80", "%F0%9F%8D%8E", "%E2%80%AE"])
def test_any_bytes_are_read_or_refused(sqlite_house: House, text: str) -> None:
    answer = ask(sqlite_house, f"text={text}")

    assert answer.status_code == 200
    assert answer.get_json()["readings"] == []
