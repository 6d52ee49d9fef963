"""The reference tables of the house: they belong to no log and every log may point at them.

One rule: nothing here is ever written inside a transaction that appends to a log, and every id and
instant comes from the program.
"""

from decimal import Decimal
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.types import TypeDecorator, TypeEngine

from base.db import METADATA, Big, Instant

NAME_CHARS_MAX = 200
SPEC_CHARS_MAX = 500
NUMBER_CHARS_MAX = 64
# GS1 General Specifications 3.4.1: AI 10 has up to 20 characters.
LOT_CHARS_MAX = 20
LINK_CHARS_MAX = 500
URI_CHARS_MAX = 512
LABEL_CHARS_MAX = 100
PREFIX_CHARS_MAX = 12  # GS1 General Specifications 1.4.2: 4 to 12 digits.
LINK_TYPE_CHARS_MAX = 200
LANGUAGE_CHARS_MAX = 35  # RFC 5646 4.4.1
MEDIA_TYPE_CHARS_MAX = 127
HREF_CHARS_MAX = 2000
LOGIN_CHARS_MAX = 64
HASH_CHARS_MAX = 255
BROWSER_CHARS_MAX = 60


class PartyKind(StrEnum):
    """What a party does in the chain."""

    FARM = "farm"
    PLANT = "plant"
    CARRIER = "carrier"
    WAREHOUSE = "warehouse"
    SHOP = "shop"
    INPUT_MAKER = "input_maker"
    OTHER = "other"


class Role(StrEnum):
    """What a key is for; a consumer needs no key and is no role of one."""

    PRODUCER = "producer"
    AUTHORITY = "authority"
    AUDITOR = "auditor"
    OPERATOR = "operator"


class Degrees(TypeDecorator[Decimal]):
    """WGS 84 degrees with six decimals, about 11 cm: numeric(9,6), or millionths in SQLite.

    SQLite would keep a decimal as a binary fraction, which is not the number that was given.
    """

    impl = Numeric(9, 6)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Choose the column type of the dialect."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(Numeric(9, 6))

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> object:
        """Refuse what six decimals cannot hold; SQLite gets millionths of a degree."""
        if value is None:
            return None
        millionths = value.scaleb(6)
        if millionths != millionths.to_integral_value():
            raise ValueError("degrees have at most six decimals")
        return int(millionths) if dialect.name == "sqlite" else value

    def process_result_value(self, value: object, dialect: Dialect) -> Decimal | None:  # noqa: ARG002 -- the signature is SQLAlchemy's
        """Return the degrees, always with six decimals."""
        if value is None:
            return None
        if isinstance(value, int):
            return Decimal(value).scaleb(-6)
        if isinstance(value, Decimal):
            return value
        raise TypeError(f"not stored degrees: {value!r}")


def _one_of(column: str, values: type[StrEnum]) -> CheckConstraint:
    allowed = ", ".join(f"'{value.value}'" for value in values)
    return CheckConstraint(f"{column} IN ({allowed})", name=column)


def _id() -> Column[Any]:
    return Column("id", Uuid, primary_key=True)


def _party_id(*, nullable: bool = False) -> Column[Any]:
    return Column("party_id", Uuid, ForeignKey("party.id"), nullable=nullable)


def _names() -> tuple[Column[Any], Column[Any]]:
    """Return the Chinese name and the English one, which is empty where there is none."""
    return (
        Column("name_zh", String(NAME_CHARS_MAX), nullable=False),
        Column("name_en", String(NAME_CHARS_MAX), nullable=False),
    )


PARTY = Table(
    "party",
    METADATA,
    _id(),
    Column("uscc", String(18), unique=True),
    *_names(),
    Column("kind", String(16), nullable=False),
    Column("licence_kind", String(NUMBER_CHARS_MAX)),
    Column("licence_no", String(NUMBER_CHARS_MAX)),
    Column("region", String(6)),
    Column("created_at", Instant, nullable=False),
    _one_of("kind", PartyKind),
    # A party without a unified social credit code is known by its licence alone.
    CheckConstraint("uscc IS NOT NULL OR licence_no IS NOT NULL", name="known_by"),
    CheckConstraint("(licence_kind IS NULL) = (licence_no IS NULL)", name="licence"),
    UniqueConstraint("licence_kind", "licence_no"),
    # Whoever searches has a number before them and seldom its kind.
    Index(None, "licence_no"),
    Index(None, "region", "id"),
)

SITE = Table(
    "site",
    METADATA,
    _id(),
    _party_id(),
    Column("uri", String(URI_CHARS_MAX), nullable=False, unique=True),
    *_names(),
    Column("region", String(6)),
    Column("latitude", Degrees),
    Column("longitude", Degrees),
    Column("created_at", Instant, nullable=False),
    CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="place"),
    Index(None, "party_id", "id"),
    Index(None, "region", "id"),
)

PRODUCT = Table(
    "product",
    METADATA,
    _id(),
    _party_id(),
    Column("uri", String(URI_CHARS_MAX), nullable=False, unique=True),
    *_names(),
    Column("spec_zh", String(SPEC_CHARS_MAX), nullable=False),
    Column("spec_en", String(SPEC_CHARS_MAX), nullable=False),
    Column("class_code", String(NUMBER_CHARS_MAX), nullable=False),
    Column("created_at", Instant, nullable=False),
    Index(None, "party_id", "id"),
)

CERTIFICATE = Table(
    "certificate",
    METADATA,
    _id(),
    _party_id(),
    Column("product_id", Uuid, ForeignKey("product.id")),
    Column("lot", String(LOT_CHARS_MAX)),
    Column("kind", String(NUMBER_CHARS_MAX), nullable=False),
    Column("number", String(NUMBER_CHARS_MAX), nullable=False),
    Column("issuer", String(NAME_CHARS_MAX), nullable=False),
    Column("from_on", Date, nullable=False),
    Column("until_on", Date),
    Column("link", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    CheckConstraint("until_on IS NULL OR until_on >= from_on", name="period"),
    CheckConstraint("lot IS NULL OR product_id IS NOT NULL", name="lot"),
    UniqueConstraint("kind", "number", "issuer"),
    Index(None, "number"),
    Index(None, "party_id", "id"),
    Index(None, "product_id", "id"),
    Index(None, "product_id", "lot"),
)

API_KEY = Table(
    "api_key",
    METADATA,
    _id(),
    Column("label", String(LABEL_CHARS_MAX), nullable=False),
    Column("hash", LargeBinary(32), nullable=False),
    Column("role", String(16), nullable=False),
    _party_id(nullable=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    _one_of("role", Role),
    CheckConstraint("(role = 'producer') = (party_id IS NOT NULL)", name="scope"),
    Index(None, "party_id"),
)

# One row for each POST that named an idempotency key, so that the same key with another request is
# refused. The scope is the actor: two callers may choose the same key.
POST_REQUEST = Table(
    "post_request",
    METADATA,
    Column("actor", String(64), primary_key=True),
    Column("idempotency_key", String(255), primary_key=True),
    Column("request_hash", LargeBinary(32), nullable=False),
    Column("row_id", Uuid, nullable=False),
    Column("created_at", Instant, nullable=False),
)

# A GS1 company prefix that a party says is its own; it counts once an operator has confirmed it.
# A row that has ended stays, so that what was issued under it is still explained.
COMPANY_PREFIX = Table(
    "company_prefix",
    METADATA,
    _id(),
    _party_id(),
    Column("prefix", String(PREFIX_CHARS_MAX), nullable=False),
    Column("evidence", String(SPEC_CHARS_MAX), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("confirmed_at", Instant),
    Column("ended_at", Instant),
    # True as long as it has not ended, then NULL: a party has one open claim of a prefix.
    Column("is_open", Boolean),
    UniqueConstraint("party_id", "prefix", "is_open"),
    Index(None, "prefix"),
    Index(None, "party_id", "id"),
)

# Where a resolver leads from a product, lot or item: links that its owner keeps (RFC 9264).
PRODUCT_LINK = Table(
    "product_link",
    METADATA,
    _id(),
    _party_id(),
    Column("uri", String(URI_CHARS_MAX), nullable=False),
    Column("link_type", String(LINK_TYPE_CHARS_MAX), nullable=False),
    Column("href", String(HREF_CHARS_MAX), nullable=False),
    Column("title", String(NAME_CHARS_MAX), nullable=False),
    Column("language", String(LANGUAGE_CHARS_MAX), nullable=False),
    Column("media_type", String(MEDIA_TYPE_CHARS_MAX), nullable=False),
    Column("is_default", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Index(None, "uri"),
    Index(None, "party_id", "id"),
)

# Work that goes on after its request was answered: what was asked, how far it is, what came of it.
# `arguments` is JSON; `file_name` names a file of the data folder that can be fetched.
TASK = Table(
    "task",
    METADATA,
    _id(),
    _party_id(nullable=True),
    Column("actor", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("subject", String(64), nullable=False),
    Column("arguments", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("total", Big, nullable=False),
    Column("done", Big, nullable=False),
    # Which try this is; whoever works on an older one has lost the task and writes nothing more.
    Column("attempt", Integer, nullable=False),
    Column("message", Text, nullable=False),
    Column("file_name", String(100), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("touched_at", Instant, nullable=False),
    Column("finished_at", Instant),
    # By which it was asked; none of both in what an earlier release asked for.
    Column("key_id", Uuid),
    Column("account_id", Uuid),
    CheckConstraint("state IN ('waiting', 'running', 'done', 'failed')", name="state"),
    Index(None, "party_id", "id"),
    Index(None, "state", "id"),
)

# Somebody who signs in to the pages with a name and a password. The name is folded, so that two
# spellings of one name are one account; it is never given out again, not even after the end.
ACCOUNT = Table(
    "account",
    METADATA,
    _id(),
    _party_id(nullable=True),
    Column("role", String(16), nullable=False),
    Column("login", String(LOGIN_CHARS_MAX), nullable=False, unique=True),
    Column("name", String(LABEL_CHARS_MAX), nullable=False),
    Column("password_hash", String(HASH_CHARS_MAX), nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("ended_at", Instant),
    _one_of("role", Role),
    CheckConstraint("(role = 'producer') = (party_id IS NOT NULL)", name="scope"),
    Index(None, "party_id"),
)

# Tries to sign in that were wrong, by keyed hashes: of a name from one network, or, with an empty
# network, of a name from wherever nobody signed in to it before. Names that nobody has are counted
# alike, so that a count tells no stranger which names there are.
SIGN_IN_COUNT = Table(
    "sign_in_count",
    METADATA,
    Column("name_hash", LargeBinary(16), primary_key=True),
    Column("network", LargeBinary(16), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("locked_until", Instant, nullable=False),
    Column("touched_at", Instant, nullable=False),
    Index(None, "touched_at"),
)

# Who is signed in to the pages, under the hash of the number in the browser's cookie.
PAGE_SESSION = Table(
    "page_session",
    METADATA,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("account_id", Uuid, ForeignKey("account.id")),
    Column("key_id", Uuid, ForeignKey("api_key.id")),
    # The keyed hash of the network it was opened from: an account's owner is known by it.
    Column("network", LargeBinary(16), nullable=False),
    Column("browser", String(BROWSER_CHARS_MAX), nullable=False),
    Column("since", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("ended_at", Instant),
    CheckConstraint("(account_id IS NULL) <> (key_id IS NULL)", name="one_holder"),
    Index(None, "account_id", "since"),
    Index(None, "since"),
)
