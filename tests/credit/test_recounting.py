"""Deadlines that stood on a year without its notice of holidays, once the notice is there."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from trace.recall.workdays import is_worked, use_holidays, years
from uuid import UUID, uuid4

import pytest

from base.db import reading
from base.errors import ConfigurationError, InvalidInput
from credit.cases.entries import case_draft, due_draft
from credit.cases.model import DueNote
from credit.cases.reading import read_case
from credit.cases.recounting import recount_deadlines
from credit.intake.desk import IntakeDesk
from ledger.batch import Batch
from parties.actors import CONSOLE
from tests.credit.calendars import NOTICE, written
from tests.credit.case_world import CaseDay, open_case_world
from tests.credit.rebuilding import rebuild
from tests.credit.samples import AUTHORITY
from tests.instances import Installation


@pytest.fixture
def world(installation: Installation, intake: IntakeDesk) -> CaseDay:
    return open_case_world(installation, intake)


@pytest.fixture
def notice(tmp_path: Path) -> Iterator[Path]:
    yield written(tmp_path)
    use_holidays("")


@pytest.fixture
def accepted(world: CaseDay) -> UUID:
    """A repair that was accepted three days before the end of 2026."""
    case_id = uuid4()
    world.installation.clock.instant = datetime(2026, 12, 28, 1, tzinfo=UTC)
    world.take(world.party, "repair", "apply", case_id)
    world.take(AUTHORITY, "repair", "accept", case_id)
    assert world.case(case_id).is_provisional
    return case_id


def test_a_year_of_the_installations_own_file_goes_before_the_programs(notice: Path) -> None:
    assert 2027 not in years()

    use_holidays(str(notice))

    assert not is_worked(date(2027, 1, 8))
    assert is_worked(date(2027, 1, 9))
    assert years()[2026].off
    use_holidays("")
    assert 2027 not in years()


def test_a_file_with_a_fault_is_refused_with_its_line(notice: Path) -> None:
    notice.write_text(NOTICE.replace("worked: [2027-01-09]", "worked: [2026-01-09]"), "utf-8")

    with pytest.raises(InvalidInput, match="day of another year"):
        use_holidays(str(notice))
    with pytest.raises(ConfigurationError, match="SUXIN_HOLIDAYS_FILE"):
        use_holidays(f"{notice}.away")


def test_a_provisional_deadline_moves_by_an_entry_once_the_holidays_are_known(
    world: CaseDay, accepted: UUID, notice: Path
) -> None:
    before = world.case(accepted)
    assert recount_deadlines(world.desk, CONSOLE) == 0

    use_holidays(str(notice))
    moved = recount_deadlines(world.desk, CONSOLE)

    assert moved == 1
    after = world.case(accepted)
    # Three working days of 2026 are left, and 9, 11, 12 … January follow the holidays.
    assert (before.due_on, after.due_on) == (date(2027, 1, 7), date(2027, 1, 13))
    assert (after.is_provisional, after.last_seq) == (False, before.last_seq)
    log = world.installation.log
    with reading(world.installation.engine) as connection:
        (_, last) = read_case(connection, log, accepted)[1]
    (recount,) = last.recounts
    assert (recount.was_on, recount.due_on) == (before.due_on, after.due_on)
    assert recount.notices == (years()[2026].norm, years()[2027].norm)
    # A step keeps what was told when it was taken.
    assert (last.note.due_on, last.note.is_provisional) == (before.due_on, True)
    assert recount_deadlines(world.desk, CONSOLE) == 0
    rebuild(world.installation)
    assert world.case(accepted) == after


@pytest.mark.parametrize(
    ("told", "moved"),
    [
        # From the day of recording, as it was counted once; and from that of the decision.
        (date(2027, 1, 5), date(2027, 1, 11)),
        (date(2027, 1, 4), date(2027, 1, 9)),
    ],
)
def test_an_annulment_is_counted_anew_from_the_day_that_it_was_counted_from(
    world: CaseDay, notice: Path, told: date, moved: date
) -> None:
    case_id = uuid4()
    world.installation.clock.instant = datetime(2026, 12, 30, 1, tzinfo=UTC)
    about = {"decision": "青农撤〔2026〕1号", "decided_on": date(2026, 12, 29)}
    counted = {"due_on": told, "due_rule": "RCF-48", "is_provisional": True}
    note = world.note("withdrawal", "annul", case_id, **about, **counted)
    world.desk.journal.append(
        Batch(actor=AUTHORITY.id, subject=str(case_id), drafts=(case_draft(note),))
    )
    world.desk.bring_up()
    assert world.case(case_id).due_on == told

    use_holidays(str(notice))
    recount_deadlines(world.desk, CONSOLE)

    assert world.case(case_id).due_on == moved


def test_a_step_after_it_goes_on_from_the_day_that_was_counted_anew(
    world: CaseDay, accepted: UUID, notice: Path
) -> None:
    use_holidays(str(notice))
    recount_deadlines(world.desk, CONSOLE)

    world.take(AUTHORITY, "repair", "extend", accepted)

    extended = world.case(accepted)
    assert extended.due_on is not None
    assert extended.due_on > date(2027, 1, 13)
    assert not extended.is_provisional


def test_a_deadline_of_a_step_that_another_one_followed_is_refused(
    world: CaseDay, accepted: UUID
) -> None:
    seq, due_on = world.case(accepted).last_seq, world.case(accepted).due_on
    stale = DueNote(
        case_id=accepted,
        step_seq=seq - 1,
        was_on=due_on,
        due_on=date(2027, 1, 13),
        is_provisional=False,
        notices=(),
    )

    with pytest.raises(InvalidInput, match="moved on"):
        world.desk.journal.append(
            Batch(actor=CONSOLE.id, subject=str(accepted), drafts=(due_draft(stale),))
        )

    assert world.case(accepted).due_on == due_on
