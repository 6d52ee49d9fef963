"""Where a code that was read leads: to what this ledger says of it, and to nowhere else."""

from typing import Any, Final

import pytest

from tests.parties.samples import gtin_uri
from tests.web.epcis_world import readable
from tests.web.house import House
from tests.web.issuing_world import codes_of, new_block, new_product
from tests.web.resolver_world import BROWSER, keep

HTML: Final = BROWSER["Accept"]
AT_PRODUCT: Final = gtin_uri(1).removeprefix("https://id.gs1.org")


def steps(house: House, text: str) -> list[dict[str, Any]]:
    answer = readable(house.ask("POST", "/api/v1/codes/identify", json={"text": text}))
    found: list[dict[str, Any]] = answer.get_json()["readings"][0]["actions"]
    return found


def label(code: dict[str, Any]) -> str:
    """Return the text of a seed label (农作物种子标签二维码编码规则 4)."""
    return f"郑单958\r\n晴禾种业有限公司\r\n{code['code']}\r\n{code['address']}"


@pytest.mark.parametrize("form", ["{}", "\ufeff{}\r\n"], ids=["as printed", "as sent"])
def test_the_label_of_a_seed_leads_to_what_is_recorded_of_its_unit(house: House, form: str) -> None:
    code = codes_of(house, new_block(house, kind="seed_unit"))[0]

    (step,) = steps(house, form.format(label(code)))
    page = house.ask("GET", step["href"], headers={"Accept": HTML})

    assert step["href"] == f"/t/{code['code']}?as=cn_seed_unit_code"
    assert step["title"]["zh"] == "查询记录"
    assert page.status_code == 200
    assert "原味酸奶" in page.text


def test_the_page_that_scans_shows_that_way(house: House) -> None:
    code = codes_of(house, new_block(house, kind="seed_unit"))[0]

    page = house.client.post("/scan/reading", data={"text": label(code)}).text

    assert f'href="/t/{code["code"]}?as=cn_seed_unit_code"' in page


def test_a_code_leads_to_the_ledgers_page_where_its_owner_leads_elsewhere(house: House) -> None:
    new_product(house)
    text = f"https://trace.example{AT_PRODUCT}/10/L1"
    before = steps(house, text)[0]["href"]
    keep(house, gtin_uri(1), href="https://maker.example/", is_default=True)

    after = steps(house, text)[0]["href"]

    assert (before, after) == (f"{AT_PRODUCT}/10/L1", f"/page{AT_PRODUCT}/10/L1")
    assert house.ask("GET", after, headers={"Accept": HTML}).status_code == 200
