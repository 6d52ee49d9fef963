"""The tables of watches. One rule: a watch is its subscriber's own, and says why it is kept.

They are no evidence: what is told of a party is made from the facts each time.
"""

from trace.recall.hook_tables import OUTCOME_CHARS_MAX, URL_CHARS_MAX
from typing import Final

from sqlalchemy import Boolean, Column, Date, Integer, String, Table, Uuid

from base.db import METADATA, Big, Instant
from credit.tables import ACTOR_CHARS_MAX

CODE_CHARS_MAX: Final = 32
PURPOSE_CHARS_MAX: Final = 200
TOKEN_CHARS_MAX: Final = 200
STOPPED_CHARS_MAX: Final = 20

# A party by its social credit code. The three `since` are how far the ledger, the days and the
# nights had come: nothing from before is told of it.
CREDIT_WATCH: Final = Table(
    "credit_watch",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("actor", String(ACTOR_CHARS_MAX), primary_key=True),
    Column("code", String(CODE_CHARS_MAX), primary_key=True),
    Column("purpose", String(PURPOSE_CHARS_MAX), nullable=False),
    Column("since_seq", Big, nullable=False),
    Column("since_on", Date, nullable=False),
    Column("since_night", Date, nullable=False),
    Column("created_at", Instant, nullable=False),
)

# How far a subscriber has looked: the token of `credit.watching.positions`.
CREDIT_WATCH_LOOK: Final = Table(
    "credit_watch_look",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("actor", String(ACTOR_CHARS_MAX), primary_key=True),
    Column("seen", String(TOKEN_CHARS_MAX), nullable=False),
    Column("seen_at", Instant, nullable=False),
)

# Where a subscriber's program is told of changes. `id` names the key of this setting; the key or
# the account is whose right it is told by. Everything up to `told` was taken; `waiting` is the
# number of the delivery that was begun and not taken yet, `number` that of the newest one. A worker
# looked at it `looked_at`; there was nothing to tell when credit had come as far as `idle_at` says.
CREDIT_HOOK: Final = Table(
    "credit_hook",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("actor", String(ACTOR_CHARS_MAX), primary_key=True),
    Column("id", Uuid, nullable=False),
    Column("url", String(URL_CHARS_MAX), nullable=False),
    Column("key_id", Uuid),
    Column("account_id", Uuid),
    Column("told", String(TOKEN_CHARS_MAX), nullable=False),
    Column("number", Integer, nullable=False),
    Column("waiting", Integer),
    Column("attempts", Integer, nullable=False),
    Column("next_at", Instant),
    Column("stopped", String(STOPPED_CHARS_MAX), nullable=False),
    Column("test_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("looked_at", Instant),
    Column("idle_at", String(TOKEN_CHARS_MAX)),
)

# What came of telling it, delivery by delivery: from which token to which, or a test.
CREDIT_HOOK_DELIVERY: Final = Table(
    "credit_hook_delivery",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("actor", String(ACTOR_CHARS_MAX), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("id", Uuid, nullable=False),
    Column("is_test", Boolean, nullable=False),
    Column("after", String(TOKEN_CHARS_MAX), nullable=False),
    Column("until", String(TOKEN_CHARS_MAX), nullable=False),
    Column("changes", Integer, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("outcome", String(OUTCOME_CHARS_MAX), nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("tried_at", Instant, nullable=False),
    Column("delivered_at", Instant),
)

TABLES: Final = (CREDIT_WATCH, CREDIT_WATCH_LOOK, CREDIT_HOOK, CREDIT_HOOK_DELIVERY)
