"""The worker's side of the night run: once a day, whenever the day's first call of it comes.

One rule: running twice does no harm, and a run that died goes on where it was.
"""

from collections.abc import Mapping
from datetime import date

from base.log import get_logger
from credit.cases.recounting import recount_deadlines
from credit.evidence.gathering import gather_evidence
from credit.folding.projector import bring_up_credit
from credit.index import open_credit_journal
from credit.intake.desk import IntakeDesk, open_intake
from credit.nightly.running import NightDesk, run_night
from credit.warning.night import run_warnings
from credit.watching.soon import tell_soon
from jobs.credit_cases import case_desk
from jobs.instance import Instance, instance
from parties.actors import CONSOLE

_LOG = get_logger(__name__)


def night_desk(parts: Instance) -> NightDesk:
    """Return what a night of this installation works with, its warnings included."""
    log = parts.desk.journal.log
    journal = open_credit_journal(parts.settings, parts.engine, parts.clock)

    def warn(day: date) -> Mapping[str, int]:
        counts = run_warnings(
            journal, CONSOLE, day, bring_up=lambda: bring_up_credit(parts.engine, log)
        )
        return {"warnings_opened": counts.opened, "warnings_ended": counts.ended}

    return NightDesk(engine=parts.engine, log=log, clock=parts.clock, warn=warn)


def evidence_desk(parts: Instance) -> IntakeDesk:
    """Return what taking the evidence of this installation's own ledger needs."""
    journal = open_credit_journal(parts.settings, parts.engine, parts.clock)
    return open_intake(parts.settings, journal, parts.clock, parts.secret)


def evaluate_everybody() -> None:
    """Run the night of this day, unless it was run already."""
    parts = instance()
    gather_evidence(evidence_desk(parts), CONSOLE, parts.desk.owners.owners_of)
    night = run_night(night_desk(parts))
    moved = recount_deadlines(case_desk(parts), CONSOLE)
    _LOG.info("night_is_run", day=night.day.isoformat(), deadlines_moved=moved, **night.counts)
    tell_soon(parts.settings)
