"""Recalls: openings, scopes with their lines, notices, answers, escalations, ends.

Revision: 0004, after 0003. It names its own column types, so that it stays what it was when the
types of the code change. It only adds tables: the previous release goes on beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    _create_recall()
    _create_recall_scope()
    _create_recall_line()
    _create_recall_notice()
    _create_recall_answer()
    _create_recall_escalation()
    _create_recall_close()


def _create_recall() -> None:
    op.create_table(
        "recall",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=24), nullable=False),
        sa.Column("domain", sa.String(length=24), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("is_mock", sa.Boolean(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=True),
        sa.Column("opened_by", sa.String(length=128), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("log", "seq", name=op.f("pk_recall")),
        sa.UniqueConstraint("log", "id", name=op.f("uq_recall_log_id")),
        sa.UniqueConstraint("log", "number", name=op.f("uq_recall_log_number")),
    )
    op.create_index(op.f("ix_recall_party_id_log_seq"), "recall", ["party_id", "log", "seq"])


def _create_recall_scope() -> None:
    op.create_table(
        "recall_scope",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recall_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at_size", BIG, nullable=False),
        sa.Column("at_root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("criteria", sa.Text(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("added_count", sa.Integer(), nullable=False),
        sa.Column("removed_count", sa.Integer(), nullable=False),
        sa.Column("is_cut", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("log", "seq", name=op.f("pk_recall_scope")),
        sa.UniqueConstraint("log", "id", name=op.f("uq_recall_scope_log_id")),
        sa.UniqueConstraint(
            "log", "recall_id", "version", name=op.f("uq_recall_scope_log_recall_id_version")
        ),
    )


def _create_recall_line() -> None:
    op.create_table(
        "recall_line",
        sa.Column("item", BIG, autoincrement=False, nullable=False),
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("recall_id", sa.Uuid(), nullable=False),
        sa.Column("seq", BIG, nullable=False),
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("binds", sa.Boolean(), nullable=False),
        sa.Column("holder", sa.Uuid(), nullable=True),
        sa.Column("place", sa.Text(), nullable=True),
        sa.Column("quantity", sa.Text(), nullable=True),
        sa.Column("sold", sa.Text(), nullable=True),
        sa.Column("uom", sa.Text(), nullable=True),
        sa.Column("is_gone", sa.Boolean(), nullable=False),
        sa.Column("shown_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("item", "log", "scope_id", "position", name=op.f("pk_recall_line")),
    )
    op.create_index(
        op.f("ix_recall_line_log_scope_id_position"), "recall_line", ["log", "scope_id", "position"]
    )
    op.create_index(op.f("ix_recall_line_log_seq"), "recall_line", ["log", "seq"])


def _create_recall_notice() -> None:
    op.create_table(
        "recall_notice",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recall_id", sa.Uuid(), nullable=False),
        sa.Column("scope_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("line_count", sa.Integer(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("log", "seq", name=op.f("pk_recall_notice")),
        sa.UniqueConstraint("log", "id", name=op.f("uq_recall_notice_log_id")),
    )
    op.create_index(
        op.f("ix_recall_notice_log_recall_id_seq"), "recall_notice", ["log", "recall_id", "seq"]
    )
    op.create_index(
        op.f("ix_recall_notice_party_id_log_seq"), "recall_notice", ["party_id", "log", "seq"]
    )


def _create_recall_answer() -> None:
    op.create_table(
        "recall_answer",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recall_id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("amounts", sa.Text(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("said_by", sa.String(length=128), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("log", "seq", name=op.f("pk_recall_answer")),
        sa.UniqueConstraint("log", "id", name=op.f("uq_recall_answer_log_id")),
    )
    op.create_index(
        op.f("ix_recall_answer_log_recall_id_seq"), "recall_answer", ["log", "recall_id", "seq"]
    )


def _create_recall_escalation() -> None:
    op.create_table(
        "recall_escalation",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recall_id", sa.Uuid(), nullable=False),
        sa.Column("notice_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("log", "seq", name=op.f("pk_recall_escalation")),
        sa.UniqueConstraint("log", "id", name=op.f("uq_recall_escalation_log_id")),
        sa.UniqueConstraint("log", "notice_id", name=op.f("uq_recall_escalation_log_notice_id")),
    )
    op.create_index(
        op.f("ix_recall_escalation_log_recall_id_seq"),
        "recall_escalation",
        ["log", "recall_id", "seq"],
    )


def _create_recall_close() -> None:
    op.create_table(
        "recall_close",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("recall_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("closed_by", sa.String(length=128), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("log", "seq", name=op.f("pk_recall_close")),
        sa.UniqueConstraint("log", "id", name=op.f("uq_recall_close_log_id")),
        sa.UniqueConstraint("log", "recall_id", name=op.f("uq_recall_close_log_recall_id")),
    )
