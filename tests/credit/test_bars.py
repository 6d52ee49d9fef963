"""Bars of the law: what cannot be repaired, what outlives a repair, and what time alone ends."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from base.db import reading
from base.errors import Conflict, InvalidInput
from credit.applying.desk import (
    Application,
    ApplicationQuery,
    ApplyingDesk,
    applications_of,
    apply_measure,
    lift_measure,
)
from credit.applying.entries import AppliedNote, LiftedNote
from credit.checking import Answer, check_party
from credit.feeds.registry import FEEDS
from credit.intake.batches import Door
from credit.intake.taking import IntakeDesk, take_batch
from credit.list_reading import AsKnown, search_list
from credit.rulebook.reading import rulebook
from credit.standing import basis_of
from credit.tables import CREDIT_FACT
from tests.credit.case_world import DECIDED, CaseDay, open_case_world
from tests.credit.samples import AUTHORITY, csv_of, penalty, serious
from tests.instances import Installation
from tests.parties.samples import uscc_of

REVOKED = {
    "cf_cflb": "吊销许可证",
    "cf_nr_fk": "",
    "cf_ly": "食品",
    "cf_cfjg": "青岛市市场监督管理局",
    "cf_xdr_shxym": uscc_of(1),
}


@pytest.fixture
def world(installation: Installation, intake: IntakeDesk) -> CaseDay:
    return open_case_world(installation, intake)


def _told(world: CaseDay, intake: IntakeDesk, feed: str, row: dict[str, str]) -> UUID:
    """Take a row, and return its fact."""
    take_batch(intake, AUTHORITY, FEEDS[feed], csv_of([row]), door=Door.FILE)
    world.desk.bring_up()
    number = row.get("cf_wsh") or row.get("list_no") or row["number"]
    with reading(world.installation.engine) as connection:
        statement = select(CREDIT_FACT.c.id).where(CREDIT_FACT.c.number == number)
        found: UUID = connection.execute(statement).scalar_one()
    return found


def _answer(world: CaseDay, matter: str, day: date) -> Answer:
    with reading(world.installation.engine) as connection:
        return check_party(
            connection,
            world.installation.log,
            rulebook(),
            uscc=uscc_of(1),
            matter=matter,
            day=day,
        )


def _desk(world: CaseDay) -> ApplyingDesk:
    return ApplyingDesk(
        journal=world.desk.journal,
        clock=world.installation.clock,
        book=rulebook(),
        bring_up=world.desk.bring_up,
    )


def _applied(world: CaseDay, measure: str, matter: str, on: date) -> AppliedNote:
    return AppliedNote(
        application_id=uuid4(),
        subject_id=world.subject,
        measure=measure,
        matter=matter,
        fact_ids=(),
        applied_on=on,
        reference="窗口 7",
    )


def _to_lift(world: CaseDay, day: date) -> tuple[Application, ...]:
    query = ApplicationQuery(day=day, only_to_lift=True, rows_max=10)
    with reading(world.installation.engine) as connection:
        return applications_of(connection, world.installation.log, query).applications


def test_what_was_never_to_end_early_is_not_repaired_and_the_article_is_told(
    world: CaseDay, intake: IntakeDesk
) -> None:
    row = penalty(7, **{**REVOKED, "cf_jdrq": "2025-10-01", "cf_gsrq": "2025-10-08"})
    fact = _told(world, intake, "penalty", row)

    with pytest.raises(InvalidInput, match=r"Order|第四十五|第45号令") as refusal:
        world.take(world.party, "repair", "apply", uuid4(), fact_ids=(fact,))

    (problem,) = refusal.value.problems
    assert (problem.path, problem.code) == ("facts", "barred")
    assert "第十四条" in problem.message
    assert "不提前停止公示" in problem.message_zh


def test_an_honour_is_no_dishonesty_and_the_article_says_what_is(
    world: CaseDay, intake: IntakeDesk
) -> None:
    row = {
        "name": "青岛第1食品有限公司",
        "uscc": uscc_of(1),
        "honour": "诚信示范企业",
        "number": "青市监〔2026〕3号",
        "authority": "青岛市市场监督管理局",
        "given_on": "2026-05-06",
    }
    fact = _told(world, intake, "honour", row)

    with pytest.raises(InvalidInput) as refusal:
        world.take(world.party, "repair", "apply", uuid4(), fact_ids=(fact,))

    (problem,) = refusal.value.problems
    assert (problem.path, problem.code) == ("facts", "no_dishonesty")
    assert "art. 第四条" in problem.message
    assert "《信用修复管理办法》国家发展改革委令2025年第36号第四条" in problem.message_zh


def test_a_row_from_memory_refuses_no_repair_by_itself(world: CaseDay, intake: IntakeDesk) -> None:
    # The list of serious violations has its year from a row that was read; the tax list has not.
    young = serious(8, uscc=uscc_of(1), listed_on="2026-06-01")
    fact = _told(world, intake, "serious_listing", young)
    with pytest.raises(InvalidInput, match="from 2027-06-02 on"):
        world.take(world.party, "repair", "apply", uuid4(), fact_ids=(fact,))

    world.desk = replace(world.desk, book=rulebook().without({"R44-16"}))

    assert world.take(world.party, "repair", "apply", uuid4(), fact_ids=(fact,)) > 0


def test_nobody_leaves_the_list_early_while_a_restriction_of_the_law_runs(
    world: CaseDay, intake: IntakeDesk
) -> None:
    _told(world, intake, "penalty", penalty(7, **{**REVOKED, "cf_jdrq": "2026-01-10"}))

    listed = (world.facts["serious_listing"],)
    with pytest.raises(InvalidInput) as refusal:
        world.take(world.party, "repair", "apply", uuid4(), fact_ids=listed)

    assert [one.code for one in refusal.value.problems] == ["restricted"]


def test_a_bar_of_the_law_outlives_the_repair_of_its_record(
    world: CaseDay, intake: IntakeDesk
) -> None:
    row = penalty(7, **{**REVOKED, "cf_jdrq": "2026-01-10"})
    fact = _told(world, intake, "penalty", row)
    today = date(2026, 11, 23)
    applied = apply_measure(
        _desk(world), AUTHORITY, _applied(world, "MF-01", "food_licence", today)
    )
    case_id = uuid4()
    world.installation.clock.instant = datetime(2027, 1, 20, 1, tzinfo=UTC)
    world.take(world.party, "repair", "apply", case_id, fact_ids=(fact,))
    world.take(AUTHORITY, "repair", "accept", case_id)
    decided = {**DECIDED, "decided_on": date(2027, 1, 20)}
    world.take(AUTHORITY, "repair", "approve", case_id, **decided)

    assert applied.fact_ids == (fact,)
    for day, bars in (
        (date(2027, 1, 21), ["MF-01"]),
        (date(2031, 1, 10), ["MF-01"]),
        (date(2031, 1, 11), []),
    ):
        answer = _answer(world, "food_licence", day)
        assert [one.id for one in answer.measures] == bars, day
        assert fact not in [one.fact_id for one in answer.entries]
    assert _to_lift(world, date(2031, 1, 10)) == ()
    assert [one.id for one in _to_lift(world, date(2031, 1, 11))] == [applied.id]


def test_time_alone_asks_for_a_measure_to_be_lifted(world: CaseDay) -> None:
    today = date(2026, 11, 23)
    note = _applied(world, "MZ-03", "honours", today)
    applied = apply_measure(_desk(world), AUTHORITY, note)

    assert not applied.must_lift
    assert _to_lift(world, date(2028, 6, 1)) == ()
    (due,) = _to_lift(world, date(2028, 6, 2))
    assert due.must_lift
    assert due.must_lift_since == datetime(2028, 6, 1, 16, tzinfo=UTC)


def test_an_end_that_is_known_beforehand_asks_for_the_measure_to_be_lifted_on_its_day(
    world: CaseDay, intake: IntakeDesk
) -> None:
    row = {
        "name": "青岛第1食品有限公司",
        "uscc": uscc_of(1),
        "honour": "诚信示范企业",
        "number": "青市监〔2026〕3号",
        "authority": "青岛市市场监督管理局",
        "given_on": "2026-05-06",
        "withdrawn_on": "2026-12-10",
    }
    _told(world, intake, "honour", row)

    note = _applied(world, "IN-04", "supervision", date(2026, 11, 23))
    applied = apply_measure(_desk(world), AUTHORITY, note)

    assert _to_lift(world, date(2026, 12, 9)) == ()
    assert [one.id for one in _to_lift(world, date(2026, 12, 10))] == [applied.id]


def test_what_was_not_known_on_a_day_bound_nobody_on_it(world: CaseDay) -> None:
    # The entry began in 2025, and was told here on 23 November 2026.
    early = _applied(world, "MZ-03", "honours", date(2026, 11, 22))
    late = _applied(world, "MZ-03", "honours", date(2026, 11, 24))
    with pytest.raises(InvalidInput, match="Nothing that the party is known by"):
        apply_measure(_desk(world), AUTHORITY, early)
    with pytest.raises(InvalidInput, match="not applied before its day"):
        apply_measure(_desk(world), AUTHORITY, late)

    world.installation.clock.instant = datetime(2026, 11, 30, 1, tzinfo=UTC)

    assert apply_measure(_desk(world), AUTHORITY, late).applied_on == date(2026, 11, 24)


def test_an_application_and_a_receipt_sent_twice_are_answered_the_same(world: CaseDay) -> None:
    desk, today = _desk(world), date(2026, 11, 23)
    note = _applied(world, "MZ-03", "honours", today)

    first, again = (apply_measure(desk, AUTHORITY, note) for _ in range(2))
    with pytest.raises(Conflict, match="another application"):
        apply_measure(desk, AUTHORITY, replace(note, reference="窗口 8"))
    assert first == again

    receipt = LiftedNote(
        application_id=first.id, lifted_on=today, reference="解 1", reason="评优已取消"
    )
    lifted, same = (lift_measure(desk, AUTHORITY, receipt) for _ in range(2))
    with pytest.raises(Conflict, match="lifted already"):
        lift_measure(desk, AUTHORITY, replace(receipt, reference="解 2"))
    assert lifted == same


@pytest.mark.parametrize("day", [date(2026, 11, 22), date(2026, 11, 24)])
def test_a_measure_is_lifted_neither_before_it_was_applied_nor_after_today(
    world: CaseDay, day: date
) -> None:
    today = date(2026, 11, 23)
    applied = apply_measure(_desk(world), AUTHORITY, _applied(world, "MZ-03", "honours", today))

    receipt = LiftedNote(application_id=applied.id, lifted_on=day, reference="")
    with pytest.raises(InvalidInput, match="from its application to today"):
        lift_measure(_desk(world), AUTHORITY, receipt)


def test_measures_in_use_have_a_limit_and_a_next_page(world: CaseDay) -> None:
    today = date(2026, 11, 23)
    for measure, matter in (("MZ-01", "supervision"), ("MZ-03", "honours")):
        apply_measure(_desk(world), AUTHORITY, _applied(world, measure, matter, today))
    query = ApplicationQuery(day=today, rows_max=1)

    with reading(world.installation.engine) as connection:
        log = world.installation.log
        first = applications_of(connection, log, query)
        last = applications_of(connection, log, replace(query, after=first.next_after))

    assert [one.measure for one in (*first.applications, *last.applications)] == ["MZ-01", "MZ-03"]
    assert last.next_after == ""


def test_an_entry_whose_end_nobody_knows_is_in_no_public_list(
    world: CaseDay, intake: IntakeDesk
) -> None:
    # No row of law is known for an entry of 2020.
    old = serious(9, uscc=uscc_of(1), listed_on="2020-05-01")
    _told(world, intake, "serious_listing", old)

    with reading(world.installation.engine) as connection:
        asked = AsKnown(list_id="serious_violation", day=date(2026, 11, 23))
        page = search_list(connection, world.installation.log, asked, rows_max=10)

    assert old["list_no"] not in [one.entry.number for one in page.listed]
    # Whoever checks the party is told of it until the limit is over, and nobody afterwards.
    assert old["list_no"] in world.answer(date(2025, 5, 1))
    assert old["list_no"] not in world.answer(date(2025, 5, 2))


def test_a_measure_that_two_records_call_for_lasts_until_the_later_of_them_ends(
    world: CaseDay, intake: IntakeDesk
) -> None:
    row = serious(1, uscc=uscc_of(1), list_no="青市监列〔2026〕9号", listed_on="2026-02-01")
    first, second = world.facts["serious_listing"], _told(world, intake, "serious_listing", row)
    log, day = world.installation.log, date(2026, 11, 23)
    (measure, *_) = [
        one
        for one in _answer(world, "government_procurement", day).measures
        if "serious_violation" in one.lists
    ]

    with reading(world.installation.engine) as connection:
        both, early, late = (
            basis_of(connection, log, world.subject, measure, day, only=only)
            for only in (None, frozenset({first}), frozenset({second}))
        )

    assert both is not None
    assert both.fact_ids == (first, second)
    assert [one.over_on for one in (early, late) if one] == [date(2028, 6, 2), date(2029, 2, 2)]
    assert both.over_on == date(2029, 2, 2)
