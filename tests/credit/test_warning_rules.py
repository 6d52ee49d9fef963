"""Each rule of early warning finds what it says, and not what lies just below it."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from trace.findings.tables import FINDING
from trace.recall.tables import RECALL, RECALL_CLOSE
from typing import Any
from uuid import UUID

import pytest

from base.clock import CIVIL_ZONE
from base.db import reading, transaction
from base.errors import InvalidInput
from credit.folding.projector import bring_up_credit
from credit.intake.taking import IntakeDesk
from credit.warning.around import around
from credit.warning.model import Found
from credit.warning.night import find_all
from credit.warning.of_trace import of_records
from credit.warning.rules import read_warning_rules, warning_rules
from tests.credit.samples import penalty, serious, uscc
from tests.credit.warning_world import TODAY, hand_over, make, night, set_day, take, warnings
from tests.instances import Installation, open_installation
from tests.parties.samples import uscc_of

DAY = timedelta(days=1)
IN, OUT = TODAY - 89 * DAY, TODAY - 90 * DAY
"""The first day of a window of ninety days, and the day before it."""


@pytest.fixture
def installation(sqlite_url: str) -> Any:
    """Give an installation on SQLite: the questions are asked of both in `test_warnings`."""
    opened = open_installation(sqlite_url)
    set_day(opened, TODAY)
    yield opened
    opened.engine.dispose()


def found(installation: Installation) -> list[Found]:
    bring_up_credit(installation.engine, installation.log)
    with reading(installation.engine) as connection:
        return find_all(connection, installation.log, TODAY)


def _party(installation: Installation, name: str) -> UUID:
    party_id = installation.party(name).party_id
    assert party_id is not None
    return party_id


def inspected(number: int, day: date, sample: str = "1", result: str = "不合格") -> dict[str, str]:
    return {
        "sample_no": f"S{number}-{sample}",
        "name": f"青岛第{number}食品有限公司",
        "uscc": uscc(number),
        "role": "生产企业",
        "product": "蛋糕",
        "result": result,
        "failed_item": "菌落总数" if result == "不合格" else "",
        "sampled_on": day.isoformat(),
        "authority": "青岛市市场监督管理局",
    }


def registered(number: int) -> dict[str, str]:
    return {
        "name": f"青岛第{number}食品有限公司",
        "uscc": uscc(number),
        "kind": "02",
        "region": "370202",
        "industry": "1411",
        "established_on": "2015-01-05",
        "status": "存续",
        "authority": "青岛市市场监督管理局",
    }


def abnormal(number: int) -> dict[str, str]:
    return {
        "name": f"青岛第{number}食品有限公司",
        "uscc": uscc(number),
        "ground": "通过登记的住所无法联系",
        "listed_on": "2026-01-20",
        "authority": "青岛市市场监督管理局",
    }


def fined(number: int, *days: date, **more: str) -> list[dict[str, str]]:
    return [
        penalty(number, cf_wsh=f"青农罚〔2026〕{number}-{at}号", cf_jdrq=day.isoformat(), **more)
        for at, day in enumerate(days)
    ]


def test_rules_about_facts_find_what_lies_in_their_days_and_nothing_before(
    installation: Installation, intake: IntakeDesk
) -> None:
    year = [OUT - 30 * at * DAY for at in range(12)]
    samples = [
        inspected(1, IN),
        inspected(2, OUT),
        inspected(3, IN, result="合格"),
        *(inspected(4, IN + at * DAY, str(at)) for at in range(3)),
        *(inspected(5, IN + at * DAY, str(at)) for at in range(2)),
        # Three of late are as many as ever where there were twelve in the year before.
        *(inspected(6, IN + at * DAY, str(at)) for at in range(3)),
        *(inspected(6, day, f"y{at}") for at, day in enumerate(year)),
    ]
    penalties = [
        *fined(7, *(IN + at * DAY for at in range(3))),
        *fined(8, OUT, IN, IN + DAY),
        # The law classes penalties since the first of April; before it none is serious.
        *fined(9, date(2026, 4, 1), cf_cflb="吊销许可证件", cf_nr_fk=""),
        *fined(10, date(2026, 3, 31), cf_cflb="吊销许可证件", cf_nr_fk=""),
    ]
    take(intake, "registration", *map(registered, range(1, 14)))
    take(intake, "inspection", *samples)
    take(intake, "penalty", *penalties)
    take(intake, "serious_listing", serious(11), serious(12, listed_on="2023-11-22"))
    take(intake, "abnormal_listing", abnormal(13))

    codes = {uscc(number): number for number in range(1, 14)}
    hits: dict[str, set[int]] = {}
    found(installation)
    night(installation, intake)
    for one in warnings(installation):
        hits.setdefault(one.code, set()).add(codes[one.subject_code])

    assert hits == {
        "failed_inspection": {1, 4, 5, 6},
        "inspection_jump": {4},
        "penalty_jump": {7},
        "serious_penalty": {9},
        "punished": {11},
        "abnormal": {13},
    }


def _finding(number: int, party: UUID, code: str, day: date, state: str = "open") -> dict[str, Any]:
    at = datetime(day.year, day.month, day.day, 12, tzinfo=CIVIL_ZONE)
    return {
        "log": 1, "item": number, "code": code, "key": "", "id": UUID(int=number),
        "severity": "warn", "uri": "urn:x", "class_code": "", "party_id": party,
        "owner_id": None, "details": "{}", "seqs": "[]", "first_seq": number,
        "last_seq": number, "first_at": at, "last_at": at, "evidence": bytes(32),
        "state": state, "computed_at": at,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("code", "rule", "least"),
    [
        ("late_report", "late_jump", 10),
        ("over_issue", "balance_jump", 5),
        ("over_sale", "balance_jump", 5),
        ("dilution", "balance_jump", 5),
    ],
)
def test_findings_that_pile_up_are_told_and_those_explained_are_not(
    installation: Installation, code: str, rule: str, least: int
) -> None:
    loud, quiet, old, usual = (_party(installation, f"p{at}") for at in range(4))
    first, rows = TODAY - 29 * DAY, list[tuple[UUID, date, str]]()
    rows += [(loud, first, "open")] * least
    rows += [(quiet, first, "open")] * (least - 1) + [(quiet, first, "explained")]
    rows += [(old, first - DAY, "open")] * least
    # Two thirds of the rate of the ninety days before: no jump.
    rows += [(usual, first, "open")] * least + [(usual, first - DAY, "open")] * (2 * least)
    with transaction(installation.engine) as connection:
        values = [_finding(at, who, code, day, state) for at, (who, day, state) in enumerate(rows)]
        connection.execute(FINDING.insert(), values)

    (one,) = found(installation)

    assert (one.code, one.details["name"], one.details["count"]) == (rule, "p0", least)
    assert one.seqs == tuple(range(least))


def test_records_that_jump_are_told_and_whoever_just_began_is_not(
    installation: Installation,
) -> None:
    rule = replace(warning_rules()["quantity_jump"], count_min=5, factor=3)
    before = date(2026, 10, 1)
    make(installation, "farm", 1, day=before)
    for number in range(2, 7):
        make(installation, "farm", number, day=TODAY - 2 * DAY)
        make(installation, "new", number + 20, day=TODAY - 2 * DAY)
        make(installation, "even", number + 40, day=TODAY - 2 * DAY)
        for at in range(2):
            make(installation, "even", number + 60 + 20 * at, day=before + at * DAY)

    with reading(installation.engine) as connection:
        told = list(of_records(connection, installation.log, [rule], TODAY))

    assert [(one.details["name"], one.details["count"]) for one in told] == [("farm", 5)]


def test_a_listed_buyer_is_told_to_its_supplier(
    installation: Installation, intake: IntakeDesk
) -> None:
    for name in ("shop", "farm", "mill"):
        installation.party(name)
    hand_over(installation, "farm", "shop", 1, 2, day=TODAY - 179 * DAY)
    hand_over(installation, "mill", "shop", 11, day=TODAY - 181 * DAY)
    take(intake, "serious_listing", serious(1, uscc=uscc_of(1)))

    told = {
        (one.code, one.details.get("name"), one.details["count"]) for one in found(installation)
    }

    assert ("listed_buyer", "farm", 2) in told
    assert not any(name == "mill" for _, name, _ in told)


def test_a_supplier_that_recalls_is_told_to_its_buyers_until_the_recall_is_closed(
    installation: Installation,
) -> None:
    farm, _ = _party(installation, "farm"), _party(installation, "plant")
    hand_over(installation, "farm", "plant", 1, 2, day=TODAY - DAY)
    assert found(installation) == []
    recall = {"log": 1, "seq": 3, "id": UUID(int=3), "number": "ZH1", "domain": "food"}
    recall |= {"level": 1, "is_mock": True, "party_id": farm, "opened_by": "console"}
    recall |= {"reason": "x", "recorded_at": installation.clock.now()}
    with transaction(installation.engine) as connection:
        connection.execute(RECALL.insert(), recall)
    assert found(installation) == []

    with transaction(installation.engine) as connection:
        connection.execute(RECALL.update().values(is_mock=False))
    told = {(one.code, one.details.get("name"), one.seqs[0]) for one in found(installation)}

    assert ("listed_supplier", "plant", 3) in told
    close = {"log": 1, "seq": 4, "id": UUID(int=4), "recall_id": UUID(int=3), "outcome": "done"}
    close |= {"note": "x", "closed_by": "console", "recorded_at": installation.clock.now()}
    with transaction(installation.engine) as connection:
        connection.execute(RECALL_CLOSE.insert(), close)
    assert found(installation) == []


def test_whoever_three_buyers_depend_on_is_told_and_the_picture_shows_the_shares(
    installation: Installation, intake: IntakeDesk
) -> None:
    names = ("farm", "mill", "one", "two", "three")
    for name in names:
        installation.party(name)
    day = TODAY - DAY
    for at, buyer in enumerate(("one", "two")):
        hand_over(installation, "farm", buyer, *range(20 * at + 1, 20 * at + 11), day=day)
    # Six of ten is less than seventy of a hundred.
    hand_over(installation, "farm", "three", *range(61, 67), day=day)
    hand_over(installation, "mill", "three", *range(71, 75), day=day)
    assert "concentration" not in {one.code for one in found(installation)}

    hand_over(installation, "farm", "three", *range(81, 91), day=day)
    told = [one for one in found(installation) if one.code == "concentration"]

    assert [(one.details["name"], one.details["count"]) for one in told] == [("farm", 3)]
    take(intake, "serious_listing", serious(1, uscc=uscc_of(1)))
    bring_up_credit(installation.engine, installation.log)
    with reading(installation.engine) as connection:
        near = around(connection, installation.log, uscc_of(5), TODAY)
        farm = around(connection, installation.log, uscc_of(1), TODAY)
        nobody = around(connection, installation.log, uscc(99), TODAY)
    assert [(one.name, one.percent, one.is_listed) for one in near.suppliers] == [
        ("farm", 80, True),
        ("mill", 20, False),
    ]
    assert (near.buyers, nobody.is_empty) == ((), True)
    assert (farm.buyers[0].name, farm.buyers[0].count) == ("three", 16)


def test_a_broken_rule_is_refused_with_its_line(tmp_path: Any) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text("rules:\n- {id: x, watch: stars, severity: loud}\n")

    with pytest.raises(InvalidInput) as refused:
        read_warning_rules(path)

    assert {one.path.partition(" ")[0] for one in refused.value.problems} >= {"rules.yaml:2"}
