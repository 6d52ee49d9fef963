"""Accounts with a password, the sessions of the pages, and counts of wrong passwords.

Revision: 0005, after 0004. It names its own column types, so that it stays what it was when the
types of the code change. It only adds tables: the previous release goes on beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True).with_variant(sa.BigInteger(), "sqlite")


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("login", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("password_hash", sa.String(length=255), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "role IN ('producer', 'authority', 'auditor', 'operator')",
            name=op.f("ck_account_role"),
        ),
        sa.CheckConstraint(
            "(role = 'producer') = (party_id IS NOT NULL)", name=op.f("ck_account_scope")
        ),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("fk_account_party_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("login", name=op.f("uq_account_login")),
    )
    op.create_index(op.f("ix_account_party_id"), "account", ["party_id"])
    op.create_table(
        "sign_in_count",
        sa.Column("name_hash", sa.LargeBinary(length=16), nullable=False),
        sa.Column("network", sa.LargeBinary(length=16), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", INSTANT, nullable=False),
        sa.Column("touched_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name_hash", "network", name=op.f("pk_sign_in_count")),
    )
    op.create_index(op.f("ix_sign_in_count_touched_at"), "sign_in_count", ["touched_at"])
    _create_sessions()


def _create_sessions() -> None:
    op.create_table(
        "page_session",
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("key_id", sa.Uuid(), nullable=True),
        sa.Column("network", sa.LargeBinary(length=16), nullable=False),
        sa.Column("browser", sa.String(length=60), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("last_seen_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.CheckConstraint(
            "(account_id IS NULL) <> (key_id IS NULL)", name=op.f("ck_page_session_one_holder")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_page_session_account_id")
        ),
        sa.ForeignKeyConstraint(["key_id"], ["api_key.id"], name=op.f("fk_page_session_key_id")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_page_session")),
        sa.UniqueConstraint("id", name=op.f("uq_page_session_id")),
    )
    op.create_index(
        op.f("ix_page_session_account_id_since"), "page_session", ["account_id", "since"]
    )
    op.create_index(op.f("ix_page_session_since"), "page_session", ["since"])
