"""What a party reads of its records: how each ends, by which rows, and where it is proven."""

import re
from datetime import timedelta

import orjson
import pytest

from credit.feeds.registry import OWN_FEED
from credit.folding.projector import bring_up_credit
from credit.intake.batches import Door
from credit.intake.taking import take_batch
from parties.actors import CONSOLE
from tests.web.credit_world import hand_in, penalty
from tests.web.house import House
from tests.web.signed_in import sign_in
from tests.web.test_credit_case_pages import ask, at_of, code_of, fact_of
from tests.web.test_credit_inspection_repair import MARKET, sample
from tests.web.work_world import text_of
from web.credit_feeds import intake_desk

MINE = "/work/credit/mine"


def show(house: House, reference: str, evidence: str) -> None:
    """Let the trace ledger show something of the party of a house."""
    row = {
        "reference": reference,
        "name": "青岛第1食品有限公司",
        "uscc": code_of(house),
        "evidence": evidence,
        "shown": "恩诺沙星",
        "shown_on": "2026-11-05",
        "entries": "7",
    }
    taken = take_batch(
        intake_desk(house.services), CONSOLE, OWN_FEED, orjson.dumps(row), door=Door.OWN
    )
    assert taken.accepted == 1, taken.message
    bring_up_credit(house.services.engine, house.services.log)


def records_of(house: House) -> list[str]:
    page = text_of(sign_in(house).get(MINE))
    return re.findall(r'<li class="case-record">.*?</li>', page, re.DOTALL)


@pytest.fixture
def house(sqlite_house: House) -> House:
    sqlite_house.clock.instant += timedelta(days=300)
    return sqlite_house


@pytest.mark.parametrize(
    ("reference", "evidence", "told"),
    [
        ("test:7", "failed_test", "请更正该事件"),
        ("own_recall:R1:x", "own_recall", "召回撤回后"),
        ("finding:1", "finding", "该异常撤销确认后"),
    ],
)
def test_evidence_of_the_trace_says_how_it_ends_and_not_how_it_is_repaired(
    house: House, reference: str, evidence: str, told: str
) -> None:
    show(house, reference, evidence)

    (record,) = records_of(house)

    assert "追溯证据不适用信用修复" in record
    assert told in record
    assert "最短公示期" not in record
    assert ('href="/work/entries/7"' in record) is (evidence == "failed_test")
    assert reference not in record


def test_an_inspection_that_was_passed_says_nothing_of_repair(house: House) -> None:
    hand_in(
        house, "inspection", sample(code_of(house), "XBJ3", MARKET, result="合格", failed_item="")
    )

    (record,) = records_of(house)

    assert "修复" not in record


def test_a_repaired_record_does_not_say_when_it_stops_and_names_row_and_repair_apart(
    house: House,
) -> None:
    hand_in(house, "penalty", penalty(1, cf_xdr_shxym=code_of(house), cf_jdrq="2026-04-01"))
    authority = sign_in(house, "authority")
    before = records_of(house)[0]
    at = at_of(ask(sign_in(house), fact_of(house)))
    authority.post(f"{at}/steps", page=at, step="accept")
    done = {"decision": "青农信修〔2026〕1号", "decided_on": "2026-12-26", "reason": "核实"}
    at_of(authority.post(f"{at}/steps", page=at, step="approve", **done))

    (after,) = records_of(house)

    seqs = {text: re.findall(r"/ledger/proof/[^/]+/([0-9]+)", text) for text in (before, after)}
    assert "自行停止公示" in before
    assert "自行停止公示" not in after
    assert len(seqs[before]) == 1
    assert seqs[after][0] == seqs[before][0] != seqs[after][1]
    assert "后经账本条目变更" in after
