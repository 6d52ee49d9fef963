"""Cases at the console and in the worker: the desk at which the installation itself takes steps."""

from trace.recall.workdays import workdays_after

from credit.cases.taking import CaseDesk
from credit.folding.projector import bring_up_credit
from credit.index import open_credit_journal
from credit.rulebook.reading import rulebook
from jobs.instance import Instance


def case_desk(parts: Instance) -> CaseDesk:
    """Return what taking a step of a case needs here."""
    log = parts.desk.journal.log
    return CaseDesk(
        journal=open_credit_journal(parts.settings, parts.engine, parts.clock),
        clock=parts.clock,
        book=rulebook().for_region(parts.settings.region),
        workdays=workdays_after,
        bring_up=lambda: bring_up_credit(parts.engine, log),
    )
