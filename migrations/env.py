"""Runs migrations on the connection that `manage.py init` hands over."""

import trace.findings.tables
import trace.projections.tables
import trace.recall.hook_tables
import trace.recall.tables
import trace.scans.tables
import trace.tables  # noqa: F401 -- as said above

from alembic import context

# Imported for their tables: the metadata is complete only with all of them.
import credit.nightly.tables
import credit.persons.tables
import credit.watching.tables  # noqa: F401 -- as said above
import ledger.tables  # noqa: F401 -- as said above
import parties.issuing.tables
import parties.tables  # noqa: F401 -- as said above
from base.db import METADATA


def _run() -> None:
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=METADATA, render_as_batch=False)
    with context.begin_transaction():
        context.run_migrations()


_run()
