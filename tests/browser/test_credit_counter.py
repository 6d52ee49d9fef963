"""The counter in a real browser: one field, the answer in a glance, on paper, and the gate."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO

import pikepdf
import pytest
from playwright.sync_api import Page, expect

from base.clock import CIVIL_ZONE
from tests.browser.looking import AXE, breaches, enter, follow, overhang
from tests.credit.samples import csv_of, serious, uscc
from tests.live import LiveServer, manage

pytestmark = pytest.mark.browser

# Of this file alone: the installation is shared with other tests.
NUMBER, OTHER = 90_611, 90_612
NAME = f"青岛第{NUMBER}食品有限公司"
LISTED_ON = (datetime.now(tz=CIVIL_ZONE) - timedelta(days=100)).date().isoformat()
CHECK = "/work/credit/check"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter:
    """A running installation with an authority's key and two parties on a list."""

    live: LiveServer
    key: str

    def enter(self, page: Page, path: str = CHECK) -> None:
        """Sign in as the authority and go on where it wanted to go."""
        enter(page, f"{self.live.url}{path}", self.key)


@pytest.fixture(scope="module")
def counter(live_server: LiveServer, tmp_path_factory: pytest.TempPathFactory) -> Counter:
    rows = [serious(number, listed_on=LISTED_ON) for number in (NUMBER, OTHER)]
    file = tmp_path_factory.mktemp("credit") / "serious.csv"
    file.write_bytes(csv_of(rows))
    held = manage(live_server.env, "credit", "take", "serious_listing", str(file))
    batch = re.search(r"batch (\S+) held", held.stdout)
    if batch is not None:
        # Nobody has told of these parties before: somebody looks at it and takes it.
        live_server.manage("credit", "release", batch[1], "--reason", "已核对")
    key = live_server.manage("key", "grant", "--role", "authority", "--label", "counter").strip()
    return Counter(live=live_server, key=key)


def test_a_code_is_answered_in_one_glance_and_on_one_sheet_of_paper(
    counter: Counter, page: Page
) -> None:
    counter.enter(page)
    page.get_by_label("统一社会信用代码，或名称").fill(uscc(NUMBER))
    page.get_by_label("办理事项").select_option(label="评优评先")
    page.get_by_role("button", name="查询").click()

    verdict = page.locator(".credit-verdict")
    expect(verdict).to_contain_text("列入惩戒名单：1 个")
    expect(verdict).to_contain_text(NAME)
    expect(page.locator("main")).to_contain_text("《市场监督管理严重违法失信名单管理办法》")
    expect(page.locator("main")).to_contain_text("不予授予荣誉称号、表彰奖励")
    expect(page.locator("main")).not_to_contain_text("MG-01")

    page.emulate_media(media="print")
    expect(page.locator(".credit-letterhead")).to_be_visible()
    expect(page.locator(".credit-ask")).to_be_hidden()
    expect(page.get_by_role("link", name="登记已适用").first).to_be_hidden()
    expect(page.locator(".credit-print")).to_contain_text(re.compile(r"\d{8}(-[0-9A-F]{4}){4}"))
    paper = page.pdf(prefer_css_page_size=True)
    with pikepdf.open(BytesIO(paper)) as pdf:
        assert len(pdf.pages) == 1
        width, height = (round(float(one)) for one in pdf.pages[0].mediabox[2:])
        assert (width, height) == (595, 842)


def test_a_link_by_code_fills_the_field_and_is_answered_at_once(
    counter: Counter, page: Page
) -> None:
    counter.enter(page, f"{CHECK}?uscc={uscc(NUMBER)}")

    expect(page.get_by_label("统一社会信用代码，或名称")).to_have_value(uscc(NUMBER))
    expect(page.locator(".credit-verdict")).to_contain_text(NAME)


def test_a_name_is_chosen_from_and_who_is_not_known_is_not_clean(
    counter: Counter, page: Page
) -> None:
    counter.enter(page)
    page.get_by_label("统一社会信用代码，或名称").fill(f"第{NUMBER}食品")
    page.keyboard.press("Enter")
    expect(page.locator(".credit-verdict")).to_have_count(0)

    page.get_by_role("link", name=re.compile(f"是这一个.*{NAME}")).click()
    expect(page.locator(".credit-verdict")).to_contain_text("列入惩戒名单")

    page.get_by_label("统一社会信用代码，或名称").fill(uscc(90_699))
    page.keyboard.press("Enter")
    expect(page.locator(".credit-verdict")).to_contain_text("查无信息不等于信用良好")


def test_an_ended_measure_is_refused_in_words_and_one_in_force_is_reported(
    counter: Counter, page: Page
) -> None:
    counter.enter(page, f"{CHECK}?q={uscc(OTHER)}&matter=honours")
    page.get_by_role("link", name="登记其他措施").click()
    page.get_by_label("措施", exact=True).select_option("MG-01")
    page.get_by_role("button", name="登记已适用").click()

    expect(page.get_by_role("alert")).to_contain_text("已拒绝，未登记任何内容")
    expect(page.get_by_role("alert")).to_contain_text("已于 2024-04-30 失效")

    page.get_by_label("措施", exact=True).select_option("MZ-03")
    page.get_by_label("本单位文号").fill("评优 2026-7")
    page.get_by_role("button", name="登记已适用").click()

    expect(page.get_by_role("status")).to_contain_text("已写入账本")
    expect(page.locator("main")).to_contain_text("在用：1 项")


def test_a_party_is_watched_from_its_record_and_given_up(counter: Counter, page: Page) -> None:
    counter.enter(page, f"/work/credit/parties/{uscc(NUMBER)}")
    follow(page.get_by_role("link", name="关注这个主体"))
    expect(page.get_by_label("统一社会信用代码", exact=True)).to_have_value(uscc(NUMBER))

    form = page.get_by_role("form", name="关注一个主体")
    form.get_by_label("关注事由").fill("在办采购")
    follow(form.get_by_role("button", name="关注"))
    expect(page.get_by_role("status")).to_contain_text("新关注：1 个")
    expect(page.get_by_role("link", name=NAME)).to_be_visible()

    follow(page.get_by_role("button", name="取消关注"))
    expect(page.get_by_role("status")).to_contain_text("已取消关注")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_pages_of_credit_fit_a_phone_and_are_accessible(
    counter: Counter, page: Page, scheme: str
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": 360, "height": 800})
    counter.enter(page)
    found, wide = [], []

    for path in (
        f"{CHECK}?q={uscc(NUMBER)}",
        f"/work/credit/apply?uscc={uscc(NUMBER)}",
        f"/work/credit/parties/{uscc(NUMBER)}",
        "/work/credit/measures",
        "/work/credit/watches",
        "/work/credit/watches/hook",
        "/work/credit/lists/serious_violation",
        "/work/credit/lists/serious_violation/changes",
        "/work/credit/lists/tax_violation/term?listed=2026-04-01",
        "/credit/lists/serious_violation",
    ):
        page.goto(f"{counter.live.url}{path}")
        if overhang(page) > 0:
            wide.append(path)
        if AXE.is_file():
            found += [f"{path}: {one}" for one in breaches(page)]

    assert wide == []
    assert found == []
