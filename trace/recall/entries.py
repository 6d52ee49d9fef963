"""Notes of recalls as entries of the ledger, and back.

The rule that must stay true: what is public of a recall is what every consumer may know: that there
is one, of which class and why, and what it recalls. Who holds how much is for the authority, and
each holder's own notice and answer are in the chain's part. A mock recall names no goods in public.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from decimal import Decimal
from trace.recall.model import (
    Amount,
    AnswerKind,
    AnswerNote,
    CloseNote,
    Criteria,
    EscalationNote,
    Line,
    LinesNote,
    NoticeNote,
    OpenNote,
    Outcome,
    RecallNote,
    ScopeNote,
)
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from base.clock import format_instant, parse_instant
from base.strict_json import JsonObject, JsonValue
from ledger.draft import Draft, draft_of_parts
from ledger.parts import Part
from parties.ids import short_hex

OPENED: Final = "recall_opened"
SCOPED: Final = "recall_scoped"
RESCOPED: Final = "recall_rescoped"
LISTED: Final = "recall_listed"
NOTICED: Final = "recall_noticed"
ANSWERED: Final = "recall_answered"
ESCALATED: Final = "recall_escalated"
CLOSED: Final = "recall_closed"

LINES_ENTRY_MAX: Final = 250
"""Lines of one entry: so that a bundle of it stays far below `ledger.bundle`'s limits."""

PUBLIC_CODES_MAX: Final = 100
"""Codes that the public part of an opening names; the rest is in the lines."""


def opening_draft(note: OpenNote, codes: tuple[str, ...]) -> Draft:
    """Return the entry that opens a recall of these codes."""
    public: JsonObject = {
        "recall": note.number,
        "domain": note.domain,
        "level": note.level,
        "is_mock": note.is_mock,
    }
    if not note.is_mock:
        public |= {"reason": note.reason, "codes": list(codes[:PUBLIC_CODES_MAX])}
    authority: JsonObject = {
        "recall_id": str(note.id),
        "party_id": _id_text(note.party_id),
        "reason_text": note.reason,
    }
    return draft_of_parts(OPENED, {Part.PUBLIC: public, Part.AUTHORITY: authority}, note=note)


def scope_draft(note: ScopeNote, number: str) -> Draft:
    """Return the entry that fixes a scope."""
    public: JsonObject = {
        "recall": number,
        "version": note.version,
        "at_size": note.at_size,
        "at_root": note.at_root.hex(),
        "line_count": note.line_count,
        "added_count": note.added_count,
        "removed_count": note.removed_count,
        "is_cut": note.is_cut,
    }
    authority: JsonObject = {
        "scope_id": str(note.id),
        "recall_id": str(note.recall_id),
        "criteria": criteria_json(note.criteria),
        "reason": note.reason,
    }
    kind = SCOPED if note.version == 1 else RESCOPED
    return draft_of_parts(kind, {Part.PUBLIC: public, Part.AUTHORITY: authority}, note=note)


def line_drafts(
    recall_id: UUID, scope_id: UUID, number: str, lines: tuple[Line, ...]
) -> Iterable[Draft]:
    """Yield the entries that hold the lines of a scope."""
    for start in range(0, len(lines), LINES_ENTRY_MAX):
        some = lines[start : start + LINES_ENTRY_MAX]
        note = LinesNote(recall_id=recall_id, scope_id=scope_id, start=start, lines=some)
        public: JsonObject = {"recall": number, "start": start, "count": len(some)}
        authority: JsonObject = {
            "recall_id": str(recall_id),
            "scope_id": str(scope_id),
            "lines": [_line_json(line) for line in some],
        }
        yield draft_of_parts(LISTED, {Part.PUBLIC: public, Part.AUTHORITY: authority}, note=note)


def notice_draft(note: NoticeNote, number: str) -> Draft:
    """Return the entry that tells a holder."""
    chain: JsonObject = {
        "notice_id": str(note.id),
        "recall_id": str(note.recall_id),
        "scope_id": str(note.scope_id),
        "party_id": str(note.party_id),
        "line_count": note.line_count,
        "due_at": format_instant(note.due_at),
    }
    return draft_of_parts(
        NOTICED, {Part.PUBLIC: _about(number, note.id), Part.CHAIN: chain}, note=note
    )


def answer_draft(note: AnswerNote, number: str) -> Draft:
    """Return the entry that holds an answer."""
    chain: JsonObject = {
        "answer_id": str(note.id),
        "recall_id": str(note.recall_id),
        "notice_id": str(note.notice_id),
        "party_id": str(note.party_id),
        "kind": note.kind.value,
        "amounts": [amount_json(amount) for amount in note.amounts],
        "note": note.note,
    }
    return draft_of_parts(
        ANSWERED, {Part.PUBLIC: _about(number, note.notice_id), Part.CHAIN: chain}, note=note
    )


def escalation_draft(note: EscalationNote, number: str) -> Draft:
    """Return the entry that says that a holder is late."""
    chain: JsonObject = {
        "escalation_id": str(note.id),
        "recall_id": str(note.recall_id),
        "notice_id": str(note.notice_id),
        "party_id": str(note.party_id),
        "due_at": format_instant(note.due_at),
    }
    return draft_of_parts(
        ESCALATED, {Part.PUBLIC: _about(number, note.notice_id), Part.CHAIN: chain}, note=note
    )


def close_draft(note: CloseNote, number: str) -> Draft:
    """Return the entry that ends a recall."""
    public: JsonObject = {"recall": number, "outcome": note.outcome.value}
    authority: JsonObject = {
        "close_id": str(note.id),
        "recall_id": str(note.recall_id),
        "note": note.note,
    }
    return draft_of_parts(CLOSED, {Part.PUBLIC: public, Part.AUTHORITY: authority}, note=note)


def read_note(kind: str, payload: JsonObject) -> RecallNote:
    """Return what an entry says; raises `KeyError`, `TypeError` or `ValueError`."""
    return READERS[kind](payload)


def criteria_json(criteria: Criteria) -> JsonObject:
    """Return what was asked for, as it is kept."""
    return {
        "codes": list(criteria.codes),
        "party_id": _id_text(criteria.party_id),
        "place": criteria.place,
        "since": "" if criteria.since is None else format_instant(criteria.since),
        "until": "" if criteria.until is None else format_instant(criteria.until),
        "without": list(criteria.without),
    }


def read_criteria(value: JsonValue) -> Criteria:
    """Read what `criteria_json` writes."""
    if not isinstance(value, dict):
        raise TypeError("criteria are an object")
    return Criteria(
        codes=_texts(value, "codes"),
        party_id=_maybe_id(value, "party_id"),
        place=_text(value, "place"),
        since=_maybe_instant(value, "since"),
        until=_maybe_instant(value, "until"),
        without=_texts(value, "without"),
    )


def amount_json(amount: Amount) -> JsonObject:
    """Return an amount as it is kept."""
    numbers = {name: decimal_text(getattr(amount, name)) for name in _AMOUNTS}
    return {"uom": amount.uom or "", **numbers}


def read_amount(value: JsonValue) -> Amount:
    """Read what `amount_json` writes."""
    if not isinstance(value, dict):
        raise TypeError("an amount is an object")
    numbers = {name: Decimal(_text(value, name)) for name in _AMOUNTS}
    return Amount(uom=_text(value, "uom") or None, **numbers)


def decimal_text(number: Decimal) -> str:
    """Return a number in its shortest plain spelling."""
    return f"{number.normalize():f}"


_AMOUNTS: Final = tuple(one.name for one in fields(Amount) if one.name != "uom")


def _about(number: str, notice_id: UUID) -> JsonObject:
    return {"recall": number, "notice": f"notice:{short_hex(notice_id)}"}


def _line_json(line: Line) -> list[JsonValue]:
    return [
        line.uri,
        line.depth,
        line.binds,
        _id_text(line.holder),
        line.place or "",
        "" if line.quantity is None else decimal_text(line.quantity),
        "" if line.sold is None else decimal_text(line.sold),
        line.uom or "",
        line.is_gone,
        list(line.shown_by),
    ]


def _read_line(value: JsonValue) -> Line:
    if not isinstance(value, list):
        raise TypeError("a line is a list")
    uri, depth, binds, holder, place, quantity, sold, uom, is_gone, shown_by = value
    if not (isinstance(uri, str) and isinstance(depth, int) and isinstance(shown_by, list)):
        raise TypeError("a line has a code, a depth and entries")
    return Line(
        uri=uri,
        depth=depth,
        binds=binds is True,
        holder=UUID(str(holder)) if holder else None,
        place=str(place) or None,
        quantity=Decimal(str(quantity)) if quantity else None,
        sold=Decimal(str(sold)) if sold else None,
        uom=str(uom) or None,
        is_gone=is_gone is True,
        shown_by=tuple(int(str(seq)) for seq in shown_by),
    )


def _read_opening(payload: JsonObject) -> OpenNote:
    return OpenNote(
        id=_id(payload, "recall_id"),
        number=_text(payload, "recall"),
        domain=_text(payload, "domain"),
        level=_number(payload, "level"),
        is_mock=payload["is_mock"] is True,
        party_id=_maybe_id(payload, "party_id"),
        reason=_text(payload, "reason_text"),
    )


def _read_scope(payload: JsonObject) -> ScopeNote:
    return ScopeNote(
        id=_id(payload, "scope_id"),
        recall_id=_id(payload, "recall_id"),
        version=_number(payload, "version"),
        at_size=_number(payload, "at_size"),
        at_root=bytes.fromhex(_text(payload, "at_root")),
        criteria=read_criteria(payload["criteria"]),
        reason=_text(payload, "reason"),
        line_count=_number(payload, "line_count"),
        added_count=_number(payload, "added_count"),
        removed_count=_number(payload, "removed_count"),
        is_cut=payload["is_cut"] is True,
    )


def _read_lines(payload: JsonObject) -> LinesNote:
    lines = payload["lines"]
    if not isinstance(lines, list):
        raise TypeError("lines are a list")
    return LinesNote(
        recall_id=_id(payload, "recall_id"),
        scope_id=_id(payload, "scope_id"),
        start=_number(payload, "start"),
        lines=tuple(map(_read_line, lines)),
    )


def _read_notice(payload: JsonObject) -> NoticeNote:
    return NoticeNote(
        id=_id(payload, "notice_id"),
        recall_id=_id(payload, "recall_id"),
        scope_id=_id(payload, "scope_id"),
        party_id=_id(payload, "party_id"),
        line_count=_number(payload, "line_count"),
        due_at=parse_instant(_text(payload, "due_at")),
    )


def _read_answer(payload: JsonObject) -> AnswerNote:
    amounts = payload["amounts"]
    if not isinstance(amounts, list):
        raise TypeError("amounts are a list")
    return AnswerNote(
        id=_id(payload, "answer_id"),
        recall_id=_id(payload, "recall_id"),
        notice_id=_id(payload, "notice_id"),
        party_id=_id(payload, "party_id"),
        kind=AnswerKind(_text(payload, "kind")),
        amounts=tuple(map(read_amount, amounts)),
        note=_text(payload, "note"),
    )


def _read_escalation(payload: JsonObject) -> EscalationNote:
    return EscalationNote(
        id=_id(payload, "escalation_id"),
        recall_id=_id(payload, "recall_id"),
        notice_id=_id(payload, "notice_id"),
        party_id=_id(payload, "party_id"),
        due_at=parse_instant(_text(payload, "due_at")),
    )


def _read_close(payload: JsonObject) -> CloseNote:
    return CloseNote(
        id=_id(payload, "close_id"),
        recall_id=_id(payload, "recall_id"),
        outcome=Outcome(_text(payload, "outcome")),
        note=_text(payload, "note"),
    )


READERS: Final[Mapping[str, Callable[[JsonObject], RecallNote]]] = MappingProxyType(
    {
        OPENED: _read_opening,
        SCOPED: _read_scope,
        RESCOPED: _read_scope,
        LISTED: _read_lines,
        NOTICED: _read_notice,
        ANSWERED: _read_answer,
        ESCALATED: _read_escalation,
        CLOSED: _read_close,
    }
)


def _text(payload: Mapping[str, Any], name: str) -> str:
    value = payload[name]
    if not isinstance(value, str):
        raise TypeError(f"{name} is a text")
    return value


def _texts(payload: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = payload[name]
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise TypeError(f"{name} is a list of texts")
    return tuple(value)


def _number(payload: Mapping[str, Any], name: str) -> int:
    value = payload[name]
    if not isinstance(value, int):
        raise TypeError(f"{name} is a number")
    return value


def _id(payload: Mapping[str, Any], name: str) -> UUID:
    return UUID(_text(payload, name))


def _maybe_id(payload: Mapping[str, Any], name: str) -> UUID | None:
    text = _text(payload, name)
    return UUID(text) if text else None


def _maybe_instant(payload: Mapping[str, Any], name: str) -> datetime | None:
    text = _text(payload, name)
    return parse_instant(text) if text else None


def _id_text(row_id: UUID | None) -> str:
    return "" if row_id is None else str(row_id)
