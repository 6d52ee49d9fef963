"""The tables of credit. One rule: facts and listings are a fold over the ledger's own entries.

A batch's rows are kept off the ledger, so that what is a person's can be erased; the entry of the
batch holds the root of the tree over their hashes, by which each of them is proven.
"""

from typing import Final

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)

from base.db import METADATA, Big, Instant

CURSOR: Final = "credit"
"""By which name the cursor of the entries that were read is kept."""
FEED_CHARS_MAX: Final = 32
KIND_CHARS_MAX: Final = 32
NAME_CHARS_MAX: Final = 200
KEY_CHARS_MAX: Final = 400
NUMBER_CHARS_MAX: Final = 128
STATE_CHARS_MAX: Final = 16
TITLE_CHARS_MAX: Final = 2000
ACTOR_CHARS_MAX: Final = 128
MESSAGE_CHARS_MAX: Final = 1000
NAME_KEY_CHARS_MAX: Final = 32
OUTCOME_CHARS_MAX: Final = 300
_WAITS: Final = "state = 'waiting' AND door <> 'retry'"

# Which entries of the log are of credit: written with them, so that nobody looks through the rest.
CREDIT_ENTRY: Final = Table(
    "credit_entry",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("kind", String(KIND_CHARS_MAX), nullable=False),
)

# What came in through a door, from the moment it was kept. `seq` is its entry once it was accepted.
CREDIT_BATCH: Final = Table(
    "credit_batch",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("id", Uuid, primary_key=True),
    Column("feed", String(FEED_CHARS_MAX), nullable=False),
    Column("feed_version", Integer, nullable=False),
    Column("door", String(STATE_CHARS_MAX), nullable=False),
    Column("actor", String(ACTOR_CHARS_MAX), nullable=False),
    Column("file_hash", LargeBinary(32), nullable=False),
    Column("file_bytes", Big, nullable=False),
    Column("state", String(STATE_CHARS_MAX), nullable=False),
    Column("message", String(MESSAGE_CHARS_MAX), nullable=False),
    Column("received", Integer, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("quarantined", Integer, nullable=False),
    Column("duplicates", Integer, nullable=False),
    Column("ended", Integer, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("seq", Big),
    Column("noted", Integer),
    Column("signer_id", Uuid),
    Column("released_by", String(ACTOR_CHARS_MAX)),
    Column("origin_id", Uuid),
    # Who is at it, until when, and the root of the rows that he wrote.
    Column("claim", Uuid),
    Column("claimed_until", Instant),
    Column("root", LargeBinary(32)),
    Index(None, "log", "feed", "received_at"),
    Index(None, "log", "feed", "file_hash"),
    Index(None, "log", "state"),
    # The same bytes that come in twice at one moment are one batch.
    Index(
        "uq_credit_batch_waiting",
        *("log", "feed", "file_hash"),
        unique=True,
        postgresql_where=text(_WAITS),
        sqlite_where=text(_WAITS),
    ),
)

# A row of a batch: its hash, and what was understood of it. An erased row keeps its hash alone.
CREDIT_ROW: Final = Table(
    "credit_row",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("batch_id", Uuid, primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("row_number", Integer, nullable=False),
    Column("leaf", LargeBinary(32), nullable=False),
    Column("body", LargeBinary),
)

# Hashes of perfect subtrees of 256, 65 536, … rows of a batch (RFC 9162 2.1.1), so that the proof
# of one row reads a few hundred hashes however many rows there are.
CREDIT_ROW_NODE: Final = Table(
    "credit_row_node",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("batch_id", Uuid, primary_key=True),
    Column("level", SmallInteger, primary_key=True, autoincrement=False),
    Column("node_index", Integer, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
)

# A row that was not understood: nothing of it has any effect before it is read again.
CREDIT_QUARANTINE: Final = Table(
    "credit_quarantine",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("batch_id", Uuid, primary_key=True),
    Column("row_number", Integer, primary_key=True, autoincrement=False),
    Column("feed", String(FEED_CHARS_MAX), nullable=False),
    Column("code", String(KIND_CHARS_MAX), nullable=False),
    Column("faults", Text, nullable=False),
    Column("cells", Text, nullable=False),
    Column("state", String(STATE_CHARS_MAX), nullable=False),
    Column("retried_in", Uuid),
    Index(None, "log", "feed", "state"),
)

# Whom facts are about. Its id follows from the first code or name it was known by.
CREDIT_SUBJECT: Final = Table(
    "credit_subject",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("id", Uuid, primary_key=True),
    Column("kind", String(STATE_CHARS_MAX), nullable=False),
    Column("name", String(NAME_CHARS_MAX), nullable=False),
    Column("region", String(6), nullable=False),
    Column("industry", String(8), nullable=False),
    Column("is_registered", Boolean, nullable=False),
    Column("seq", Big, nullable=False),
)

CREDIT_CODE: Final = Table(
    "credit_code",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("code", String(32), primary_key=True),
    Column("scheme", String(STATE_CHARS_MAX), primary_key=True),
    Column("subject_id", Uuid, primary_key=True),
    Column("seq", Big, nullable=False),
    Index(None, "log", "subject_id"),
)

# What was reported, in every version: the newest with an instant at or before T is what was known
# at T. `subject_id` is None as long as nobody has said whom it is about.
CREDIT_FACT: Final = Table(
    "credit_fact",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("id", Uuid, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("is_latest", Boolean, nullable=False),
    Column("seq", Big, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("batch_id", Uuid),
    Column("position", Integer),
    Column("subject_id", Uuid),
    Column("feed", String(FEED_CHARS_MAX), nullable=False),
    Column("kind", String(KIND_CHARS_MAX), nullable=False),
    # The list that the fact is an entry of; "" where it is none.
    Column("list", String(KIND_CHARS_MAX), nullable=False),
    Column("key_hash", LargeBinary(32), nullable=False),
    Column("content_hash", LargeBinary(32), nullable=False),
    Column("state", String(STATE_CHARS_MAX), nullable=False),
    Column("authority", String(KIND_CHARS_MAX), nullable=False),
    Column("authority_name", String(NAME_CHARS_MAX), nullable=False),
    Column("number", String(NUMBER_CHARS_MAX), nullable=False),
    Column("title", String(TITLE_CHARS_MAX), nullable=False),
    Column("decided_on", Date),
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("ended_on", Date),
    Column("severity", String(STATE_CHARS_MAX)),
    Column("is_published", Boolean, nullable=False),
    Column("repairable_on", Date),
    Column("stops_on", Date),
    Column("body", Text, nullable=False),
    UniqueConstraint("log", "feed", "key_hash", "version"),
    Index(None, "log", "subject_id", "is_latest"),
    Index(None, "log", "list", "is_latest", "subject_id"),
    Index(None, "log", "seq"),
    Index(None, "log", "kind", "decided_on"),
    # Of whom a day changes something by itself: most facts have one of these days at most.
    *(
        Index(None, "log", day, postgresql_where=is_set, sqlite_where=is_set)
        for day in ("starts_on", "stops_on", "ended_on")
        for is_set in (text(f"{day} IS NOT NULL"),)
    ),
)

# When a record was in a batch for the first and for the last time.
CREDIT_SEEN: Final = Table(
    "credit_seen",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("fact_id", Uuid, primary_key=True),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("last_batch_id", Uuid, nullable=False),
)

# A step of a case, written with its entry; the case's state is that of its newest step.
CREDIT_STEP: Final = Table(
    "credit_step",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("seq", Big, primary_key=True, autoincrement=False),
    Column("case_id", Uuid, nullable=False),
    Index(None, "log", "case_id", "seq"),
)

# A case as its newest step left it. `facts` are ids with blanks between; `due_on` is the day by
# which the next step has to be taken.
CREDIT_CASE: Final = Table(
    "credit_case",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("id", Uuid, primary_key=True),
    Column("kind", String(KIND_CHARS_MAX), nullable=False),
    Column("state", String(STATE_CHARS_MAX), nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("facts", Text, nullable=False),
    Column("list", String(KIND_CHARS_MAX), nullable=False),
    Column("opened_seq", Big, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("last_seq", Big, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("due_on", Date),
    Column("due_rule", String(KIND_CHARS_MAX), nullable=False),
    Column("is_provisional", Boolean, nullable=False),
    Index(None, "log", "is_open", "due_on"),
    Index(None, "log", "subject_id"),
)

# A measure in use. `facts` are ids with blanks between; `must_lift_since` is when the last of them
# left the answers, None as long as one stands; from `over_on` on none does because time is up.
CREDIT_APPLICATION: Final = Table(
    "credit_application",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("id", Uuid, primary_key=True),
    Column("subject_id", Uuid, nullable=False),
    Column("measure", String(KIND_CHARS_MAX), nullable=False),
    Column("matter", String(KIND_CHARS_MAX), nullable=False),
    Column("facts", Text, nullable=False),
    Column("actor", String(ACTOR_CHARS_MAX), nullable=False),
    Column("applied_on", Date, nullable=False),
    Column("seq", Big, nullable=False),
    Column("must_lift_since", Instant),
    Column("lifted_on", Date),
    Column("lifted_seq", Big),
    Column("over_on", Date),
    Index(None, "log", "subject_id"),
    Index(None, "log", "actor", "seq"),
    Index(None, "log", "must_lift_since"),
    Index(None, "log", "over_on"),
)

# Who hands in batches of which feeds, under which Ed25519 key. It belongs to no log.
CREDIT_SENDER: Final = Table(
    "credit_sender",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("name", String(NAME_CHARS_MAX), nullable=False),
    Column("feeds", String(400), nullable=False),
    Column("public_key", LargeBinary(32), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("revoked_at", Instant),
)

# From where batches are fetched, what came of asking last, and how it last failed. Of no log.
CREDIT_SOURCE: Final = Table(
    "credit_source",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("sender_id", Uuid, nullable=False),
    Column("feed", String(FEED_CHARS_MAX), nullable=False),
    Column("url", String(2000), nullable=False),
    Column("every_minutes", Integer, nullable=False),
    Column("is_signed", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("asked_at", Instant),
    Column("outcome", String(OUTCOME_CHARS_MAX), nullable=False),
    Column("failure", String(OUTCOME_CHARS_MAX)),
    Column("wanted_at", Instant),
)

# Whose key or account decides for which authority; "*" stands for every one. It belongs to no log.
CREDIT_OFFICE: Final = Table(
    "credit_office",
    METADATA,
    Column("id", Uuid, primary_key=True),
    Column("actor", String(ACTOR_CHARS_MAX), nullable=False),
    Column("authority", String(NAME_CHARS_MAX), nullable=False),
    Column("code", String(KIND_CHARS_MAX), nullable=False),
    Column("granted_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Index(None, "actor"),
)

# Every name a party was ever known by, with the keys that names are found by.
CREDIT_NAME: Final = Table(
    "credit_name",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("subject_id", Uuid, primary_key=True),
    Column("name", String(NAME_CHARS_MAX), primary_key=True),
    Column("core", String(NAME_KEY_CHARS_MAX), nullable=False),
    Column("head", String(NAME_KEY_CHARS_MAX), nullable=False),
    Column("tail", String(NAME_KEY_CHARS_MAX), nullable=False),
    Column("seq", Big, nullable=False),
    Index(None, "log", "core"),
    Index(None, "log", "head"),
    Index(None, "log", "tail"),
)

# A party as rows name it where a person has to say who it is. `told_id` is whom its code names all
# the same, `subject_id` who it is by now: the code's, or whom a person named.
CREDIT_MENTION: Final = Table(
    "credit_mention",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("id", Uuid, primary_key=True),
    Column("why", String(STATE_CHARS_MAX), nullable=False),
    Column("state", String(STATE_CHARS_MAX), nullable=False),
    Column("kind", String(STATE_CHARS_MAX), nullable=False),
    Column("name", String(NAME_CHARS_MAX), nullable=False),
    Column("region", String(6), nullable=False),
    Column("codes", Text, nullable=False),
    Column("told_id", Uuid),
    Column("subject_id", Uuid),
    Column("seq", Big, nullable=False),
    Index(None, "log", "state", "seq"),
    Index(None, "log", "told_id"),
)

# Of a fact, case or application whose party is a person's judgement: the mention or the party that
# it is of by its own words, so that it goes back there when the judgement is undone.
CREDIT_OWN: Final = Table(
    "credit_own",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("thing_id", Uuid, primary_key=True),
    Column("node_id", Uuid, nullable=False),
    Index(None, "log", "node_id"),
)

# A party that a person said is another one under another code: where its facts stand now.
CREDIT_ALIAS: Final = Table(
    "credit_alias",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("subject_id", Uuid, primary_key=True),
    Column("into_id", Uuid, nullable=False),
)

# What a person said of a mention or a party (`node_id`) and a party. One that was undone, replaced
# or void stays here, and has no effect.
CREDIT_JUDGEMENT: Final = Table(
    "credit_judgement",
    METADATA,
    Column("log", Integer, primary_key=True, autoincrement=False),
    Column("id", Uuid, primary_key=True),
    Column("node_id", Uuid, nullable=False),
    Column("is_join", Boolean, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("is_new", Boolean, nullable=False),
    Column("verdict", String(STATE_CHARS_MAX), nullable=False),
    Column("state", String(STATE_CHARS_MAX), nullable=False),
    Column("reason", String(MESSAGE_CHARS_MAX), nullable=False),
    Column("actor", String(ACTOR_CHARS_MAX), nullable=False),
    Column("seq", Big, nullable=False),
    Column("judged_at", Instant, nullable=False),
    Column("undone_seq", Big),
    Column("undone_at", Instant),
    Column("undone_by", String(ACTOR_CHARS_MAX)),
    Column("undone_reason", String(MESSAGE_CHARS_MAX)),
    Index(None, "log", "node_id"),
    Index(None, "log", "subject_id"),
    Index(None, "log", "seq"),
)
