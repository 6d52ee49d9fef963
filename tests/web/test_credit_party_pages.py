"""A party's credit on pages: each fact with source, clock and proof, and nobody else's."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from base.db import reading
from parties.tables import PARTY
from tests.credit.samples import penalty, serious, uscc
from tests.web.credit_world import hand_in
from tests.web.house import House
from tests.web.issuing_world import send
from tests.web.signed_in import sign_in
from tests.web.work_world import text_of
from web.pages.credit.clock import clock_of

ME = "/work/credit/me"


def _party(number: int) -> str:
    return f"/work/credit/parties/{uscc(number)}"


@pytest.fixture
def told(house: House) -> House:
    house.clock.instant = datetime(2026, 6, 1, tzinfo=UTC)
    with reading(house.services.engine) as connection:
        statement = select(PARTY.c.uscc).where(PARTY.c.id == house.party_id)
        own = str(connection.execute(statement).scalar_one())
    hand_in(house, "penalty", penalty(7, cf_xdr_shxym=own), penalty(1))
    hand_in(house, "serious_listing", serious(1))
    return house


def test_a_fact_is_told_with_its_source_article_clock_and_proof(told: House) -> None:
    page = text_of(sign_in(told, "authority").get(_party(1)))

    assert "青农罚〔2026〕1号" in page
    assert "《农产品质量安全法》第七十条" in page
    assert "2026-07-02 起可申请修复" in page
    assert "2027-04-02 到期自动停止" in page
    assert "来源：行政处罚" in page
    assert "文件第 3 行" in page
    assert 'href="/ledger/proof/' in page
    assert "50,000.00 元" in page
    assert "《信用修复管理办法》" in page
    assert "《市场监督管理严重违法失信名单管理办法》（市场监管总局令第44号）第二十条" in page
    assert '<p class="credit-letter">D</p>' in page


def test_a_party_reads_its_own_record_and_nobody_elses(told: House) -> None:
    person = sign_in(told)

    mine = text_of(person.get(ME))

    assert f'href="{ME}"' in text_of(person.get("/work"))
    assert "青农罚〔2026〕7号" in mine
    assert "青农罚〔2026〕1号" not in mine
    assert "/work/credit/check" not in mine
    assert person.get(_party(1)).status_code == 404
    assert sign_in(told, "operator").get(ME).status_code == 403


def test_a_repaired_fact_stays_in_the_record_and_counts_no_longer(told: House) -> None:
    told.clock.instant += timedelta(days=60)
    facts = send(told, "GET", "/api/v1/credit/record").get_json()["facts"]
    case = send(
        told,
        "POST",
        "/api/v1/credit/cases",
        {
            "kind": "repair",
            "facts": [facts[0]["id"]],
            "reason": "已整改",
            "committed": True,
            "documents": [{"name": "缴款凭证.pdf", "sha256": "00" * 32}],
        },
    ).get_json()
    steps = f"/api/v1/credit/cases/{case['id']}/steps"
    send(told, "POST", steps, {"step": "accept"}, role="authority")
    decided = {"decision": "青农信修〔2026〕1号", "decided_on": "2026-07-31", "reason": "核实"}
    send(told, "POST", steps, {"step": "approve", **decided}, role="authority")

    page = text_of(sign_in(told).get(ME))

    assert '<span class="badge">已修复</span>' in page
    assert "is-gone" in page
    assert "credit-clock" not in page
    assert "信用修复" in page


def test_who_is_not_known_is_said_to_be_not_known(told: House) -> None:
    person = sign_in(told, "auditor")

    for path in (_party(77), "/work/credit/parties/nobody"):
        answer = person.get(path)
        assert answer.status_code == 404
        assert "查无信息不等于信用良好" in text_of(answer)


def test_the_bar_of_a_clock_turns_where_repair_may_be_asked_for() -> None:
    start, turn, end = date(2026, 1, 1), date(2026, 4, 11), date(2026, 7, 20)

    clock = clock_of(start, turn, end, date(2026, 2, 20))
    after = clock_of(start, turn, end, end)
    whole = clock_of(start, None, end, start)
    unending = clock_of(start, turn, None, date(2027, 1, 1))

    assert clock is not None
    assert after is not None
    assert whole is not None
    assert [(one.kind, one.x, one.width) for one in clock.pieces] == [
        ("waiting", 0, 500),
        ("repairable", 500, 500),
    ]
    assert (clock.today_x, clock.days_left, clock.is_repairable) == (250, 150, False)
    assert (after.today_x, after.has_stopped, after.is_repairable) == (1000, True, True)
    assert [one.kind for one in whole.pieces] == ["waiting"]
    assert unending is not None
    assert unending.pieces[-1].kind == "open"
    assert unending.today_x is not None
    assert unending.today_x < 1000
    assert clock_of(start, None, None, start) is None
    assert clock_of(None, turn, end, start) is None


def test_a_long_record_is_shown_in_part_until_all_of_it_is_asked_for(sqlite_house: House) -> None:
    sqlite_house.clock.instant = datetime(2026, 6, 1, tzinfo=UTC)
    over = penalty(1, cf_wsh="过期1号", cf_jdrq="2026-05-30", cf_yxq="2026-05-31")
    rows = [penalty(1, cf_wsh=f"青农罚〔2026〕{at}号") for at in range(30)]
    hand_in(sqlite_house, "penalty", over, *rows)
    hand_in(sqlite_house, "serious_listing", serious(1))
    person = sign_in(sqlite_house, "authority")

    part = text_of(person.get(_party(1)))
    whole = text_of(person.get(f"{_party(1)}?all=1"))

    assert part.count('id="fact-') == 12
    assert "共 32 条，显示其中 12 条：有效的在前，其中名单记录在前。" in part
    assert f'href="{_party(1)}?all=1#legal"' in part
    assert whole.count('id="fact-') == 32
    assert "显示其中" not in whole
    assert part.index("青市监列〔2026〕1号") < part.index("青农罚〔2026〕")
    # What a grade stands on is reached wherever it is shown.
    ids = set(re.findall(r'id="fact-([0-9a-f-]+)"', part))
    links = re.findall(r'href="([^"]*)#fact-([0-9a-f-]+)"', part)
    assert {at == "" for at, one in links if one in ids} == {True}
    assert {at for at, one in links if one not in ids} == {f"{_party(1)}?all=1"}
    assert "等 25 个" in part
