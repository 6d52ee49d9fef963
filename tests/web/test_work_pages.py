"""The workbench without script: the start, getting codes, prefixes, and who may see what."""

import json
import re
from pathlib import Path

import pytest

from tests.parties.samples import gtin_uri
from tests.web.house import House, open_house
from tests.web.issuing_world import (
    PREFIX,
    activation,
    confirmed_prefix,
    made,
    new_block,
    new_product,
    new_site,
    register,
    send,
    stranger,
)
from tests.web.signed_in import once_of, sign_in
from tests.web.work_world import (
    activation_form,
    at,
    blocks_of,
    error_of,
    label_form,
    text_of,
    value_of,
)


def test_the_start_page_shows_products_codes_and_prefixes(house: House) -> None:
    product = new_product(house, name="原味酸奶")
    block = new_block(house, product_id=product, count=24)
    confirmed_prefix(house)

    page = text_of(sign_in(house).get("/work"))

    assert "原味酸奶" in page
    assert f'href="/work/codes?product={product}"' in page
    assert f'href="{at(block)}"' in page
    assert f'href="/work/codes?prefix={PREFIX}"' in page


def test_codes_are_got_with_two_clicks(house: House) -> None:
    product, person = new_product(house), sign_in(house)
    page = person.get(f"/work/codes?product={product}")

    answer = person.post(
        "/work/codes", once=once_of(page), product=product, kind="gs1_serial", count="２４"
    )

    (block,) = blocks_of(house)
    assert (block["count"], block["kind"]) == (24, "gs1_serial")
    assert answer.headers["Location"] == f"{at(block)}?done=issued"
    assert "码已领到" in text_of(person.get(answer.headers["Location"]))


def test_a_form_that_is_sent_twice_makes_one_block(house: House) -> None:
    product, person = new_product(house), sign_in(house)
    once = once_of(person.get(f"/work/codes?product={product}"))
    form = {"once": once, "product": product, "kind": "gs1_serial"}

    first = person.post("/work/codes", count="5", **form)
    again = person.post("/work/codes", count="5", **form)
    changed = person.post("/work/codes", count="6", **form)

    assert first.headers["Location"] == again.headers["Location"]
    assert changed.headers["Location"] != first.headers["Location"]
    assert len(blocks_of(house)) == 2


@pytest.mark.parametrize(
    ("uri", "offered"),
    [
        (gtin_uri(1), ["gs1_serial", "suxin_serial"]),
        ("urn:example:millet", ["suxin_serial"]),
    ],
)
def test_the_kinds_that_are_offered_fit_the_product(
    sqlite_house: House, uri: str, offered: list[str]
) -> None:
    product = new_product(sqlite_house, uri=uri)

    page = text_of(sign_in(sqlite_house).get(f"/work/codes?product={product}"))

    assert re.findall(r'name="kind" value="(\w+)"', page) == offered


def test_a_pesticide_gets_unit_codes_of_its_registration(sqlite_house: House) -> None:
    house = sqlite_house
    product, person = new_product(house, uri="urn:example:p:1", name="吡虫啉"), sign_in(house)
    register(
        house,
        "certificates",
        kind="pesticide_registration",
        number="PD20092927",
        issuer="农业农村部",
        from_on="2020-01-01",
    )

    page = text_of(person.get(f"/work/codes?product={product}"))
    form = {"product": product, "kind": "pesticide_unit", "count": "3", "production": "1"}
    refused = person.post("/work/codes", registration="PD20092927", spec="1", **form)
    answer = person.post("/work/codes", registration="PD20092927", spec="001", **form)

    assert re.findall(r'name="kind" value="(\w+)"', page)[0] == "pesticide_unit"
    assert "三位数字" in error_of(refused, "codes", "spec")
    assert answer.status_code == 303
    assert blocks_of(house)[0]["scope"] == "10929271001"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"count": ""}, "count"),
        ({"count": "many"}, "count"),
        ({"count": "0"}, "count"),
        ({"count": "1000001"}, "count"),
        ({"count": "-5"}, "count"),
        ({"count": "9" * 40}, "count"),
    ],
)
def test_a_wrong_count_comes_back_beside_its_field(
    sqlite_house: House, changed: dict[str, str], field: str
) -> None:
    product, person = new_product(sqlite_house), sign_in(sqlite_house)

    answer = person.post(
        "/work/codes", product=product, **{"kind": "gs1_serial", "count": "5", **changed}
    )

    assert answer.status_code == 400
    assert error_of(answer, "codes", field)
    assert value_of(answer, "codes", field) == changed[field]
    assert blocks_of(sqlite_house) == []


def test_keys_are_made_under_a_prefix(sqlite_house: House) -> None:
    house, person = sqlite_house, sign_in(sqlite_house)
    confirmed_prefix(house)

    answer = person.post("/work/codes", prefix=PREFIX, kind="sscc", count="2", first="77")

    block = blocks_of(house)[0]
    assert answer.headers["Location"] == f"{at(block)}?done=issued"
    assert person.get("/work/codes?prefix=6921111").status_code == 404
    page = text_of(person.get(at(block)))
    assert 'id="activate"' not in page
    assert 'value="logistic_unit" selected' in page


def test_a_high_first_number_costs_a_tick_that_says_how_much(sqlite_house: House) -> None:
    house, person = sqlite_house, sign_in(sqlite_house)
    confirmed_prefix(house)
    form = {"prefix": PREFIX, "kind": "gln", "count": "1", "first": "9000"}

    asked = person.post("/work/codes", **form)
    got = person.post("/work/codes", **form, confirm_first="1")
    late = person.post("/work/codes", **form, confirm_first="1")

    assert asked.status_code == 400
    assert "9,000" in error_of(asked, "codes", "confirm_first")
    assert got.headers["Location"] == f"{at(blocks_of(house)[0])}?done=issued"
    assert "已发过号" in error_of(late, "codes", "first")
    assert len(blocks_of(house)) == 1


def test_a_code_that_was_scanned_leads_to_its_next_form(house: House) -> None:
    block, site, person = new_block(house), new_site(house), sign_in(house)
    path = f"/api/v1/code-blocks/{block['id']}"
    made(send(house, "POST", f"{path}/activations", activation(site, 1, 2, lot="M7")))
    made(send(house, "POST", f"{path}/voids", {"first": 3, "last": 3, "reason": "x"}))
    codes = send(house, "GET", f"{path}/codes").get_json()["items"]

    def shown(number: int) -> str:
        return text_of(person.get(f"/work/activate?code={codes[number - 1]['uri']}"))

    assert "M7" in shown(2)
    assert f'href="{codes[1]["uri"].removeprefix("https://id.gs1.org")}"' in shown(2)
    assert "贴有此标签的产品不得销售" in shown(3)
    assert 'id="activation-first" name="first" type="text" value="4"' in shown(4)
    assert f'action="{at(block)}/activate"' in shown(4)


@pytest.mark.parametrize("code", ["", "!!", gtin_uri(1), gtin_uri(1) + "/21/OWN1", "x" * 5000])
def test_a_code_that_is_not_ones_own_has_no_form(sqlite_house: House, code: str) -> None:
    new_block(sqlite_house)

    answer = sign_in(sqlite_house).get(f"/work/activate?code={code}")

    assert answer.status_code == 200
    assert "<form class" not in text_of(answer)


def test_what_is_somebody_elses_is_not_there(sqlite_house: House) -> None:
    house = sqlite_house
    block, site = new_block(house), new_site(house)
    other = sign_in(house, key=stranger(house))
    form = activation_form(site)
    path = f"/api/v1/code-blocks/{block['id']}/codes"
    code = send(house, "GET", path).get_json()["items"][0]["uri"]

    assert other.get(at(block)).status_code == 404
    assert other.get(f"{at(block)}/preview?format=pdf").status_code == 404
    assert other.post(f"{at(block)}/activate", **form).status_code == 404
    assert other.post(f"{at(block)}/labels", **label_form(block)).status_code == 404
    assert other.get(f"/work/codes?product={block['product_id']}").status_code == 404
    assert "不属于贵单位" in text_of(other.get(f"/work/activate?code={code}"))
    assert block["id"] not in text_of(other.get("/work/blocks"))


def test_prefixes_are_claimed_confirmed_and_given_up_on_pages(house: House) -> None:
    producer, operator = sign_in(house), sign_in(house, "operator")
    path = "/work/prefixes"

    claimed = producer.post(path, prefix="６９２１２３４５", evidence="证书 2026-1")
    waiting = text_of(operator.get(path))
    (claim,) = send(house, "GET", "/api/v1/prefixes").get_json()["items"]
    operator.post(f"{path}/{claim['id']}/confirm")
    confirmed = text_of(producer.get(path))
    ended = producer.post(f"{path}/{claim['id']}/end")

    assert claimed.status_code == ended.status_code == 303
    assert "第1农场" in waiting
    assert "证书 2026-1" in waiting
    assert f'href="/work/codes?prefix={PREFIX}"' in confirmed
    assert "已终止" in text_of(producer.get(path))


def test_every_product_is_in_reach_however_many_there_are(sqlite_url: str, tmp_path: Path) -> None:
    house = open_house(sqlite_url, tmp_path, page_size_max=2)
    names = ["原味酸奶", "草莓酸奶", "五常大米", "小米"]
    for number, name in enumerate(names, 1):
        new_product(house, gtin_uri(number), name)
    person = sign_in(house)

    for path, heading in (("/work", r"<h3>([^<]+)</h3>"), ("/work/codes", r"<strong>([^<]+)")):
        first = text_of(person.get(path))
        found = re.search(rf'href="({path}\?before=[^"]+)"', first)
        assert found is not None
        second = text_of(person.get(found[1]))
        shown = [re.findall(heading, page) for page in (first, second)]
        assert [len(some) for some in shown] == [2, 2]
        assert sorted(shown[0] + shown[1]) == sorted(names)
        assert f'href="{path}"' in second
        searched = text_of(person.get(f"{path}?find=　酸奶 "))
        assert set(re.findall(heading, searched)) == {"原味酸奶", "草莓酸奶"}
        assert 'name="find" type="search" value="酸奶"' in searched
        nothing = text_of(person.get(f"{path}?find=%"))
        assert re.findall(heading, nothing) == []
        assert "没有找到符合的产品" in nothing
    house.services.engine.dispose()


def test_few_products_need_no_search(sqlite_house: House) -> None:
    new_product(sqlite_house)

    page = text_of(sign_in(sqlite_house).get("/work"))

    assert 'name="find"' not in page


def test_older_claims_are_on_the_next_page(sqlite_url: str, tmp_path: Path) -> None:
    house = open_house(sqlite_url, tmp_path, page_size_max=2)
    person, operator = sign_in(house), sign_in(house, "operator")
    prefixes = [f"6921234{number}" for number in range(3)]
    for prefix in prefixes:
        person.post("/work/prefixes", prefix=prefix)

    orders = []
    for visitor in (person, operator):
        first = text_of(visitor.get("/work/prefixes"))
        found = re.search(r'href="(/work/prefixes\?after=[^"]+)"', first)
        assert found is not None
        second = text_of(visitor.get(found[1]))
        pages = [re.findall(r'class="code">([0-9]{8})<', page) for page in (first, second)]
        assert [len(page) for page in pages] == [2, 1]
        assert "/work/prefixes?after=" not in second
        orders.append([*pages[0], *pages[1]])
    assert orders[0] == orders[1][::-1]
    assert sorted(orders[0]) == prefixes
    assert "待确认：3 个" in text_of(operator.get("/work"))
    house.services.engine.dispose()


@pytest.mark.parametrize(
    ("prefix", "said"),
    [
        ("12", "6 至 12 位"),
        ("6921234", "692 至 695 开头的为 8 位"),
        ("69612345", "尚未向企业分配以 696、698、699 开头"),
        ("699123456", "尚未向企业分配以 696、698、699 开头"),
    ],
)
def test_a_prefix_that_cannot_be_says_why(sqlite_house: House, prefix: str, said: str) -> None:
    answer = sign_in(sqlite_house).post("/work/prefixes", prefix=prefix)

    assert answer.status_code == 400
    assert said in error_of(answer, "claim", "prefix")


def test_a_wrong_prefix_comes_back_with_what_was_typed(sqlite_house: House) -> None:
    answer = sign_in(sqlite_house).post("/work/prefixes", prefix="12", evidence="证书")

    assert "位" in error_of(answer, "claim", "prefix")
    assert value_of(answer, "claim", "prefix") == "12"
    assert value_of(answer, "claim", "evidence") == "证书"


def test_what_somebody_typed_is_never_markup(sqlite_house: House) -> None:
    block, site, person = new_block(sqlite_house), new_site(sqlite_house), sign_in(sqlite_house)
    nasty = '"><script>alert(1)</script>'

    answers = [
        person.post(f"{at(block)}/activate", **activation_form(site, lot=nasty)),
        person.post(f"{at(block)}/labels", **label_form(block, title=nasty, last="99")),
        person.post("/work/prefixes", prefix=nasty),
        person.get(f"/work/activate?code={nasty}"),
        person.post(f"{at(block)}/labels", preview="1", **label_form(block, title=nasty)),
    ]

    assert [b"<script>alert" in answer.get_data() for answer in answers] == [False] * 5


def test_blocks_are_listed_in_pages(sqlite_url: str, tmp_path: Path) -> None:
    house = open_house(sqlite_url, tmp_path, page_size_max=2)
    product, person = new_product(house), sign_in(house)
    ids = [new_block(house, product_id=product)["id"] for _ in range(3)]

    first = text_of(person.get("/work/blocks"))
    older = re.search(r'href="(/work/blocks\?after=\d+)"', first)
    assert older is not None
    second = text_of(person.get(older[1]))

    assert [one in first for one in ids] == [False, True, True]
    assert [one in second for one in ids] == [True, False, False]
    for odd in ("x", "-1", "９", "9" * 30):
        assert person.get(f"/work/blocks?after={odd}").status_code == 200
    house.services.engine.dispose()


def test_pages_are_in_english_too(sqlite_house: House) -> None:
    block, person = new_block(sqlite_house), sign_in(sqlite_house)

    for path in ("/work", "/work/codes", at(block), "/work/prefixes", "/work/blocks"):
        page = person.get(path, lang="en").get_data(as_text=True)
        said = re.sub(r"<(?:option|text|input|textarea)[^>]*>[^<]*", "", page)
        said = said.replace("中文", "").replace("200克", "")
        assert not re.findall(r"[\u4e00-\u9fff]+", said), path


def test_the_answers_of_a_page_are_json_for_nobody(sqlite_house: House) -> None:
    person = sign_in(sqlite_house)

    answer = person.client.get("/work/blocks/x", headers={"Accept": "application/json"})

    assert answer.status_code == 404
    assert json.loads(answer.get_data())["status"] == 404


@pytest.mark.parametrize(
    "nasty", ["\x00", "\ud7ff\U0001f4a9", "９" * 30, "1e9", "x" * 100_000, "\r\n"]
)
def test_nothing_that_is_typed_breaks_a_form(sqlite_house: House, nasty: str) -> None:
    house = sqlite_house
    block, site, person = new_block(house), new_site(house), sign_in(house)
    token = person.token()
    forms = {
        "/work/codes": {"product": block["product_id"], "kind": "gs1_serial", "count": "1"},
        "/work/prefixes": {"prefix": PREFIX, "evidence": ""},
        f"{at(block)}/activate": activation_form(site),
        f"{at(block)}/void": {"first": "1", "last": "1", "reason": "x", "is_sure": "1"},
        f"{at(block)}/labels": label_form(block),
    }
    broken = []

    for path, form in forms.items():
        for name in (*form, "once"):
            data = {"csrf_token": token, **form, name: nasty}
            answer = person.client.post(path, data=data)
            if answer.status_code >= 500:
                broken.append((path, name, answer.status_code))

    assert broken == []
