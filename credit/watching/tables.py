"""The tables of watches. One rule: a watch is its subscriber's own, and says why it is kept.

They are no evidence: what is told of a party is made from the facts each time.
"""

from typing import Final

from sqlalchemy import Column, Date, Integer, String, Table

from base.db import METADATA, Big, Instant
from credit.tables import ACTOR_CHARS_MAX

CODE_CHARS_MAX: Final = 32
PURPOSE_CHARS_MAX: Final = 200
TOKEN_CHARS_MAX: Final = 200

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

TABLES: Final = (CREDIT_WATCH, CREDIT_WATCH_LOOK)
