"""The page behind a report's QR: genuine or not, of which day, current or superseded, compared."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from trace.sheets.grid import GridLimits
from typing import Any
from urllib.parse import urlsplit

import pytest

from credit.intake.erasing import erase_records
from credit.intake.taking import IntakeDesk
from parties.actors import CONSOLE
from tests.codes.labels.samples import raster, read_all, text_of_pdf
from tests.credit.samples import penalty, serious, uscc
from tests.web.credit_world import hand_in
from tests.web.epcis_world import seal_now
from tests.web.house import House
from tests.web.issuing_world import made, send
from tests.web.signed_in import visitor
from tests.web.work_world import text_of

REPORTS = "/api/v1/credit/reports"
PERSON = "11010519491231002X"


@pytest.fixture
def world(sqlite_house: House) -> House:
    sqlite_house.clock.instant = datetime(2026, 6, 1, tzinfo=UTC)
    hand_in(sqlite_house, "penalty", penalty(1))
    return sqlite_house


def issue(house: House, **body: Any) -> dict[str, Any]:
    values = {"uscc": uscc(1), "issued_to": "政务服务中心", "purpose": "资质审查", **body}
    report: dict[str, Any] = made(send(house, "POST", REPORTS, values, role="authority"))
    return report


def file_of(house: House, report: dict[str, Any], name: str) -> bytes:
    path = f"{REPORTS}/{report['number']}/report.{name}"
    return bytes(send(house, "GET", path, role="authority").data)


def path_of(link: str) -> str:
    parts = urlsplit(link)
    return f"{parts.path}?{parts.query}"


def test_the_code_on_the_printed_paper_leads_to_a_page_that_knows_it(
    world: House, tmp_path: Path
) -> None:
    pdf = file_of(world, issue(world), "pdf")

    (symbol,) = read_all(raster(pdf, tmp_path, dpi=150)[0])
    answer = visitor(world).get(path_of(symbol.text))

    page = text_of(answer)
    assert answer.status_code == 200
    assert "真实，且仍为最新" in page
    assert "青岛第1食品有限公司" in page
    assert "政务服务中心" in page
    assert "资质审查" in page
    assert "2026-06-01" in page
    assert "青农罚〔2026〕1号" not in page
    assert answer.headers["Cache-Control"] == "no-store"


def issue_personal(house: House) -> dict[str, Any]:
    body = {
        "number": PERSON,
        "issued_to": "银行",
        "purpose": "贷款审查",
        "authorisation_sha256": "ab" * 32,
        "authorised_until": "2026-07-01",
    }
    path = "/api/v1/credit/personal-reports"
    report: dict[str, Any] = made(send(house, "POST", path, body, role="authority"))
    return report


def test_the_page_of_a_persons_report_names_nobody(world: House, tmp_path: Path) -> None:
    report = issue_personal(world)
    pdf = file_of(world, report, "pdf")

    (symbol,) = read_all(raster(pdf, tmp_path, dpi=150)[0])
    page = text_of(visitor(world).get(path_of(symbol.text)))

    assert symbol.text == report["link"]
    assert "真实，且仍为最新" in page
    assert "自然人（报告不载姓名）" in page
    assert PERSON not in page + text_of_pdf(pdf)


def test_a_report_of_whoever_was_erased_is_worth_nothing(world: House, tmp_path: Path) -> None:
    report, parts = issue_personal(world), world.services
    desk = IntakeDesk(
        journal=parts.credit_journal,
        clock=parts.clock,
        secret=parts.secret,
        limits=GridLimits(rows_max=10, bytes_max=1 << 20, unzipped_bytes_max=1 << 20),
    )

    erase_records(desk, CONSOLE, PERSON, "本人申请", folder=tmp_path)
    page = text_of(visitor(world).get(path_of(report["link"])))
    gone = send(world, "GET", f"{REPORTS}/{report['number']}/report.pdf", role="authority")

    assert "曾经出具，现已删除" in page
    assert "银行" not in page
    assert gone.status_code == 404


def test_a_report_whose_facts_have_changed_is_superseded(world: House) -> None:
    link = issue(world)["link"]

    hand_in(world, "serious_listing", serious(1))

    assert "真实，但已过时" in text_of(visitor(world).get(path_of(link)))


def test_a_look_back_says_nothing_of_today(world: House) -> None:
    world.clock.instant += timedelta(days=1)
    back = issue(world, edition="full", day="2026-06-01", known_at="2026-06-01T00:00:00Z")

    assert "历史回看" in text_of(visitor(world).get(path_of(back["link"])))


def test_without_the_code_nothing_is_told_of_a_number(world: House) -> None:
    number = issue(world)["number"]
    anybody = visitor(world)

    real, invented = (
        anybody.get(f"/credit/reports/{one}?code=0000000000")
        for one in (number, "CR20260601-0000000000")
    )
    without = anybody.get(f"/credit/reports/{number}")
    posted = anybody.client.post(f"/credit/reports/{number}", data=b"")

    codes = [one.status_code for one in (real, invented, without, posted)]
    assert codes == [404] * 4
    assert text_of(real).replace(number, "") == text_of(invented).replace(
        "CR20260601-0000000000", ""
    )
    assert "青岛第1食品有限公司" not in text_of(real)


def test_number_and_code_can_be_typed(world: House) -> None:
    report = issue(world)
    code = report["link"].rpartition("=")[2]
    anybody = visitor(world)

    found = anybody.get(f"/credit/reports?number={report['number'].lower()}&code={code}")
    wrong = anybody.get("/credit/reports?number=17&code=x")

    assert (found.status_code, found.headers["Location"]) == (303, path_of(report["link"]))
    assert "没有这一编号和核验码的报告" in text_of(wrong)


def test_a_file_is_compared_on_the_page(world: House) -> None:
    report = issue(world)
    seal_now(world)
    paper, data = (file_of(world, report, name) for name in ("pdf", "json"))
    changed = bytearray(paper)
    changed[len(changed) // 2] ^= 1

    def compared(body: bytes) -> str:
        sent = {"file": (BytesIO(body), "report")}
        return text_of(visitor(world).client.post(path_of(report["link"]), data=sent))

    assert "逐字节一致" in compared(paper)
    assert "逐字一致" in compared(data)
    assert "不是出具的那份文件" in compared(bytes(changed))
    assert "请选择报告文件" in compared(b"")
