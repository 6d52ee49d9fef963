"""Where holders want to be told of recalls by their own programs, and how far each telling is.

One rule: nothing here is evidence. The notice itself is an entry of the ledger whether or not a
program took it; these rows only keep that it is not told twice, and tried again where it failed.
"""

from typing import Final

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Uuid

from base.db import METADATA, Instant

URL_CHARS_MAX: Final = 500
OUTCOME_CHARS_MAX: Final = 200

RECALL_HOOK = Table(
    "recall_hook",
    METADATA,
    Column("party_id", Uuid, ForeignKey("party.id"), primary_key=True),
    Column("url", String(URL_CHARS_MAX), nullable=False),
    Column("created_at", Instant, nullable=False),
)

# `delivered_at` is when the holder's program took it; `next_at` is when it is tried again, None
# where it was taken or given up.
RECALL_DELIVERY = Table(
    "recall_delivery",
    METADATA,
    Column("notice_id", Uuid, primary_key=True),
    Column("party_id", Uuid, ForeignKey("party.id"), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("outcome", String(OUTCOME_CHARS_MAX), nullable=False),
    Column("next_at", Instant),
    Column("delivered_at", Instant),
    Index(None, "party_id", "notice_id"),
)
