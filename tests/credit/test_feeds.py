"""Every feed: a clean row becomes a record, and each kind of dirt is told by its field."""

from datetime import date

import pytest
from sqlalchemy import select

from base.db import reading
from credit.feeds.interpreting import interpret
from credit.feeds.registry import FEEDS
from credit.folding.projector import bring_up_credit
from credit.intake.batches import Door
from credit.intake.taking import IntakeDesk, take_batch
from credit.tables import CREDIT_CODE, CREDIT_FACT, CREDIT_SUBJECT
from tests.credit.samples import AGRICULTURE, AUTHORITY, csv_of, defaulter, penalty, serious, uscc
from tests.instances import Installation

RECEIVED_ON = date(2026, 6, 30)
CLEAN: dict[str, dict[str, str]] = {
    "registration": {
        "企业名称": "青岛第1食品有限公司",
        "统一社会信用代码": uscc(1),
        "主体类型": "法人",
        "注册号": "370200123456789",
        "曾用名": "青岛老一食品厂；青岛一号食品厂",
        "行政区划": "370202",
        "行业代码": "C1411",
        "成立日期": "2015-06-01",
        "登记状态": "存续",
        "登记机关": "青岛市市场监督管理局",
    },
    "penalty": penalty(1),
    "permit": {
        "xk_xdr_mc": "青岛第1食品有限公司",
        "xk_xdr_lb": "02",
        "xk_xdr_shxym": uscc(1),
        "xk_xkws": "食品生产许可决定书",
        "xk_wsh": "SC10137020200001",
        "xk_xklb": "01",
        "xk_xkzs": "食品生产许可证",
        "xk_nr": "糕点",
        "xk_jdrq": "2024/3/1",
        "xk_yxqz": "20240301",
        "xk_yxqzi": "2029年2月28日",
        "xk_xkjg": "青岛市市场监督管理局",
        "xk_xkjgdm": AGRICULTURE,
        "xk_zt": "1",
    },
    "judgment_default": defaulter(1),
    "tax_case": {
        "纳税人名称": "青岛第1食品有限公司",
        "纳税人识别号": uscc(1),
        "案件上报期": "2026年第1季度",
        "案件性质": "偷税",
        "主要违法事实": "少缴增值税150.3万元",
        "法律依据及处理处罚情况": "《税收征收管理法》第六十三条",
        "公布日期": "2026-02-10",
        "公布机关": "国家税务总局青岛市税务局稽查局",
    },
    "tax_grade": {"纳税人识别号": uscc(1), "纳税人名称": "青岛第1食品有限公司", "年度": "2025"},
    "serious_listing": serious(1),
    "abnormal_listing": {
        "name": "青岛第1食品有限公司",
        "uscc": uscc(1),
        "ground": "通过登记的住所无法联系",
        "listed_on": "2026-01-20",
        "authority": "青岛市市场监督管理局",
    },
    "inspection": {
        "抽样编号": "XBJ26370200001",
        "被抽样单位名称": "青岛第1食品有限公司",
        "统一社会信用代码": uscc(1),
        "单位角色": "生产",
        "产品名称": "牛奶",
        "检验结论": "不合格",
        "不合格项目": "氯霉素",
        "抽样日期": "2026-03-01",
        "任务来源": "山东省市场监督管理局",
    },
    "honour": {
        "企业名称": "青岛第1食品有限公司",
        "uscc": uscc(1),
        "荣誉名称": "守合同重信用企业",
        "文号": "青市监〔2026〕8号",
        "授予单位": "青岛市市场监督管理局",
        "授予日期": "2026-01-08",
    },
}


def _faults(feed: str, **changes: str) -> list[tuple[str, str]]:
    read = interpret(FEEDS[feed], {**CLEAN[feed], **changes}, received_on=RECEIVED_ON)
    return [(one.path, one.code) for one in read.faults]


def test_there_is_a_clean_row_for_every_feed() -> None:
    assert set(CLEAN) == set(FEEDS)


@pytest.mark.parametrize("feed", sorted(CLEAN))
def test_a_clean_row_is_a_record_without_a_fault(feed: str) -> None:
    assert _faults(feed) == []


@pytest.mark.parametrize("feed", sorted(CLEAN))
def test_a_column_that_no_feed_has_is_an_alarm(feed: str) -> None:
    told = f"column {len(CLEAN[feed]) + 1}"
    assert _faults(feed, 神秘字段="x") == [(told, "left_over")]
    assert _faults(feed, 神秘字段="— —") == []


@pytest.mark.parametrize("feed", sorted(CLEAN))
def test_every_required_field_is_missed_by_its_name(feed: str) -> None:
    for field in FEEDS[feed].fields:
        if field.is_required:
            blank = {name: " / " for name in field.names if name in CLEAN[feed]}
            assert (field.name, "missing") in _faults(feed, **blank)


@pytest.mark.parametrize(
    ("feed", "changes", "fault"),
    [
        ("penalty", {"cf_jdrq": "2022-09-31"}, ("cf_jdrq", "no_such_day")),
        ("penalty", {"cf_jdrq": "二〇二六年四月一日"}, ("cf_jdrq", "bad_day")),
        ("penalty", {"cf_jdrq": "1900-01-01"}, ("cf_jdrq", "absurd_day")),
        ("penalty", {"cf_xdr_shxym": uscc(1)[:-1] + "0"}, ("cf_xdr_shxym", "bad_uscc")),
        ("penalty", {"cf_xdr_shxym": "370200123456789"}, ("cf_xdr_shxym", "swapped_codes")),
        ("penalty", {"cf_xdr_shxym": "913702********0018"}, ("cf_xdr_shxym", "masked_code")),
        ("penalty", {"cf_xdr_zzjg": uscc(1)}, ("cf_xdr_zzjg", "swapped_codes")),
        ("penalty", {"cf_nr_fk": "5万元"}, ("cf_nr_fk", "bad_sum")),
        ("penalty", {"cf_nr_fk": "5", "cf_cflb": "警告"}, ("cf_nr_fk", "fine_without_kind")),
        ("penalty", {"cf_cfjg": "天外天管理处"}, ("cf_cfjg", "unknown_authority")),
        ("penalty", {"cf_xdr_lb": "09"}, ("cf_xdr_lb", "unknown_word")),
        ("penalty", {"cf_xdr_lb": "自然人"}, ("cf_xdr_lb", "wrong_kind")),
        ("penalty", {"cf_wsh": "文" * 129}, ("cf_wsh", "too_long")),
        ("penalty", {"cf_yxq": "2026-03-01"}, ("cf_yxq", "order")),
        ("permit", {"xk_yxqzi": "2020-01-01"}, ("xk_yxqzi", "order")),
        ("permit", {"xk_xklb": "99"}, ("xk_xklb", "unknown_word")),
        ("judgment_default", {"cardnum": "12345"}, ("cardnum", "bad_code")),
        ("judgment_default", {"cardnum": "11010519491231002X"}, ("type", "wrong_kind")),
        ("judgment_default", {"type": "0", "cardnum": "1101"}, ("cardnum", "bad_person_number")),
        ("judgment_default", {"age": "16"}, ("age", "minor")),
        ("judgment_default", {"disrupttypename": "欠揍"}, ("disrupttypename", "unknown_word")),
        ("tax_case", {"公布机关": "青岛市公安局"}, ("jg", "unknown_authority")),
        ("tax_grade", {"年度": "202"}, ("nd", "absurd_day")),
        ("tax_grade", {"年度": "2026"}, ("nd", "future_day")),
        ("penalty", {"cf_jdrq": "2026-07-01"}, ("cf_jdrq", "future_day")),
        ("serious_listing", {"removed_on": "2026-03-01"}, ("removed_no", "half_removed")),
        ("serious_listing", {"article": "无"}, ("article", "missing")),
        ("abnormal_listing", {"ground": "人缘不好"}, ("ground", "unknown_word")),
        ("inspection", {"不合格项目": ""}, ("failed_item", "contradiction")),
        ("inspection", {"检验结论": "合格"}, ("failed_item", "contradiction")),
        ("registration", {"组织机构代码": "12345678-8"}, ("org_code", "other_party")),
        ("registration", {"注销或吊销日期": "2026-01-01"}, ("ended_on", "order")),
        ("honour", {"有效期至": "2020-01-01"}, ("until", "order")),
    ],
)  # fmt: skip
def test_dirt_is_told_by_its_field(
    feed: str, changes: dict[str, str], fault: tuple[str, str]
) -> None:
    assert fault in _faults(feed, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"cf_xdr_mc": "  青岛第１食品有限公司 "},
        {"cf_xdr_gszc": "00000000000000000X"},
        {"cf_xdr_swdj": "— —"},
        {"cf_yxq": "无"},
        {"cf_jdrq": "２０２６－０４－０１"},
        {"cf_jdrq": "2026-04-01 00:00:00"},
        {"cf_jdrq": "2026-06-30"},
        {"cf_yxq": "2099-12-31", "cf_gsjzq": "2099-12-31"},
        {"cf_nr_fk": "1,000.5"},
        {"cf_cflb": "罚款、没收违法所得"},
    ],
)
def test_meaningless_dirt_is_taken_off(changes: dict[str, str]) -> None:
    assert _faults("penalty", **changes) == []


def test_a_masked_number_is_a_candidate_and_names_nobody(
    installation: Installation, intake: IntakeDesk
) -> None:
    rows = [defaulter(1, type="0", iname="王某某", cardnum="3702021980****1234", age="46")]

    batch = take_batch(intake, AUTHORITY, FEEDS["judgment_default"], csv_of(rows), door=Door.FILE)
    bring_up_credit(installation.engine, installation.log)

    assert batch.accepted == 1
    with reading(installation.engine) as connection:
        (fact,) = connection.execute(select(CREDIT_FACT))
    assert fact.subject_id is None


def test_the_register_makes_a_party_known_by_all_its_codes(
    installation: Installation, intake: IntakeDesk
) -> None:
    def take(feed: str, *rows: dict[str, str]) -> None:
        taken = take_batch(intake, AUTHORITY, FEEDS[feed], csv_of(rows), door=Door.FILE)
        bring_up_credit(installation.engine, installation.log)
        assert taken.accepted == 1

    take("registration", CLEAN["registration"])
    take("judgment_default", defaulter(1, cardnum=uscc(1)[8:17]))

    with reading(installation.engine) as connection:
        (subject,) = connection.execute(select(CREDIT_SUBJECT))
        codes = {row.scheme: row.code for row in connection.execute(select(CREDIT_CODE))}
        facts = {row.feed: row.subject_id for row in connection.execute(select(CREDIT_FACT))}
    assert (subject.region, subject.industry, subject.is_registered) == ("370202", "C1411", True)
    assert codes == {"uscc": uscc(1), "org_code": uscc(1)[8:17], "registration": "370200123456789"}
    assert set(facts.values()) == {subject.id}
