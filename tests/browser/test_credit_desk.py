"""The desk of credit in a real browser: a repair to its receipts, an objection, a batch."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select
from werkzeug.serving import make_server

from base.db import reading
from parties.actors import Role
from parties.keys import KeyRequest, grant
from parties.tables import PARTY
from tests.browser.looking import enter, follow, is_fit
from tests.credit.samples import csv_of, penalty, serious
from tests.parties.samples import NOW
from tests.web.credit_world import hand_in
from tests.web.house import House, open_house
from tests.web.issuing_world import made, send

pytestmark = pytest.mark.browser

GROUND = "未取得食品生产许可从事食品生产"


@pytest.fixture
def served(sqlite_url: str, tmp_path: Path) -> Iterator[tuple[House, str]]:
    """Give a house whose party is on a list and was fined, and the address it is served under."""
    house = open_house(sqlite_url, tmp_path / "data")
    house.clock.instant = datetime(2026, 11, 25, 1, tzinfo=UTC)
    hand_in(house, "serious_listing", serious(1, uscc=code_of(house), listed_on="2025-06-01"))
    hand_in(house, "penalty", penalty(1, cf_xdr_shxym=code_of(house), cf_jdrq="2026-10-09"))
    server = make_server("127.0.0.1", 0, house.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield house, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    house.services.engine.dispose()


def code_of(house: House) -> str:
    with reading(house.services.engine) as connection:
        statement = select(PARTY.c.uscc).where(PARTY.c.id == house.party_id)
        return str(connection.execute(statement).scalar_one())


def _enter(browser: Browser, url: str, key: str, path: str, *, width: int = 1280) -> Page:
    context = browser.new_context(locale="zh-CN", viewport={"width": width, "height": 900})
    page = context.new_page()
    enter(page, url + path, key)
    return page


def _open(page: Page, step: str) -> None:
    """Unfold the form of a step that the page offers."""
    page.locator("summary", has_text=step).first.click()


def test_a_repair_goes_from_the_application_to_the_receipt_of_whoever_lifts(
    browser: Browser, served: tuple[House, str], tmp_path: Path
) -> None:
    house, url = served
    applied = {"uscc": code_of(house), "measure": "MZ-03", "matter": "honours"}
    made(send(house, "POST", "/api/v1/credit/applications", applied, role="authority"))
    paper = tmp_path / "整改报告.pdf"
    paper.write_bytes(b"%PDF-1.7 mended")

    party = _enter(browser, url, house.keys["producer"], "/work/credit/mine", width=360)
    is_fit(party)
    follow(party.locator("li", has_text=GROUND).get_by_role("link", name="申请信用修复"))
    is_fit(party)
    party.locator("#new-reason").fill("已取得许可，违法行为已纠正")
    party.locator("#new-documents").set_input_files(paper)
    party.get_by_role("button", name="申请").click()
    expect(party.locator("#new-commitment-error")).to_have_text("未作出承诺，不能申请信用修复。")
    expect(party.locator("#new-reason")).to_have_value("已取得许可，违法行为已纠正")
    is_fit(party)
    party.locator("#new-commitment").check()
    party.get_by_role("button", name="申请").click()
    expect(party.get_by_role("status")).to_contain_text("已写入账本")
    is_fit(party)

    desk = _enter(browser, url, house.keys["authority"], "/work/credit/cases")
    is_fit(desk)
    desk.get_by_role("link", name="信用修复").click()
    expect(desk.get_by_role("link", name="整改报告.pdf")).to_be_visible()
    _open(desk, "受理")
    desk.get_by_role("button", name="受理").click()
    expect(desk.get_by_role("status")).to_contain_text("已写入账本")
    _open(desk, "准予修复")
    desk.locator("#step-approve-reason").fill("核实")
    desk.locator("#step-approve-decision").fill("青市监信修〔2026〕1号")
    desk.locator("#step-approve-decided_on").fill("2026-11-25")
    desk.get_by_role("button", name="准予修复").click()
    expect(desk.locator("main")).to_contain_text("应当解除")
    is_fit(desk)
    desk.get_by_role("link", name="在用措施").click()
    desk.get_by_role("button", name="已解除").click()
    expect(desk.get_by_role("status")).to_be_visible()

    party.goto(url + "/work/credit/mine")
    party.locator("#cases ~ ul").get_by_role("link", name="信用修复").click()
    expect(party.locator("main")).to_contain_text("已解除")
    expect(party.locator("main")).to_contain_text("青市监信修〔2026〕1号")
    is_fit(party)


def test_an_objection_that_is_upheld_takes_the_record_out(
    browser: Browser, served: tuple[House, str]
) -> None:
    house, url = served
    party = _enter(browser, url, house.keys["producer"], "/work/credit/mine", width=360)
    party.locator("li", has_text="青农罚").get_by_role("link", name="提出异议").click()
    party.locator("#new-reason").fill("该处罚的对象不是我公司")
    party.get_by_role("button", name="提出异议").click()
    expect(party.get_by_role("status")).to_contain_text("已写入账本")

    desk = _enter(browser, url, house.keys["authority"], "/work/credit/cases?kind=objection")
    desk.get_by_role("link", name="异议").click()
    _open(desk, "异议成立")
    desk.locator("#step-uphold-reason").fill("经核查，当事人名称录入有误")
    desk.get_by_role("button", name="异议成立").click()
    expect(desk.get_by_role("status")).to_contain_text("已写入账本")
    is_fit(desk)

    party.goto(url + "/work/credit/mine")
    record = party.locator("li", has_text="青农罚")
    expect(record).to_contain_text("已撤销")
    expect(record.get_by_role("link", name="提出异议")).to_have_count(0)


def test_a_batch_with_dirt_is_tried_out_held_released_and_its_rows_are_told(
    browser: Browser, served: tuple[House, str], tmp_path: Path
) -> None:
    house, url = served
    request = KeyRequest(label="second", role=Role.AUTHORITY, party_id=None)
    other = grant(house.services.engine, request, now=NOW, record=lambda *_: None).text or ""
    rows = [
        penalty(20),
        penalty(21, cf_jdrq="2026-09-31"),
        penalty(22, cf_cfjg="某某局"),
        penalty(23, cf_cflb="呵呵"),
    ]
    file = tmp_path / "双公示.csv"
    file.write_bytes(csv_of(rows))

    first = _enter(browser, url, house.keys["authority"], "/work/credit/feeds")
    is_fit(first)
    follow(first.get_by_role("link", name="行政处罚"))
    is_fit(first)
    first.locator("#upload-file").set_input_files(file)
    first.get_by_role("button", name="先试读").click()
    expect(first.locator("main")).to_contain_text("提交后将暂扣待复核")
    expect(first.locator("main")).to_contain_text("2026-09-31")
    is_fit(first)
    first.get_by_role("button", name="提交（将暂扣待复核）").click()
    expect(first.locator("main")).to_contain_text("须由另一人复核后放行")
    is_fit(first)

    second = _enter(browser, url, other, "/work/credit/feeds", width=360)
    is_fit(second)
    second.locator("#held ~ ul").get_by_role("link", name="行政处罚").click()
    second.locator("#release-reason").fill("已电话核实，本月分批报送")
    second.get_by_role("button", name="放行").click()
    expect(second.get_by_role("status")).to_contain_text("已记入账本")
    is_fit(second)
    second.get_by_role("link", name="机关类别不明").click()
    expect(second.locator("#rows")).to_have_text("机关类别不明")
    expect(second.locator("main")).to_contain_text("某某局")
    with second.expect_download() as marked:
        second.get_by_role("link", name="标注错误的文件").click()
    assert marked.value.suggested_filename.endswith(".xlsx")
    is_fit(second)
