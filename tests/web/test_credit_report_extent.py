"""What an edition of a credit report holds: it never denies what stands elsewhere."""

import json
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from credit.feeds.registry import OWN_FEED
from credit.folding.projector import bring_up_credit
from credit.intake.batches import Door
from credit.intake.taking import take_batch
from credit.reporting.papers import check_report_file
from parties.actors import CONSOLE
from tests.codes.labels.samples import text_of_pdf
from tests.credit.samples import penalty, serious, uscc
from tests.web.credit_world import hand_in
from tests.web.epcis_world import vkey_of
from tests.web.house import House
from tests.web.issuing_world import made
from tests.web.test_credit_reports_api import ask, files
from web.credit_feeds import intake_desk


@pytest.fixture
def world(sqlite_house: House) -> House:
    sqlite_house.clock.instant = datetime(2026, 6, 1, tzinfo=UTC)
    return sqlite_house


def show(house: House, evidence: str, reference: str, shown: str) -> None:
    """Let the trace ledger show something of the first party."""
    row = {
        "reference": reference,
        "name": "青岛第1食品有限公司",
        "uscc": uscc(1),
        "evidence": evidence,
        "shown": shown,
        "shown_on": "2026-05-01",
        "entries": "1",
    }
    desk = intake_desk(house.services)
    batch = take_batch(desk, CONSOLE, OWN_FEED, orjson.dumps(row), door=Door.OWN)
    assert batch.accepted == 1, batch.message
    bring_up_credit(house.services.engine, house.services.log)


def inspected(result: str, number: str) -> dict[str, str]:
    return {
        "sample_no": number,
        "name": "青岛第1食品有限公司",
        "uscc": uscc(1),
        "role": "生产",
        "product": "风味酸乳",
        "result": result,
        "failed_item": "恩诺沙星" if result == "不合格" else "",
        "sampled_on": "2026-04-01",
        "authority": "青岛市市场监督管理局",
    }


def report(house: House, **body: Any) -> tuple[Any, bytes, str]:
    """Return what a report says, its file, and the text of its paper without breaks of lines."""
    data, pdf = files(house, made(ask(house, 1, **body))["number"])
    return json.loads(data)["report"], data, "".join(text_of_pdf(pdf).split())


def test_a_public_report_says_that_it_lacks_the_trace_and_does_not_deny_it(world: House) -> None:
    show(world, "failed_test", "test:107", "恩诺沙星")

    told, _data, paper = report(world)

    assert (told["trace"], told["trace_held"]) == ([], "recalls")
    assert "追溯记录（单列，不计入以上各部分）0（只计召回）" in paper
    assert "公开版只列召回，不含检测不合格等其他追溯记录；公开版未列不等于没有。" in paper
    assert "没有记录。" not in paper
    assert "恩诺沙星" not in paper


def test_a_public_report_says_of_each_section_whether_it_holds_all_of_it(world: House) -> None:
    minor = penalty(1, cf_wsh="轻微1号", cf_cflb="警告", cf_nr_fk="")
    hand_in(world, "penalty", minor)
    hand_in(world, "inspection", inspected("不合格", "抽1号"))

    told, _data, paper = report(world)

    held = {one["id"]: (one["held"], len(one["facts"])) for one in told["sections"]}
    assert held["administration"] == ("published", 0)
    assert held["base"] == ("all", 0)
    assert held["abnormal"] == ("published", 0)
    assert "2行政管理信息0（只计公开的）" in paper
    assert "没有依法公开的记录。不公开的记录不在公开版内，公开版未列不等于没有。" in paper


def test_what_the_trace_shows_stands_in_its_own_section_alone_and_is_proven(world: House) -> None:
    show(world, "failed_test", "test:107", "恩诺沙星")
    show(world, "own_recall", f"own_recall:R1:{uscc(1)}", "R1")

    full, data, paper = report(world, edition="full")
    public, _data, _paper = report(world)

    assert [fact for section in full["sections"] for fact in section["facts"]] == []
    assert [(one["code"], one["what"]) for one in full["trace"]] == [
        ("own_recall", "R1"),
        ("failed_test", "恩诺沙星"),
    ]
    assert "2026-05-01检测不合格：恩诺沙星" in paper
    assert "10其他信息未采集" in paper
    assert "test:107" not in paper
    assert [one["code"] for one in public["trace"]] == ["own_recall"]
    checked = check_report_file(data, [vkey_of(world)])
    assert (checked.facts, checked.facts_proven) == (2, 2)


def test_an_inspection_is_told_in_words_and_is_not_published(world: House) -> None:
    hand_in(world, "inspection", inspected("不合格", "抽1号"), inspected("合格", "抽2号"))

    told, _data, paper = report(world, edition="full")

    assert "检验结论：不合格" in paper
    assert "检验结论：合格" in paper
    assert "failed" not in paper
    assert "passed" not in paper
    assert "公示至" not in paper
    assert "不对外公示，自2031-04-02起不再计入" in paper
    (first, _second) = next(
        one["facts"] for one in told["sections"] if one["id"] == "administration"
    )
    assert first["published"] is False


def test_a_class_that_a_list_fixes_is_told_with_the_list(world: House) -> None:
    hand_in(world, "serious_listing", serious(1))

    told, _data, paper = report(world, edition="full")

    assert (told["evaluation"]["why"], told["evaluation"]["grade"]) == ("veto", "D")
    assert "等级依据：列入严重违法失信名单，直接定为D级，不按分数。" in paper
