"""The worker's side of early warning: the rules of the day over all parties.

One rule: running twice does no harm.
"""

from base.clock import CIVIL_ZONE
from base.log import get_logger
from credit.folding.projector import bring_up_credit
from credit.index import open_credit_journal
from credit.warning.night import run_warnings
from jobs.instance import instance
from parties.actors import CONSOLE

_LOG = get_logger(__name__)


def warn_of_parties() -> None:
    """Open new warnings and end those whose ground is gone."""
    parts = instance()
    log = parts.desk.journal.log
    counts = run_warnings(
        open_credit_journal(parts.settings, parts.engine, parts.clock),
        CONSOLE,
        parts.clock.now().astimezone(CIVIL_ZONE).date(),
        bring_up=lambda: bring_up_credit(parts.engine, log),
    )
    _LOG.info("parties_warned_of", opened=counts.opened, ended=counts.ended)
