"""Tests that failed, as events of the trace tell them.

The rule that must stay true: a test is held against whose goods they are by the register, and where
nobody registered them against whoever recorded it; a test that was declared wrong is none.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from trace.identifiers import read_uris
from trace.projections.reading import IndexedEvent, events_at, events_between, taken_back
from trace.reading import members_of
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from base.clock import CIVIL_ZONE
from base.strict_json import JsonObject, JsonValue
from ledger.store import StoredEntry, read_entries
from parties.directory import products_by_uri, register_uris
from schemas.profiles.yaml_rows import Faults, read_rows

FAILED_TEST: Final = "failed_test"
"""What a failed test is called among the evidence."""

_FILE: Final = Path(__file__).with_name("tests.yaml")
_OWN_NAMESPACE: Final = "urn:suxin:epcis:"
_OWN_PREFIX: Final = "sx"


@dataclass(frozen=True, slots=True, kw_only=True)
class TestWords:
    """How events say that a test failed: steps, and terms of the service's own namespace."""

    steps: frozenset[str]
    member: str
    item: str
    records: str
    failed: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedTest:
    """One failed test: of whose goods, what was tested, when, and its entry."""

    seq: int
    party_id: UUID
    item: str
    on: date


@cache
def test_words() -> TestWords:
    """Return the words; raises `InvalidInput` with what is wrong."""
    faults = Faults()
    file = read_rows(_FILE, faults)
    words = TestWords(
        steps=frozenset(file.texts("steps")),
        member=file.text("member"),
        item=file.text("item"),
        records=file.text("records"),
        failed=frozenset(file.texts("failed")),
    )
    file.done()
    faults.refuse()
    return words


def failed_tests(connection: Connection, log: int, start: int, end: int) -> Iterator[FailedTest]:
    """Yield the failed tests of the entries `start` … `end - 1`, in order."""
    words = test_words()
    events = [
        one
        for one in events_between(connection, log, start, end)
        if one.biz_step in words.steps and not one.is_declaration
    ]
    wrong = taken_back(connection, log, events)
    entries = read_entries(connection, log, [one.seq for one in events if one.seq not in wrong])
    failed: dict[int, str] = {}
    for seq, entry in entries.items():
        # What is damaged is told by fsck, and shows nothing here.
        item = None if entry.damaged_parts() else _failed_item(entry, words)
        if item is not None:
            failed[seq] = item
    tested = [one for one in events if one.seq in failed]
    owners = _owners(connection, log, tested)
    for one in tested:
        party_id = owners.get(one.seq, one.party_id)
        if party_id is not None:
            on = one.event_at.astimezone(CIVIL_ZONE).date()
            yield FailedTest(seq=one.seq, party_id=party_id, item=failed[one.seq], on=on)


def _failed_item(entry: StoredEntry, words: TestWords) -> str | None:
    """Return what was tested and failed, "" where nobody says what; None where nothing failed."""
    _, namespaces = members_of(entry, ())
    own = sorted(name for name, meant in namespaces.items() if meant == _OWN_NAMESPACE)
    for prefix in dict.fromkeys((_OWN_PREFIX, *own)):
        result, item, records = (
            f"{prefix}:{name}" for name in (words.member, words.item, words.records)
        )
        told, _ = members_of(entry, (result, item, records))
        failed = [
            str(row.get(item, ""))
            for row in _rows(told.get(records))
            if _says(row.get(result), words.failed)
        ]
        if _says(told.get(result), words.failed) or failed:
            return str(told.get(item) or "、".join(dict.fromkeys(filter(None, failed))))
    return None


def _says(value: JsonValue, words: frozenset[str]) -> bool:
    """Return whether a value is one of some words, or a list that has one; anything may be sent."""
    told = value if isinstance(value, list) else [value]
    return any(isinstance(one, str) and one in words for one in told)


def _rows(told: JsonValue) -> Iterator[JsonObject]:
    """Yield records; a list of one may be written without its brackets."""
    for one in told if isinstance(told, list) else [told]:
        if isinstance(one, dict):
            yield one


def declared_wrong(connection: Connection, log: int, seqs: Iterable[int]) -> set[int]:
    """Return which of these events were declared to be wrong."""
    return taken_back(connection, log, events_at(connection, log, set(seqs)))


def _owners(connection: Connection, log: int, events: Iterable[IndexedEvent]) -> Mapping[int, UUID]:
    """Return whose goods each event names first among those that are registered."""
    items = {one.seq: [item for _, item in one.items] for one in events}
    uris = read_uris(connection, log, {item for of_one in items.values() for item in of_one})
    names = {item: register_uris(uri)[-1] for item, uri in uris.items()}
    cards = products_by_uri(connection, set(names.values()))
    found: dict[int, UUID] = {}
    for seq, of_one in items.items():
        owned = [cards[names[item]].party_id for item in of_one if names.get(item) in cards]
        if owned:
            found[seq] = owned[0]
    return found
