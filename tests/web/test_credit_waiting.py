"""The start page of an authority tells what waits for it in credit, and a party's tells nothing."""

import re
from datetime import timedelta
from typing import Any

import pytest

from base.db import reading
from credit.casework.waiting import cases_waiting, measures_to_lift, warnings_open
from tests.credit.samples import csv_of, serious, uscc
from tests.web.credit_world import hand_in, penalty, run_rules
from tests.web.house import House
from tests.web.issuing_world import send
from tests.web.signed_in import sign_in
from tests.web.test_credit_case_pages import ask, at_of, code_of, fact_of
from tests.web.test_credit_feed_pages import take, upload
from tests.web.work_world import text_of
from web.credit import today

DAYS = ("2026-09-01", "2026-10-01", "2026-11-01")


def told_on(page: str) -> dict[str, str]:
    """Return what the start page says waits, by where it leads."""
    section = re.search(r'aria-labelledby="waiting".*?</section>', page, re.DOTALL)
    rows = re.findall(r"<li.*?</li>", section[0] if section else "", re.DOTALL)
    return {
        re.findall(r'href="([^"]+)"', row)[0]: " ".join(re.sub(r"<[^>]+>", " ", row).split())
        for row in rows
    }


@pytest.fixture
def house(sqlite_house: House) -> House:
    """One party got three penalties in ninety days; eight are on a list, and one has a penalty."""
    house = sqlite_house
    house.clock.instant += timedelta(days=265)
    own = penalty(1, cf_xdr_shxym=code_of(house), cf_jdrq="2026-04-01")
    more = [penalty(3, cf_wsh=f"青农罚〔2026〕{at}号", cf_jdrq=day) for at, day in enumerate(DAYS)]
    hand_in(house, "penalty", own, *more)
    run_rules(house)
    hand_in(house, "serious_listing", *map(serious, range(4, 12)))
    return house


def _apply_and_withdraw(house: House) -> None:
    """Let a measure stand on an entry of a list whose basis is annulled then."""
    body = {"uscc": uscc(4), "measure": "MZ-03", "matter": "honours"}
    applied = send(house, "POST", "/api/v1/credit/applications", body, role="authority")
    assert applied.status_code == 201, applied.get_data(as_text=True)
    record = f"/api/v1/credit/record?uscc={uscc(4)}"
    (fact,) = send(house, "GET", record, role="authority").get_json()["facts"]
    annulled: dict[str, Any] = {
        "kind": "withdrawal",
        "uscc": uscc(4),
        "facts": [fact["id"]],
        "reason": "撤销",
        "decision": "青市监撤〔2026〕1号",
        "decided_on": house.clock.now().date().isoformat(),
    }
    done = send(house, "POST", "/api/v1/credit/cases", annulled, role="authority")
    assert done.status_code == 201, done.get_data(as_text=True)


def test_the_start_page_of_an_authority_tells_what_waits_and_what_is_late(house: House) -> None:
    authority = sign_in(house, "authority")
    assert told_on(text_of(authority.get("/work"))) == {"/work/credit/warnings": "风险预警 待办 1"}

    at_of(ask(sign_in(house), fact_of(house)))
    body = csv_of([serious(number) for number in range(20, 49)])
    take(authority, upload(authority, body, feed="serious_listing"), feed="serious_listing")
    _apply_and_withdraw(house)
    before = told_on(text_of(authority.get("/work")))
    house.clock.instant += timedelta(days=60)
    after = told_on(text_of(sign_in(house, "authority").get("/work")))

    assert before == {
        "/work/credit/measures": "应予解除的措施 待解除 1",
        "/work/credit/cases": "信用案件 待办 2",
        "/work/credit/warnings": "风险预警 待办 1",
        "/work/credit/feeds": "待审核的数据批次 待办 1",
    }
    assert after["/work/credit/cases"] == "信用案件 逾期 2"
    assert told_on(text_of(sign_in(house).get("/work"))) == {}
    assert "/work/credit/measures" not in told_on(text_of(sign_in(house, "auditor").get("/work")))


def test_what_waits_is_counted_no_further_than_it_is_told(house: House) -> None:
    parts = house.services
    at_of(ask(sign_in(house), fact_of(house)))

    with reading(parts.engine) as connection:
        on, log = today(parts), parts.log
        assert warnings_open(connection, log, most=0) == 1
        assert cases_waiting(connection, log, on, most=10).others == 1
        assert measures_to_lift(connection, log, on, {"key:0"}, most=10) == 0
