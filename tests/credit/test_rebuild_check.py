"""Whatever was changed in the rows of credit behind the ledger's back is found and named."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from hashlib import sha256
from trace.projections.tables import PROJECTION_CURSOR
from trace.sheets.grid import GridLimits
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Integer,
    LargeBinary,
    Table,
    Uuid,
    and_,
    delete,
    insert,
    select,
    update,
)

from base.db import Instant, reading
from credit.folding.checking import INDEXED, differing_credit
from credit.folding.comparing import TOLD_MAX, Difference
from credit.folding.projector import FOLDED
from credit.index import open_credit_journal
from credit.intake.taking import IntakeDesk
from credit.reporting.entries import ReportNote, SnapshotNote, report_draft, snapshot_draft
from credit.reporting.tables import CREDIT_REPORT, CREDIT_SNAPSHOT
from credit.tables import CREDIT_BATCH, CREDIT_ROW, CREDIT_SUBJECT
from ledger.batch import Batch
from ledger.store import read_head
from tests.credit.case_world import CaseDay, open_case_world
from tests.credit.naming_world import hand_in
from tests.credit.rebuilding import differences
from tests.credit.samples import AUTHORITY, penalty
from tests.credit.warning_world import night
from tests.instances import Installation, open_installation

TABLES = (*INDEXED, *FOLDED)
AT = datetime(2026, 11, 23, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseDay]:
    """Give a party with two records, a case about one, a name that is nobody's, and a night."""
    folder = tmp_path_factory.mktemp("rebuild")
    installation = open_installation(f"sqlite:///{folder / 'suxin.db'}")
    intake = IntakeDesk(
        journal=open_credit_journal(installation.settings, installation.engine, installation.clock),
        clock=installation.clock,
        secret=installation.secret,
        limits=GridLimits(rows_max=100, bytes_max=1 << 20, unzipped_bytes_max=1 << 22),
    )
    world = open_case_world(installation, intake)
    world.take(world.party, "repair", "apply", uuid4())
    hand_in(intake, "penalty", penalty(9, cf_xdr_mc="青岛海蓝食品公司", cf_xdr_shxym=""))
    _keep_papers(intake, world.subject)
    night(installation, intake)
    yield world
    installation.engine.dispose()


def _keep_papers(intake: IntakeDesk, subject: UUID) -> None:
    body, pdf = b"{}", b"%PDF-"
    report = ReportNote(
        number="R1",
        edition="full",
        subject_id=subject,
        is_person=False,
        issued_to="某某公司",
        purpose="招标",
        day=AT.date(),
        known_at=AT,
        issued_at=AT,
        is_current=True,
        report_hash=sha256(body).digest(),
        pdf_hash=sha256(pdf).digest(),
        facts_hash=bytes(32),
        body=body,
        pdf=pdf,
    )
    snapshot = SnapshotNote(
        number="S1",
        paper_hash=sha256(pdf).digest(),
        paper=pdf,
        list_id="serious_violation",
        day=AT.date(),
        known_at=AT,
        taken_at=AT,
        rows=0,
        root=bytes(32),
        lines=b"",
    )
    drafts = [report_draft(report), snapshot_draft(snapshot)]
    intake.journal.append(Batch(actor=AUTHORITY.id, subject="papers", drafts=drafts))


def _found(installation: Installation, damage: Sequence[Any]) -> list[Difference]:
    """Return what the check finds of some damage, which is gone again afterwards."""
    with installation.engine.connect().execution_options(writes=True) as connection:
        for statement in damage:
            connection.execute(statement)
        size = read_head(connection, installation.log).size
        found = list(differing_credit(connection, installation.log, size))
        connection.rollback()
    return found


def _there(city: CaseDay) -> dict[str, Any]:
    """Return the key of one row of each table that has any."""
    found = {}
    with reading(city.installation.engine) as connection:
        for table in TABLES:
            row = connection.execute(select(*table.primary_key).limit(1)).one_or_none()
            if row is not None:
                found[table.name] = and_(
                    *(one == row[at] for at, one in enumerate(table.primary_key))
                )
    return found


def _made_up(column: Column[Any]) -> object:
    made: list[tuple[Any, object]] = [
        (Uuid, UUID(int=7)),
        (Boolean, True),
        (Integer, 424_242),
        (Date, date(1970, 1, 1)),
        (Instant, datetime(1970, 1, 1, tzinfo=UTC)),
        (LargeBinary, b"made up"),
    ]
    return next((value for kind, value in made if isinstance(column.type, kind)), "x")


def _other(column: Column[Any]) -> Any:
    return ~column if isinstance(column.type, Boolean) else _made_up(column)


def _rest(table: Table) -> list[Column[Any]]:
    return [one for one in table.columns if not one.primary_key]


def test_nothing_is_found_where_nothing_was_changed(city: CaseDay) -> None:
    assert differences(city.installation) == []

    # A row too many is looked for in every table; these have rows to change or take away as well.
    assert len(_there(city)) >= 11


def test_a_row_that_no_entry_gave_is_found_in_every_table(city: CaseDay) -> None:
    rows = [
        insert(table).values({one: _made_up(one) for one in table.columns} | {table.c.log: 1})
        for table in TABLES
    ]

    found = _found(city.installation, rows)

    assert {code for _, code, _ in found} == {"credit_extra"}
    assert [message.partition(" ")[0] for _, _, message in found] == [one.name for one in TABLES]


def test_a_row_that_is_gone_is_found_in_every_table(city: CaseDay) -> None:
    there = _there(city)
    rows = [delete(table).where(there[table.name]) for table in TABLES if table.name in there]

    found = _found(city.installation, rows)

    assert {code for _, code, _ in found} == {"credit_missing"}
    assert [message.partition(" ")[0] for _, _, message in found] == list(there)


def test_a_changed_value_is_found_in_every_column(city: CaseDay) -> None:
    there = _there(city)
    changed = [one for one in TABLES if one.name in there and _rest(one)]
    rows = [
        update(one).where(there[one.name]).values({own: _other(own) for own in _rest(one)})
        for one in changed
    ]

    found = _found(city.installation, rows)

    assert {code for _, code, _ in found} == {"credit_differs"}
    told = [message.partition(" differs in ") for _, _, message in found]
    assert [(where.partition(" ")[0], what) for where, _, what in told] == [
        (one.name, ", ".join(own.name for own in _rest(one))) for one in changed
    ]


@pytest.mark.parametrize(
    ("table", "changed", "code"),
    [
        (CREDIT_BATCH, {"received": 99}, "credit_differs"),
        (CREDIT_BATCH, {"file_hash": bytes(32)}, "credit_differs"),
        (CREDIT_BATCH, {"released_by": "key:0"}, "credit_differs"),
        (CREDIT_REPORT, {"issued_to": "别人"}, "credit_differs"),
        (CREDIT_REPORT, {"pdf": b"%PDF-other"}, "credit_differs"),
        (CREDIT_REPORT, {"seq": 0}, "credit_missing"),
        (CREDIT_SNAPSHOT, {"row_count": 1}, "credit_differs"),
        (CREDIT_SNAPSHOT, {"paper": b"%PDF-other"}, "credit_differs"),
        (CREDIT_SNAPSHOT, {"root": bytes(31) + b"1"}, "credit_differs"),
    ],
    ids=lambda one: ",".join(one) if isinstance(one, dict) else getattr(one, "name", one),
)
def test_what_is_kept_beside_an_entry_is_what_it_says(
    city: CaseDay, table: Table, changed: dict[str, Any], code: str
) -> None:
    found = _found(city.installation, [update(table).values(changed)])

    assert found[0][1] == code
    assert table.name in found[0][2]
    assert code == "credit_missing" or found[0][2].endswith(f"differs in {next(iter(changed))}")


def test_a_batch_that_was_not_told_of_its_entry_yet_is_late_and_not_wrong(city: CaseDay) -> None:
    waiting = update(CREDIT_BATCH).values(seq=None, state="waiting")

    assert _found(city.installation, [waiting]) == []


def test_a_row_of_a_batch_that_was_changed_stops_the_comparison(city: CaseDay) -> None:
    for damage in (update(CREDIT_ROW).values(body=b"{}"), delete(CREDIT_ROW)):
        (found,) = _found(city.installation, [damage])

        assert found[:2] == (1, "credit_unreadable")
        assert "its batch" in found[2] or "does not match its hash" in found[2]


def test_what_the_projector_has_not_read_is_late_and_what_is_beyond_the_log_is_wrong(
    city: CaseDay,
) -> None:
    own = PROJECTION_CURSOR.c.name == "credit"
    cursor = update(PROJECTION_CURSOR).where(own)
    folded = [delete(table) for table in FOLDED]

    assert _found(city.installation, [*folded, cursor.values(next_seq=0)]) == []
    beyond = _found(city.installation, [cursor.values(next_seq=1000)])
    assert [code for _, code, _ in beyond] == ["credit_beyond_head"]


def test_a_table_that_is_wrong_throughout_is_told_of_in_a_hundred_findings(city: CaseDay) -> None:
    row = {one.name: _made_up(one) for one in CREDIT_SUBJECT.columns} | {"log": 1}
    rows = [{**row, "id": UUID(int=at)} for at in range(TOLD_MAX + 5)]

    found = _found(city.installation, [insert(CREDIT_SUBJECT).values(rows)])

    assert len(found) == TOLD_MAX + 1
    assert found[-1] == (None, "credit_extra", "and more rows of credit_subject")
