"""What a report says, as one object that is hashed and signed as it stands.

Format `suxin-credit-report/1`. The rule that must stay true: everything that the paper shows is in
the object, and every fact of it names its source, its article, its clock and its proof.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from base.clock import format_instant
from base.strict_json import JsonObject, JsonValue
from credit.checking import article_told
from credit.explaining import because_json
from credit.fact_labels import labels_of, title_of
from credit.feeds.registry import EVERY_FEED
from credit.grading import evidence_of, grade_party
from credit.reporting.facts import About, Told, facts_hash, facts_told
from credit.reporting.layout import Section, layout
from credit.reporting.proving import row_proofs
from credit.reporting.reasons import because_of, records_of
from credit.rulebook.code_lists import code_lists
from credit.rulebook.lists import credit_lists
from credit.rulebook.model import Book
from credit.scoring.model import Evidence, Grade, Model
from credit.scoring.reading import model_on

FORMAT: Final = "suxin-credit-report/1"
_MODEL: Final = "enterprise"
_RECALLS: Final = ("own_recall", "ordered_recall")
"""Of the evidence of the trace what everybody is told anyway: a recall is public."""
_DETAILS_TOLD: Final = (
    "article",
    "basis",
    "content",
    "document",
    "filed_on",
    "performance",
    "licence",
    "licence_number",
)
_ARTICLES: Final = frozenset({"article", "basis"})


class Edition(StrEnum):
    """Who a report is for: everybody, or the party itself and an authority with a purpose."""

    PUBLIC = "public"
    FULL = "full"
    PERSONAL = "personal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked for. `known_at` None is what is known now."""

    number: str
    edition: Edition
    who: About
    day: date
    known_at: datetime | None
    issued_to: str
    purpose: str
    salt: str = ""
    is_minor: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """What a report says, and the hash of what would have to change for it to say another thing."""

    value: JsonObject
    facts_hash: bytes


def make_report(
    connection: Connection, log: int, book: Book, asked: Asked, *, now: datetime
) -> Made:
    """Return the report of a party; raises `InputTooLarge` for more facts than one holds."""
    is_public = asked.edition is Edition.PUBLIC
    told = _facts_of(connection, log, asked)
    proofs = row_proofs(connection, log, told)
    records = records_of(connection, log, told)
    facts = {
        one.id: _fact(one, because_json(because_of(one, records.get(one.id), book)), proofs[one.id])
        for one in told
    }
    evidence = _evidence(connection, log, asked)
    value: JsonObject = {
        "format": FORMAT,
        "number": asked.number,
        "edition": asked.edition.value,
        "subject": _subject(asked.who, is_known=_is_known(asked, told)),
        "day": asked.day.isoformat(),
        "known_at": format_instant(asked.known_at or now),
        "is_look_back": asked.known_at is not None,
        "issued_at": format_instant(now),
        "issued_to": asked.issued_to,
        "purpose": asked.purpose,
        "sections": [_section(one, told, facts, is_public=is_public) for one in layout().sections],
        "trace": [_trace(one) for one in evidence],
    }
    if asked.salt:
        value["salt"] = asked.salt
    if asked.is_minor:
        value["minor"] = True
    if asked.edition is Edition.FULL and asked.who.is_known and asked.known_at is None:
        value["evaluation"] = _evaluation(connection, log, asked)
    return Made(
        value=value, facts_hash=_hash(connection, log, asked.who.subject_id, told, evidence)
    )


def facts_hash_now(
    connection: Connection, log: int, subject_id: UUID, *, edition: Edition, day: date
) -> bytes:
    """Return the hash that a report of the same edition would have on a day."""
    told = facts_told(
        connection,
        log,
        subject_id,
        day=day,
        known_at=None,
        is_public=edition is Edition.PUBLIC,
    )
    evidence = (
        [] if edition is Edition.PERSONAL else _shown(evidence_of(connection, log, subject_id, day))
    )
    if edition is Edition.PUBLIC:
        evidence = _open(evidence)
    return _hash(connection, log, subject_id, told, evidence)


def _facts_of(connection: Connection, log: int, asked: Asked) -> list[Told]:
    return facts_told(
        connection,
        log,
        asked.who.subject_id,
        day=asked.day,
        known_at=asked.known_at,
        is_public=asked.edition is Edition.PUBLIC,
    )


def _evidence(connection: Connection, log: int, asked: Asked) -> list[Evidence]:
    """Return what the trace ledger shows: a public report tells of recalls alone."""
    if asked.edition is Edition.PERSONAL:
        return []
    known = evidence_of(connection, log, asked.who.subject_id, asked.day, known_at=asked.known_at)
    found = _shown(known)
    return _open(found) if asked.edition is Edition.PUBLIC else found


def _shown(found: Iterable[Evidence]) -> list[Evidence]:
    return sorted(found, key=lambda one: (one.on, one.code, one.seqs), reverse=True)


def _open(found: Sequence[Evidence]) -> list[Evidence]:
    return [one for one in found if one.code in _RECALLS]


def _hash(
    connection: Connection,
    log: int,
    subject_id: UUID,
    told: Sequence[Told],
    evidence: Sequence[Evidence],
) -> bytes:
    seqs = [seq for one in evidence for seq in one.seqs]
    return facts_hash(connection, log, subject_id, told=told, seqs=seqs)


def _is_known(asked: Asked, told: Sequence[Told]) -> bool:
    """Return whether anything is known of the party.

    Of a natural person nothing is kept beside its facts, and that there once was one which counts
    no more is nobody's business: it is known as far as the report tells of it.
    """
    return bool(told) if asked.edition is Edition.PERSONAL else asked.who.is_known


def _subject(who: About, *, is_known: bool) -> JsonObject:
    return {
        "known": is_known,
        "kind": who.kind,
        "name": who.name,
        "uscc": who.uscc,
        "codes": [{"scheme": scheme, "code": code} for scheme, code in who.codes],
        "region": who.region,
        "industry": who.industry,
    }


def _section(
    section: Section,
    told: Sequence[Told],
    facts: Mapping[UUID, JsonObject],
    *,
    is_public: bool,
) -> JsonObject:
    return {
        "id": section.id,
        "zh": section.zh,
        "en": section.en,
        "note_zh": section.note_zh if not is_public or section.id != "evaluation" else "",
        "note_en": section.note_en if not is_public or section.id != "evaluation" else "",
        "collected": section.is_collected,
        "facts": [facts[one.id] for one in told if one.section == section.id],
    }


def _fact(one: Told, because: list[JsonValue], proof: JsonObject) -> JsonObject:
    found = credit_lists().get(one.list_id)
    feed = EVERY_FEED.get(one.feed)
    details, called = one.body.get("details", {}), labels_of(one.kind)
    told: JsonObject = {
        name: _said(name, details[name]) for name in _DETAILS_TOLD if details.get(name)
    }
    article = article_told(one.body, one.list_id, one.starts_on or one.decided_on)
    if one.list_id and article and not told.keys() & _ARTICLES:
        told["article"] = article
    value: JsonObject = {
        "id": str(one.id),
        "kind": one.kind,
        "list": "" if found is None else found.zh,
        "list_en": "" if found is None else found.en,
        "number": one.number,
        "title": title_of(one.kind, one.title).zh,
        "called": {
            "title": called.title.zh,
            "authority": called.authority.zh,
            "number": called.number.zh,
            "decided_on": called.day.zh,
        },
        "grade": str(one.body.get("grade") or ""),
        "authority": one.authority,
        "source": "本系统决定" if feed is None else feed.zh,
        "source_en": "decided here" if feed is None else feed.en,
        "first_seen": "" if one.first_at is None else format_instant(one.first_at),
        "decided_on": _day(one.decided_on),
        "from_on": _day(one.starts_on),
        "ends_on": _day(one.ends_on),
        "severity": one.severity or "",
        "repairable_on": _day(one.repairable_on),
        "stops_on": _day(one.stops_on),
        "details": told,
        "because": because,
        "proof": proof,
    }
    return value


def _said(name: str, value: object) -> str:
    """Return a detail in words: how far a judgment was performed is kept as a code."""
    code = code_lists().named("performances").codes.get(str(value))
    return code.zh if name == "performance" and code is not None else str(value)


def _trace(one: Evidence) -> JsonObject:
    return {"code": one.code, "on": one.on.isoformat(), "seqs": list(one.seqs)}


def _evaluation(connection: Connection, log: int, asked: Asked) -> JsonObject:
    try:
        model: Model = model_on(_MODEL, asked.day)
    except KeyError:
        return {}
    grade: Grade = grade_party(connection, log, asked.who.subject_id, model, asked.day)
    return {
        "model": model.name,
        "zh": model.zh,
        "en": model.en,
        "grade": grade.grade,
        "legal_grade": grade.legal_class,
        "base": model.base,
        "points": grade.points,
        "shares": [
            {"zh": one.item.zh, "en": one.item.en, "points": one.points} for one in grade.shares
        ],
    }


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
