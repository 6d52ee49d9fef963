"""What an event says of packs that the index does not hold: lot, expiry, recalls that last.

The rule that must stay true: it is read from the whole payload for the service's own judgement and
shown to nobody from here.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from trace.drugs.model import PackFacts
from trace.events.model import Event
from trace.reading import event_of
from typing import Final

from sqlalchemy import Connection

from base.errors import LedgerCorrupt
from base.strict_json import JsonObject
from ledger.store import read_entries

_RECALLED: Final = "recalled"
# CBV 2.0 instance and lot master data; the prefix is whatever the document bound.
_LOT: Final = ("lotNumber", "batchNumber")
_EXPIRES: Final = ("itemExpirationDate", "expirationDate", "expiryDate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What one event says: of the things it makes, and whether it recalls or lifts a recall."""

    facts: PackFacts
    recalls: bool
    lifts: bool


def said_by(connection: Connection, log: int, seqs: Collection[int]) -> dict[int, Said]:
    """Return what each of these events says; raises `LedgerCorrupt` where one is not readable."""
    entries = read_entries(connection, log, sorted(seqs))
    if len(entries) < len(seqs):
        raise LedgerCorrupt(f"log {log}: entry {min(set(seqs) - entries.keys())} is missing")
    return {seq: _said(*event_of(entry)[1:]) for seq, entry in entries.items()}


def _said(sent: JsonObject, event: Event) -> Said:
    ilmd = sent.get("ilmd")
    words: Mapping[str, object] = ilmd if isinstance(ilmd, dict) else {}
    by_name = {name.rpartition(":")[2]: value for name, value in words.items()}
    return Said(
        facts=PackFacts(lot=_text(by_name, _LOT), expires_on=_day(_text(by_name, _EXPIRES))),
        recalls=event.disposition == _RECALLED or _RECALLED in event.persistent_set,
        lifts=_RECALLED in event.persistent_unset,
    )


def _text(values: Mapping[str, object], names: Collection[str]) -> str:
    for name in names:
        value = values.get(name)
        first = value[0] if isinstance(value, list) and value else value
        if isinstance(first, str):
            return first
    return ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
