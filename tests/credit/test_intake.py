"""Batches from the file to facts, on both databases."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from base.db import reading, transaction
from base.errors import LedgerCorrupt
from credit.feeds.model import Semantics
from credit.feeds.registry import FEEDS
from credit.folding.projector import FOLDED, bring_up_credit
from credit.intake.batches import BatchState, CreditBatch, Door
from credit.intake.taking import IntakeDesk, take_batch
from credit.tables import (
    CREDIT_BATCH,
    CREDIT_FACT,
    CREDIT_QUARANTINE,
    CREDIT_ROW,
    CREDIT_SEEN,
    CREDIT_SUBJECT,
)
from tests.credit.rebuilding import rebuild
from tests.credit.samples import AUTHORITY, COLLEAGUE, csv_of, penalty, uscc
from tests.instances import Installation

PENALTY = FEEDS["penalty"]


def _take(intake: IntakeDesk, *rows: dict[str, str], **options: Any) -> CreditBatch:
    actor = COLLEAGUE if options.get("is_released") else AUTHORITY
    taken = take_batch(intake, actor, PENALTY, csv_of(rows), door=Door.FILE, **options)
    bring_up_credit(intake.journal.engine, intake.journal.log)
    return taken


def _facts(installation: Installation, *, is_latest: bool = True) -> list[Any]:
    statement = select(CREDIT_FACT).order_by(CREDIT_FACT.c.number, CREDIT_FACT.c.version)
    if is_latest:
        statement = statement.where(CREDIT_FACT.c.is_latest)
    with reading(installation.engine) as connection:
        return list(connection.execute(statement))


def test_a_penalty_becomes_a_fact_with_the_periods_of_its_law(
    installation: Installation, intake: IntakeDesk
) -> None:
    batch = _take(intake, penalty(1))

    (fact,) = _facts(installation)
    assert (batch.received, batch.accepted, batch.state) == (1, 1, BatchState.ACCEPTED)
    assert (fact.state, fact.severity, fact.is_published) == ("active", "general", True)
    assert (fact.repairable_on, fact.stops_on) == (date(2026, 7, 2), date(2027, 4, 2))
    assert fact.seq == batch.seq
    installation.seal()
    assert installation.check() == 2


def test_every_row_is_accepted_quarantined_or_a_duplicate(
    installation: Installation, intake: IntakeDesk
) -> None:
    rows = [
        penalty(1),
        penalty(1),
        penalty(2, cf_jdrq="2022-09-31"),
        penalty(3, cf_cflb="鞭刑"),
        penalty(4, cf_nr_fk="伍万元"),
        penalty(5),
        penalty(5, cf_wfxw="另一行为"),
    ]

    batch = _take(intake, *rows)

    assert batch.received == batch.accepted + batch.quarantined + batch.duplicates == 7
    assert (batch.accepted, batch.quarantined, batch.duplicates) == (2, 4, 1)
    with reading(installation.engine) as connection:
        codes = connection.execute(
            select(CREDIT_QUARANTINE.c.code).order_by(CREDIT_QUARANTINE.c.row_number)
        )
        assert list(codes.scalars()) == ["no_such_day", "unknown_word", "bad_sum", "conflicting"]


def test_the_same_file_again_is_the_same_batch_and_changes_nothing(
    installation: Installation, intake: IntakeDesk
) -> None:
    first = _take(intake, penalty(1), penalty(2))
    again = _take(intake, penalty(1), penalty(2))

    assert again == first
    assert len(_facts(installation, is_latest=False)) == 2


def test_a_changed_record_is_a_new_version_and_the_old_one_stays(
    installation: Installation, intake: IntakeDesk
) -> None:
    _take(intake, penalty(1), penalty(2))
    installation.clock.instant += timedelta(days=1)

    batch = _take(intake, penalty(1), penalty(2, cf_wfxw="更正后的行为"))

    assert (batch.accepted, batch.duplicates) == (1, 1)
    versions = [(fact.number, fact.version) for fact in _facts(installation, is_latest=False)]
    assert versions == [
        ("青农罚〔2026〕1号", 1),
        ("青农罚〔2026〕2号", 1),
        ("青农罚〔2026〕2号", 2),
    ]
    assert [fact.title for fact in _facts(installation)][1] == "更正后的行为"
    with reading(installation.engine) as connection:
        seen = connection.execute(select(CREDIT_SEEN.c.first_at, CREDIT_SEEN.c.last_at)).all()
        assert all(last > first for first, last in seen)


def test_what_a_delta_does_not_have_does_not_end(
    installation: Installation, intake: IntakeDesk
) -> None:
    _take(intake, penalty(1), penalty(2))
    batch = _take(intake, penalty(1, cf_wsh="青农罚〔2026〕9号"), penalty(3))

    assert batch.state is BatchState.ACCEPTED
    assert [fact.state for fact in _facts(installation)] == ["active"] * 4


def test_a_batch_whose_parties_nobody_knows_is_held(
    installation: Installation, intake: IntakeDesk
) -> None:
    _take(intake, penalty(1))

    batch = _take(intake, penalty(2), penalty(3))

    assert batch.state is BatchState.HELD
    assert batch.message == "Only 0 % of its codes are known; 50 % are expected."
    assert len(_facts(installation)) == 1


def test_what_a_snapshot_does_not_have_ends_and_a_snapshot_with_half_its_rows_is_held(
    installation: Installation, intake: IntakeDesk
) -> None:
    feed = replace(
        PENALTY, semantics=next(one for one in type(PENALTY.semantics) if one != PENALTY.semantics)
    )

    def take(numbers: range) -> CreditBatch:
        body = csv_of([penalty(number) for number in numbers])
        taken = take_batch(intake, AUTHORITY, feed, body, door=Door.FILE)
        bring_up_credit(intake.journal.engine, intake.journal.log)
        return taken

    take(range(10))
    nine = take(range(9))
    half = take(range(5))

    assert (nine.state, nine.ended) == (BatchState.ACCEPTED, 1)
    assert (half.state, half.ended) == (BatchState.HELD, 4)
    states = [fact.state for fact in _facts(installation)]
    assert states.count("ended") == 1
    assert states.count("active") == 9


def test_a_batch_twice_as_large_as_ever_before_is_held_until_a_person_releases_it(
    installation: Installation, intake: IntakeDesk
) -> None:
    _take(intake, *(penalty(number) for number in range(4)))
    rows = [penalty(number) for number in range(9)]

    held = _take(intake, *rows)
    assert held.state is BatchState.HELD
    assert len(_facts(installation)) == 4

    released = _take(intake, *rows, is_released=True)
    assert (released.id, released.state) == (held.id, BatchState.ACCEPTED)
    assert len(_facts(installation)) == 9


def test_a_natural_persons_number_and_name_are_kept_nowhere(
    installation: Installation, intake: IntakeDesk
) -> None:
    number = "11010519491231002X"
    person = penalty(
        7,
        cf_xdr_mc="王某某",
        cf_xdr_lb="自然人",
        cf_xdr_shxym="",
        cf_xdr_zjlx="身份证",
        cf_xdr_zjhm=number,
    )

    batch = _take(intake, person, penalty(8, cf_frdb="李某某", cf_fr_sfzh=number))

    assert batch.accepted == 2
    with reading(installation.engine) as connection:
        bodies = b"".join(connection.execute(select(CREDIT_ROW.c.body)).scalars())
        facts = [str(row) for row in connection.execute(select(CREDIT_FACT))]
        subjects = [str(row) for row in connection.execute(select(CREDIT_SUBJECT))]
    for text in (bodies.decode(), *facts, *subjects):
        assert number not in text
        assert "王某某" not in text
        assert "李某某" not in text


def test_rows_that_were_changed_behind_the_ledgers_back_make_no_facts(
    installation: Installation, intake: IntakeDesk
) -> None:
    take_batch(intake, AUTHORITY, PENALTY, csv_of([penalty(1)]), door=Door.FILE)
    with transaction(installation.engine) as connection:
        body = connection.execute(select(CREDIT_ROW.c.body)).scalar_one()
        forged = body.replace(uscc(1).encode(), uscc(2).encode())
        assert forged != body
        connection.execute(update(CREDIT_ROW).values(body=forged))

    with pytest.raises(LedgerCorrupt, match="does not match its hash"):
        bring_up_credit(installation.engine, installation.log)

    assert _facts(installation) == []


def test_forgotten_rows_come_back_the_same_from_the_log(
    installation: Installation, intake: IntakeDesk
) -> None:
    _take(intake, penalty(1), penalty(2))
    installation.clock.instant += timedelta(days=1)
    _take(intake, penalty(2, cf_wfxw="更正后的行为"), penalty(3))

    def rows() -> list[list[tuple[Any, ...]]]:
        with reading(installation.engine) as connection:
            return [sorted(map(tuple, connection.execute(select(one))), key=str) for one in FOLDED]

    before = rows()
    rebuild(installation)

    assert rows() == before
    assert any(before)


def _snapshot(intake: IntakeDesk, *rows: dict[str, str], **options: Any) -> CreditBatch:
    feed = replace(PENALTY, semantics=Semantics.SNAPSHOT)
    actor = COLLEAGUE if options.get("is_released") else AUTHORITY
    taken = take_batch(intake, actor, feed, csv_of(rows), door=Door.FILE, **options)
    bring_up_credit(intake.journal.engine, intake.journal.log)
    return taken


def test_who_is_told_of_again_after_an_end_is_on_the_list_again(
    installation: Installation, intake: IntakeDesk
) -> None:
    rows = [penalty(number) for number in range(10)]
    _snapshot(intake, *rows)
    installation.clock.instant += timedelta(days=1)
    _snapshot(intake, *rows[:9])
    installation.clock.instant += timedelta(days=1)

    again = _snapshot(intake, *rows)

    assert (again.state, again.accepted, again.duplicates) == (BatchState.ACCEPTED, 1, 9)
    assert {fact.state for fact in _facts(installation)} == {"active"}


def test_a_row_that_was_not_understood_ends_nothing_by_being_missing(
    installation: Installation, intake: IntakeDesk
) -> None:
    rows = [penalty(number) for number in range(10)]
    _snapshot(intake, *rows)

    dirty = _snapshot(intake, *rows[:9], penalty(9, cf_jdrq="2025-09-31"))

    assert dirty.state is BatchState.HELD
    assert "rows were not understood" in dirty.message
    assert {fact.state for fact in _facts(installation)} == {"active"}


def test_a_row_that_is_too_large_to_be_kept_is_quarantined(
    installation: Installation, intake: IntakeDesk
) -> None:
    large = penalty(2, cf_sy="事" * 4999, cf_nr="罚" * 3999, bz="注" * 3999, cf_yj="依" * 2047)

    batch = _take(intake, penalty(1), large, penalty(3, cf_sy="事" * 4999, bz="注" * 3999))

    assert batch.received == batch.accepted + batch.quarantined == 3
    assert len(_facts(installation)) == batch.accepted >= 2


def test_a_batch_whose_worker_died_is_taken_up_again_by_the_same_file(
    installation: Installation, intake: IntakeDesk
) -> None:
    taken = _take(intake, penalty(1))
    # As a worker leaves it that dies after the entry and before its last word.
    with transaction(installation.engine) as connection:
        connection.execute(update(CREDIT_BATCH).values(state="waiting", seq=None))

    again = _take(intake, penalty(1))

    assert (again.id, again.state, again.seq) == (taken.id, BatchState.ACCEPTED, taken.seq)
    assert len(_facts(installation, is_latest=False)) == 1


def test_a_batch_that_waits_and_has_no_entry_yet_is_taken(
    installation: Installation, intake: IntakeDesk
) -> None:
    held = _take(intake, *(penalty(number, cf_cflb="鞭刑") for number in range(2)))
    assert held.state is BatchState.HELD
    with transaction(installation.engine) as connection:
        connection.execute(update(CREDIT_BATCH).values(state="waiting"))

    again = _take(intake, *(penalty(number, cf_cflb="鞭刑") for number in range(2)))

    assert (again.id, again.state) == (held.id, BatchState.HELD)


def test_nobody_rewrites_the_rows_of_a_batch_that_is_an_entry(
    installation: Installation, intake: IntakeDesk
) -> None:
    _take(intake, *(penalty(number) for number in range(4)))
    rows = [penalty(number) for number in range(9)]
    _take(intake, *rows)
    released = _take(intake, *rows, is_released=True)
    with transaction(installation.engine) as connection:
        own = update(CREDIT_BATCH).where(CREDIT_BATCH.c.id == released.id)
        connection.execute(own.values(state="held", seq=None))

    again = _take(intake, *rows, is_released=True)

    assert (again.state, again.seq) == (BatchState.ACCEPTED, released.seq)
    rebuild(installation)
    assert len(_facts(installation)) == 9
