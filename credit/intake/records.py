"""A record as the bytes that are kept and proven, and back.

The rule that must stay true: the bytes are canonical and salted, so that the same row is always the
same leaf and nobody can try out what a leaf stands for. A person is in them by key alone.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from base.errors import AppError, LedgerCorrupt
from base.strict_json import JsonObject, loads
from credit.facts import content_hash_of
from credit.feeds.model import Claim, CodeScheme, FactKind, Record, SubjectKind
from credit.feeds.persons import without_persons
from credit.rulebook.model import Severity
from ledger.canonical import canonical_bytes

ROW_BYTES_MAX: Final = 128 << 10
"""Record and cells of one row as they are kept; a larger row is quarantined."""

# The frame around them, its salt and its number, and what canonical bytes may add to both.
_FRAME_FACTOR: Final = 2
_DEPTH_MAX: Final = 6
_DAYS: Final = (
    "decided_on",
    "published_on",
    "starts_on",
    "ends_on",
    "ended_on",
    "fulfilled_on",
)
_TEXTS: Final = ("key", "authority", "authority_name", "number", "title", "item", "grade")
# Texts that somebody wrote; the others are codes and numbers.
_FREE_TEXTS: Final = ("number", "title")

PersonKey = Callable[[str], str]
"""Turns a person's number into the key it is known by here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRow:
    """What is kept of a row: the record, or only whose record was seen again (`seen_key`).

    `content` is the hash of what the record says, or the one that was seen again said; "" of rows
    that were seen before it was kept.
    """

    row_number: int
    record: Record | None
    seen_key: str
    content: str


def record_json(record: Record, person_key: PersonKey, persons: Collection[str] = ()) -> JsonObject:
    """Return a record as an object: what is empty is left out, and so is who is named in passing.

    `persons` are names that its texts do not keep; numbers of persons they never do.
    """
    told: dict[str, Any] = {name: getattr(record, name) for name in _TEXTS}
    told |= {name: without_persons(told[name], persons) for name in _FREE_TEXTS}
    told["kind"] = record.kind.value
    told |= {name: day.isoformat() for name in _DAYS if (day := getattr(record, name)) is not None}
    told["stated"] = None if record.stated is None else record.stated.value
    told["kinds"], told["fields"] = sorted(record.kinds), sorted(record.fields)
    told["procedure"] = record.procedure
    told["claim"] = _claim_json(record.claim, person_key)
    told["details"] = {
        name: without_persons(value, persons) if isinstance(value, str) else value
        for name, value in record.details.items()
        if _is_told(value)
    }
    return {name: value for name, value in told.items() if _is_told(value)}


def row_body(
    *,
    row_number: int,
    salt: bytes,
    record: JsonObject,
    cells: Mapping[str, str],
    notes: Sequence[tuple[str, str]] = (),
) -> bytes:
    """Return the bytes of a row that is kept with its original cells and what is odd about it."""
    body: JsonObject = {
        "row": row_number,
        "salt": salt.hex(),
        "record": record,
        "cells": dict(cells),
    }
    if notes:
        body["notes"] = [{"path": path, "code": code} for path, code in notes]
    return canonical_bytes(body)


def seen_body(*, row_number: int, salt: bytes, key: str, content: str) -> bytes:
    """Return the bytes of a row that told nothing new: whose record it is, and what it says."""
    told: JsonObject = {"row": row_number, "salt": salt.hex(), "seen": key, "content": content}
    return canonical_bytes(told)


def read_row(body: bytes) -> KeptRow:
    """Read a kept row; raises `LedgerCorrupt` where it is none."""
    try:
        found: Any = loads(body, bytes_max=_FRAME_FACTOR * ROW_BYTES_MAX, depth_max=_DEPTH_MAX)
        seen = found.get("seen", "")
        record = None if seen else _record_of(found["record"])
        content = found.get("content", "") if seen else content_hash_of(found["record"]).hex()
        return KeptRow(row_number=found["row"], record=record, seen_key=seen, content=content)
    except (AppError, KeyError, TypeError, ValueError, AttributeError) as error:
        raise LedgerCorrupt(f"a row of a credit batch cannot be read: {error!r}") from None


def _record_of(told: Any) -> Record:
    days = {name: date.fromisoformat(told[name]) for name in _DAYS if name in told}
    return Record(
        key=told["key"],
        kind=FactKind(told["kind"]),
        claim=_claim_of(told["claim"]),
        stated=Severity(told["stated"]) if "stated" in told else None,
        kinds=frozenset(told.get("kinds", ())),
        fields=frozenset(told.get("fields", ())),
        procedure=told.get("procedure"),
        details=told.get("details", {}),
        authority=told.get("authority", ""),
        authority_name=told.get("authority_name", ""),
        number=told.get("number", ""),
        title=told.get("title", ""),
        item=told.get("item", ""),
        grade=told.get("grade", ""),
        **days,
    )


def _claim_json(claim: Claim, person_key: PersonKey) -> JsonObject:
    told: dict[str, Any] = {
        "kind": claim.kind.value,
        # A person's name is the person's: its key alone is kept.
        "name": "" if claim.kind is SubjectKind.PERSON else without_persons(claim.name),
        "codes": {scheme.value: code for scheme, code in claim.codes.items()},
        "region": claim.region,
        "masked": claim.is_masked,
    }
    if claim.person_number and not claim.is_masked:
        told["person"] = person_key(claim.person_number)
    return {name: value for name, value in told.items() if _is_told(value)}


def _claim_of(told: Any) -> Claim:
    return Claim(
        kind=SubjectKind(told["kind"]),
        name=told.get("name", ""),
        codes={CodeScheme(scheme): code for scheme, code in told.get("codes", {}).items()},
        region=told.get("region", ""),
        person_number=told.get("person"),
        is_masked=told.get("masked", False),
    )


def _is_told(value: object) -> bool:
    return value not in (None, "", [], {}, False)
