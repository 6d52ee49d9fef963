"""Credit: batches with their rows, subjects with their codes, facts in every version.

Revision: 0011, after 0010. It names its own column types, so that it stays what it was when the
types of the code change. It only adds tables: the previous release goes on beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    _create_credit_entry()
    _create_credit_batch()
    _create_credit_row()
    _create_credit_quarantine()
    _create_credit_subject()
    _create_credit_code()
    _create_credit_fact()
    _create_credit_seen()
    _create_credit_step()
    _create_credit_case()
    _create_credit_application()
    _create_credit_sender()


def _create_credit_entry() -> None:
    op.create_table(
        "credit_entry",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("log", "seq", name=op.f("pk_credit_entry")),
    )


def _create_credit_batch() -> None:
    op.create_table(
        "credit_batch",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("feed", sa.String(length=32), nullable=False),
        sa.Column("feed_version", sa.Integer(), nullable=False),
        sa.Column("door", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("file_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("file_bytes", BIG, nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("message", sa.String(length=1000), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("quarantined", sa.Integer(), nullable=False),
        sa.Column("duplicates", sa.Integer(), nullable=False),
        sa.Column("ended", sa.Integer(), nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT, nullable=True),
        sa.Column("seq", BIG, nullable=True),
        sa.PrimaryKeyConstraint("log", "id", name=op.f("pk_credit_batch")),
    )
    op.create_index(
        op.f("ix_credit_batch_log_feed_file_hash"),
        "credit_batch",
        ["log", "feed", "file_hash"],
        unique=False,
    )
    op.create_index(
        op.f("ix_credit_batch_log_feed_received_at"),
        "credit_batch",
        ["log", "feed", "received_at"],
        unique=False,
    )
    op.create_index(
        op.f("ix_credit_batch_log_state"), "credit_batch", ["log", "state"], unique=False
    )


def _create_credit_row() -> None:
    op.create_table(
        "credit_row",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("row_number", sa.Integer(), nullable=False),
        sa.Column("leaf", sa.LargeBinary(length=32), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("log", "batch_id", "position", name=op.f("pk_credit_row")),
    )


def _create_credit_quarantine() -> None:
    op.create_table(
        "credit_quarantine",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("row_number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("feed", sa.String(length=32), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("faults", sa.Text(), nullable=False),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("retried_in", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("log", "batch_id", "row_number", name=op.f("pk_credit_quarantine")),
    )
    op.create_index(
        op.f("ix_credit_quarantine_log_feed_state"),
        "credit_quarantine",
        ["log", "feed", "state"],
        unique=False,
    )


def _create_credit_subject() -> None:
    op.create_table(
        "credit_subject",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("region", sa.String(length=6), nullable=False),
        sa.Column("industry", sa.String(length=8), nullable=False),
        sa.Column("is_registered", sa.Boolean(), nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.PrimaryKeyConstraint("log", "id", name=op.f("pk_credit_subject")),
    )


def _create_credit_code() -> None:
    op.create_table(
        "credit_code",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("scheme", sa.String(length=16), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.PrimaryKeyConstraint("log", "code", "scheme", "subject_id", name=op.f("pk_credit_code")),
    )
    op.create_index(
        op.f("ix_credit_code_log_subject_id"), "credit_code", ["log", "subject_id"], unique=False
    )


def _create_credit_fact() -> None:
    op.create_table(
        "credit_fact",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("is_latest", sa.Boolean(), nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("feed", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("list", sa.String(length=32), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("authority", sa.String(length=32), nullable=False),
        sa.Column("authority_name", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=128), nullable=False),
        sa.Column("title", sa.String(length=2000), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("severity", sa.String(length=16), nullable=True),
        sa.Column("is_published", sa.Boolean(), nullable=False),
        sa.Column("repairable_on", sa.Date(), nullable=True),
        sa.Column("stops_on", sa.Date(), nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("log", "id", "version", name=op.f("pk_credit_fact")),
        sa.UniqueConstraint(
            "log",
            "feed",
            "key_hash",
            "version",
            name=op.f("uq_credit_fact_log_feed_key_hash_version"),
        ),
    )
    op.create_index(
        op.f("ix_credit_fact_log_list_is_latest_subject_id"),
        "credit_fact",
        ["log", "list", "is_latest", "subject_id"],
        unique=False,
    )
    op.create_index(op.f("ix_credit_fact_log_seq"), "credit_fact", ["log", "seq"], unique=False)
    op.create_index(
        op.f("ix_credit_fact_log_subject_id_is_latest"),
        "credit_fact",
        ["log", "subject_id", "is_latest"],
        unique=False,
    )


def _create_credit_seen() -> None:
    op.create_table(
        "credit_seen",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("fact_id", sa.Uuid(), nullable=False),
        sa.Column("first_at", INSTANT, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("last_batch_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("log", "fact_id", name=op.f("pk_credit_seen")),
    )


def _create_credit_step() -> None:
    op.create_table(
        "credit_step",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("log", "seq", name=op.f("pk_credit_step")),
    )
    op.create_index(
        op.f("ix_credit_step_log_case_id_seq"),
        "credit_step",
        ["log", "case_id", "seq"],
        unique=False,
    )


def _create_credit_case() -> None:
    op.create_table(
        "credit_case",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("list", sa.String(length=32), nullable=False),
        sa.Column("opened_seq", BIG, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("last_seq", BIG, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("due_rule", sa.String(length=32), nullable=False),
        sa.Column("is_provisional", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("log", "id", name=op.f("pk_credit_case")),
    )
    op.create_index(
        op.f("ix_credit_case_log_is_open_due_on"),
        "credit_case",
        ["log", "is_open", "due_on"],
        unique=False,
    )
    op.create_index(
        op.f("ix_credit_case_log_subject_id"), "credit_case", ["log", "subject_id"], unique=False
    )


def _create_credit_application() -> None:
    op.create_table(
        "credit_application",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("measure", sa.String(length=32), nullable=False),
        sa.Column("matter", sa.String(length=32), nullable=False),
        sa.Column("facts", sa.Text(), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("applied_on", sa.Date(), nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("must_lift_since", INSTANT, nullable=True),
        sa.Column("lifted_on", sa.Date(), nullable=True),
        sa.Column("lifted_seq", BIG, nullable=True),
        sa.PrimaryKeyConstraint("log", "id", name=op.f("pk_credit_application")),
    )
    op.create_index(
        op.f("ix_credit_application_log_actor_seq"),
        "credit_application",
        ["log", "actor", "seq"],
        unique=False,
    )
    op.create_index(
        op.f("ix_credit_application_log_must_lift_since"),
        "credit_application",
        ["log", "must_lift_since"],
        unique=False,
    )
    op.create_index(
        op.f("ix_credit_application_log_subject_id"),
        "credit_application",
        ["log", "subject_id"],
        unique=False,
    )


def _create_credit_sender() -> None:
    op.create_table(
        "credit_sender",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("feeds", sa.String(length=400), nullable=False),
        sa.Column("public_key", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_sender")),
        sa.UniqueConstraint("public_key", name=op.f("uq_credit_sender_public_key")),
    )
