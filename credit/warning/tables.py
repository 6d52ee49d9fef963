"""The tables of early warning. One rule: warnings are a fold over entries, made anew from them."""

from typing import Final

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, Text, Uuid

from base.db import METADATA, Big, Instant

KEY_CHARS_MAX: Final = 64
CODE_CHARS_MAX: Final = 32
STATE_CHARS_MAX: Final = 16

# Which entries speak of a warning, written with them: whoever acts names the newest of them.
CREDIT_WARNING_STEP: Final = Table(
    "credit_warning_step",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("warning_id", Uuid, primary_key=True),
    Column("seq", Big, primary_key=True, autoincrement=False),
    Index(None, "log", "seq"),
)

# A warning as its newest entry left it. `told` is JSON: details, facts and entries it stands on;
# `judged` are the grounds, with blanks between, that somebody dismissed or closed it on.
CREDIT_WARNING: Final = Table(
    "credit_warning",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("id", Uuid, primary_key=True),
    Column("code", String(CODE_CHARS_MAX), nullable=False),
    Column("severity", String(8), nullable=False),
    Column("rank", Integer, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("key", String(KEY_CHARS_MAX), nullable=False),
    Column("state", String(STATE_CHARS_MAX), nullable=False),
    Column("told", Text, nullable=False),
    Column("judged", Text, nullable=False),
    Column("is_ground_gone", Boolean, nullable=False),
    Column("inspection_id", Uuid),
    Column("opened_seq", Big, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("last_seq", Big, nullable=False),
    Column("last_at", Instant, nullable=False),
    Index(None, "log", "state", "rank", "opened_seq"),
    Index(None, "log", "subject_id"),
)
