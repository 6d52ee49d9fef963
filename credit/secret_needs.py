"""Whether credit holds what the installation's secret alone gives again.

The rule that must stay true: a secret that is gone is never made anew beside what was made from the
old one. Whoever is known by a keyed number would be known twice and be erased never, and the codes
of papers, the keys of hooks and the draws that were fixed would answer to nobody.
"""

from typing import Final

from sqlalchemy import Connection, Engine, exists, select

from base.config import Settings
from base.installation_secret import InstallationSecret
from credit.feeds.model import SubjectKind
from credit.inspecting.tables import CREDIT_DRAW
from credit.persons.tables import CREDIT_PERSON
from credit.reporting.tables import CREDIT_REPORT, CREDIT_SNAPSHOT
from credit.tables import CREDIT_SUBJECT
from credit.watching.tables import CREDIT_HOOK
from parties.issuing.owning import open_secret

_MADE_FROM_IT: Final = (CREDIT_PERSON, CREDIT_REPORT, CREDIT_SNAPSHOT, CREDIT_HOOK, CREDIT_DRAW)


def open_credit_secret(settings: Settings, engine: Engine) -> InstallationSecret:
    """Return the installation's secret, made where nothing depends on one that was before.

    Raises `ConfigurationError` where something does and the secret is not there.
    """
    return open_secret(settings, engine, needs=(has_made_of_secret,))


def has_made_of_secret(connection: Connection) -> bool:
    """Return whether credit knows a person, or issued what the secret gave its code or its key."""
    if any(
        connection.execute(select(table.c.log).limit(1)).first() is not None
        for table in _MADE_FROM_IT
    ):
        return True
    persons = CREDIT_SUBJECT.c.kind == SubjectKind.PERSON.value
    return bool(connection.execute(select(exists().where(persons))).scalar())
