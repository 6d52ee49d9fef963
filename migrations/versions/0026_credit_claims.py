"""Claims on batches, one batch for the same bytes at one moment, and how a source last failed.

Revision: 0026, after 0025. Columns are only added; the previous release goes on beside it. Where
the same bytes wait twice already, the newest of them goes on waiting: it is the one that the same
file is taken for.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")
WAITS = sa.text("state = 'waiting' AND door <> 'retry'")
BATCH = sa.table(
    "credit_batch",
    sa.column("log", sa.Integer()),
    sa.column("id", sa.Uuid()),
    sa.column("feed", sa.String()),
    sa.column("door", sa.String()),
    sa.column("actor", sa.String()),
    sa.column("file_hash", sa.LargeBinary()),
    sa.column("state", sa.String()),
    sa.column("message", sa.String()),
    sa.column("received_at", INSTANT),
    sa.column("seq", sa.BigInteger()),
)
APPENDED = sa.table(
    "ledger_idempotency",
    sa.column("log", sa.Integer()),
    sa.column("actor", sa.String()),
    sa.column("key", sa.String()),
    sa.column("first_seq", sa.BigInteger()),
)
TWICE = "The same file came in again and waits as another batch."


def upgrade() -> None:
    """Add the columns and the index."""
    op.add_column("credit_batch", sa.Column("claim", sa.Uuid(), nullable=True))
    op.add_column("credit_batch", sa.Column("claimed_until", INSTANT, nullable=True))
    op.add_column("credit_batch", sa.Column("root", sa.LargeBinary(length=32), nullable=True))
    _leave_one_waiting()
    op.create_index(
        "uq_credit_batch_waiting",
        "credit_batch",
        ["log", "feed", "file_hash"],
        unique=True,
        postgresql_where=WAITS,
        sqlite_where=WAITS,
    )
    op.add_column("credit_source", sa.Column("failure", sa.String(length=300), nullable=True))
    op.add_column("credit_source", sa.Column("wanted_at", INSTANT, nullable=True))


def _leave_one_waiting() -> None:
    """Let the newest of the same bytes wait alone; one that is an entry already is taken."""
    connection = op.get_bind()
    waiting = sa.select(BATCH).where(BATCH.c.state == "waiting", BATCH.c.door != "retry")
    newest: set[tuple[int, str, bytes]] = set()
    for row in connection.execute(waiting.order_by(BATCH.c.received_at.desc(), BATCH.c.id.desc())):
        same = (row.log, row.feed, bytes(row.file_hash))
        if same in newest:
            own = (APPENDED.c.log == row.log, APPENDED.c.actor == row.actor)
            entry = sa.select(APPENDED.c.first_seq).where(
                *own, APPENDED.c.key == f"credit-batch:{row.id}"
            )
            seq = connection.execute(entry).scalar()
            told = {"state": "accepted", "seq": seq} if seq is not None else {"state": "refused"}
            values = told if seq is not None else {**told, "message": TWICE}
            connection.execute(sa.update(BATCH).where(BATCH.c.id == row.id).values(values))
        newest.add(same)
