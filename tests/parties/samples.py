"""A small register for tests, and identifiers that pass their norms."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import Engine

from base.clock import SetClock
from base.db import METADATA, open_engine, transaction
from parties.drafts import PartyDraft
from parties.register import register_party
from parties.tables import (
    API_KEY,
    CERTIFICATE,
    COMPANY_PREFIX,
    PARTY,
    POST_REQUEST,
    PRODUCT,
    SITE,
    PartyKind,
)

NOW = datetime(2026, 3, 1, 8, 0, 0, 123456, tzinfo=UTC)
TABLES = [PARTY, SITE, PRODUCT, CERTIFICATE, COMPANY_PREFIX, API_KEY, POST_REQUEST]

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def new_clock() -> SetClock:
    return SetClock(NOW)


def uscc_of(number: int) -> str:
    """Return a credit code with both of its check characters right (GB 32100-2015, GB 11714)."""
    body = f"{number:08d}"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    rest = 11 - sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11
    code = "91130100" + body + {10: "X", 11: "0"}.get(rest, str(rest))
    total = sum(_ALPHABET.index(sign) * pow(3, i, 31) for i, sign in enumerate(code))
    return code + _ALPHABET[(31 - total % 31) % 31]


def gs1(body: str) -> str:
    """Return the digits with their GS1 check digit."""
    total = sum(int(digit) * (3, 1)[i % 2] for i, digit in enumerate(reversed(body)))
    return body + str(-total % 10)


def gln_uri(number: int) -> str:
    return "https://id.gs1.org/414/" + gs1(f"6901234{number:05d}")


def gtin_uri(number: int) -> str:
    return "https://id.gs1.org/01/" + gs1(f"06901234{number:05d}")


def farm(number: int = 1) -> PartyDraft:
    return PartyDraft(
        uscc=uscc_of(number),
        name_zh=f"第{number}农场",
        name_en=f"Farm {number}",
        kind=PartyKind.FARM,
        region="130123",
    )


def open_database(url: str) -> Engine:
    """Open an empty database and make the register's tables in it."""
    engine = open_engine(url, pool_size=2)
    METADATA.create_all(engine, tables=TABLES)
    return engine


def sqlite_of(folder: Path) -> str:
    return f"sqlite:///{folder / 'suxin.db'}"


def new_party(engine: Engine, number: int = 1) -> UUID:
    with transaction(engine) as connection:
        return register_party(connection, farm(number), now=NOW).id
