"""Credit: early warnings with their steps, draws and inspections.

Revision: 0016, after 0015. It names its own column types, so that it stays what it was when the
types of the code change. It only adds tables: the previous release goes on beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    _create_credit_warning_step()
    _create_credit_warning()
    _create_credit_draw()
    _create_credit_inspection()


def _create_credit_warning_step() -> None:
    op.create_table(
        "credit_warning_step",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("warning_id", sa.Uuid(), nullable=False),
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("log", "warning_id", "seq", name=op.f("pk_credit_warning_step")),
    )
    op.create_index("ix_credit_warning_step_log_seq", "credit_warning_step", ["log", "seq"])


def _create_credit_warning() -> None:
    op.create_table(
        "credit_warning",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("severity", sa.String(length=8), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.Column("judged", sa.Text(), nullable=False),
        sa.Column("is_ground_gone", sa.Boolean(), nullable=False),
        sa.Column("inspection_id", sa.Uuid(), nullable=True),
        sa.Column("opened_seq", BIG, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("last_seq", BIG, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("log", "id", name=op.f("pk_credit_warning")),
    )
    op.create_index(
        "ix_credit_warning_log_state_rank_opened_seq",
        "credit_warning",
        ["log", "state", "rank", "opened_seq"],
    )
    op.create_index("ix_credit_warning_log_subject_id", "credit_warning", ["log", "subject_id"])


def _create_credit_draw() -> None:
    op.create_table(
        "credit_draw",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("plan", sa.String(length=32), nullable=False),
        sa.Column("seed_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("pool_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("party_count", sa.Integer(), nullable=False),
        sa.Column("inspector_count", sa.Integer(), nullable=False),
        sa.Column("beacon", sa.String(length=200), nullable=False),
        sa.Column("value", sa.String(length=200), nullable=False),
        sa.Column("seed", sa.LargeBinary(length=32), nullable=True),
        sa.Column("drawn_count", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("committed_seq", BIG, nullable=False),
        sa.Column("committed_at", INSTANT, nullable=False),
        sa.Column("drawn_seq", BIG, nullable=True),
        sa.Column("drawn_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("log", "id", name=op.f("pk_credit_draw")),
    )
    op.create_index("ix_credit_draw_log_committed_seq", "credit_draw", ["log", "committed_seq"])


def _create_credit_inspection() -> None:
    op.create_table(
        "credit_inspection",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.String(length=32), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False),
        sa.Column("draw_id", sa.Uuid(), nullable=True),
        sa.Column("warning_id", sa.Uuid(), nullable=True),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("risk_class", sa.String(length=16), nullable=False),
        sa.Column("inspectors", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("ordered_seq", BIG, nullable=False),
        sa.Column("ordered_at", INSTANT, nullable=False),
        sa.Column("result", sa.String(length=16), nullable=False),
        sa.Column("result_seq", BIG, nullable=True),
        sa.Column("inspected_on", sa.Date(), nullable=True),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.PrimaryKeyConstraint("log", "id", name=op.f("pk_credit_inspection")),
        sa.UniqueConstraint("log", "number", name=op.f("uq_credit_inspection_log_number")),
    )
    op.create_index("ix_credit_inspection_log_draw_id", "credit_inspection", ["log", "draw_id"])
    op.create_index(
        "ix_credit_inspection_log_result_due_on", "credit_inspection", ["log", "result", "due_on"]
    )
    op.create_index(
        "ix_credit_inspection_log_subject_id", "credit_inspection", ["log", "subject_id"]
    )
