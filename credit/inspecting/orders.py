"""An inspection that was ordered: by whom it is to be made, where and by when.

The rule that must stay true: an order is told whole by the entry that gives it.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any
from uuid import UUID

from base.strict_json import JsonObject
from ledger.store import StoredEntry
from parties.ids import short_hex


class Origin(StrEnum):
    """Why a party is inspected."""

    DRAW = "draw"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One inspection; `inspectors` are the numbers of their certificates, none where not named.

    `salt` makes the mark under which whoever was drawn stands in the pool.
    """

    id: UUID
    number: str
    subject_id: UUID
    code: str
    due_on: date
    risk_class: str = ""
    inspectors: tuple[str, ...] = ()
    salt: bytes = b""


def inspection_number(day: date, inspection_id: UUID) -> str:
    """Return the number under which an inspection is known to people and feeds.

    It has all digits of the short id: a second inspection of one number would stop the fold.
    """
    return f"JC{day:%Y%m%d}-{short_hex(inspection_id).upper()}"


def order_json(order: Order) -> JsonObject:
    """Return an order as an entry holds it."""
    return {
        "inspection": str(order.id),
        "number": order.number,
        "subject": str(order.subject_id),
        "code": order.code,
        "due_on": order.due_on.isoformat(),
        "class": order.risk_class,
        "inspectors": list(order.inspectors),
        "salt": order.salt.hex(),
    }


def order_of(told: Any) -> Order:
    """Read an order back; raises `KeyError`, `TypeError` or `ValueError`."""
    return Order(
        id=UUID(told["inspection"]),
        number=told["number"],
        subject_id=UUID(told["subject"]),
        code=told["code"],
        due_on=date.fromisoformat(told["due_on"]),
        risk_class=told["class"],
        inspectors=tuple(told.get("inspectors", ())),
        salt=bytes.fromhex(told.get("salt", "")),
    )


def order_row(
    log: int, entry: StoredEntry, order: Order, origin: Origin, origin_id: UUID
) -> dict[str, Any]:
    """Return the row of an inspection without a result."""
    return {
        "log": log,
        "id": order.id,
        "number": order.number,
        "origin": origin.value,
        "draw_id": origin_id if origin is Origin.DRAW else None,
        "warning_id": origin_id if origin is Origin.WARNING else None,
        "subject_id": order.subject_id,
        "code": order.code,
        "risk_class": order.risk_class,
        "inspectors": " ".join(order.inspectors),
        "due_on": order.due_on,
        "ordered_seq": entry.seq,
        "ordered_at": entry.header.recorded_at,
        "result": "",
        "result_seq": None,
        "inspected_on": None,
        "note": "",
    }
