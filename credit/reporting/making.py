"""What a report says, as one object that is hashed and signed as it stands.

Format `suxin-credit-report/2`: a proof names its row by its number in the file (`row`) and by its
place among the leaves (`position`); in `/1` that place was called `row`.

The rule that must stay true: everything that the paper shows is in the object, and every fact of it
names its source, its article, its clock and its proof.
"""

from collections.abc import Mapping, Sequence
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
from credit.fact_labels import grade_told, labels_of, title_of
from credit.feeds.registry import EVERY_FEED
from credit.grading import grade_party
from credit.reporting.facts import About, Told, facts_hash, facts_told
from credit.reporting.layout import Section, layout
from credit.reporting.proving import row_proofs
from credit.reporting.reasons import because_of, records_of
from credit.rulebook.code_lists import code_lists
from credit.rulebook.lists import credit_lists
from credit.rulebook.model import Book
from credit.scoring.model import Grade, Model
from credit.scoring.reading import model_on

FORMAT: Final = "suxin-credit-report/2"
_MODEL: Final = "enterprise"
_FINDING: Final = "finding"
_SEQS_MAX: Final = 100
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


class Held(StrEnum):
    """What of a part an edition holds, whoever it is about: what it lacks it does not deny."""

    ALL = "all"
    PUBLISHED = "published"
    RECALLS = "recalls"
    NONE = "none"


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
    found = _facts_of(connection, log, asked)
    told = [one for one in found if not one.is_trace]
    shown = _shown(found, asked.edition)
    proofs = row_proofs(connection, log, [*told, *shown])
    records = records_of(connection, log, told)
    facts = {
        one.id: _fact(one, because_json(because_of(one, records.get(one.id), book)), proofs[one.id])
        for one in told
    }
    evaluation = _evaluation(connection, log, asked)
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
        "sections": [
            _section(one, told, facts, asked.edition, has_rest=bool(evaluation))
            for one in layout().sections
        ],
        "trace": [_trace(one, proofs[one.id]) for one in shown],
        "trace_held": _trace_held(asked.edition).value,
    }
    if asked.salt:
        value["salt"] = asked.salt
    if asked.is_minor:
        value["minor"] = True
    if evaluation:
        value["evaluation"] = evaluation
    return Made(
        value=value,
        facts_hash=_hash(connection, log, asked.who.subject_id, found, asked.edition),
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
    return _hash(connection, log, subject_id, told, edition)


def _facts_of(connection: Connection, log: int, asked: Asked) -> list[Told]:
    return facts_told(
        connection,
        log,
        asked.who.subject_id,
        day=asked.day,
        known_at=asked.known_at,
        is_public=asked.edition is Edition.PUBLIC,
    )


def _shown(found: Sequence[Told], edition: Edition) -> list[Told]:
    """Return what the trace ledger shows, the newest first; of a natural person nothing."""
    if edition is Edition.PERSONAL:
        return []
    shown = [one for one in found if one.is_trace]
    return sorted(
        shown, key=lambda one: (one.decided_on or date.min, one.grade, _seqs(one)), reverse=True
    )


def _seqs(one: Told) -> tuple[int, ...]:
    return tuple(one.body["details"]["seqs"][:_SEQS_MAX])


def _trace_held(edition: Edition) -> Held:
    """Return what of the trace an edition holds: everybody is told of recalls alone."""
    return {Edition.PUBLIC: Held.RECALLS, Edition.PERSONAL: Held.NONE}.get(edition, Held.ALL)


def _hash(
    connection: Connection, log: int, subject_id: UUID, found: Sequence[Told], edition: Edition
) -> bytes:
    # A public report tells of the entries of a recall and of nothing that is known beside them.
    is_public = edition is Edition.PUBLIC
    told = [one for one in found if not (is_public and one.is_trace)]
    seqs = [seq for one in _shown(found, edition) for seq in _seqs(one)]
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
    edition: Edition,
    *,
    has_rest: bool,
) -> JsonObject:
    """Return a section; where the report `has_rest`, it says where the rest stands."""
    notes = [(section.note_zh, section.note_en)]
    notes += [(section.apart_zh, section.apart_en)] if has_rest else []
    is_whole = edition is not Edition.PUBLIC or section.is_wholly_public
    return {
        "id": section.id,
        "zh": section.zh,
        "en": section.en,
        "note_zh": "".join(zh for zh, _ in notes),
        "note_en": " ".join(en for _, en in notes if en),
        "collected": section.is_collected,
        "held": (Held.ALL if is_whole else Held.PUBLISHED).value,
        "facts": [facts[one.id] for one in told if one.section == section.id],
    }


def _fact(one: Told, because: list[JsonValue], proof: JsonObject) -> JsonObject:
    found = credit_lists().get(one.list_id)
    feed = EVERY_FEED.get(one.feed)
    details, called = one.body.get("details", {}), labels_of(one.kind)
    grade = grade_told(one.kind, one.grade)
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
            "grade": called.grade.zh,
        },
        "grade": one.grade,
        "grade_zh": grade.zh,
        "grade_en": grade.en,
        "authority": one.authority,
        "source": "本系统决定" if feed is None else feed.zh,
        "source_en": "decided here" if feed is None else feed.en,
        "first_seen": "" if one.first_at is None else format_instant(one.first_at),
        "decided_on": _day(one.decided_on),
        "from_on": _day(one.starts_on),
        "ends_on": _day(one.ends_on),
        "severity": one.severity or "",
        "published": one.is_published,
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


def _trace(one: Told, proof: JsonObject) -> JsonObject:
    words = grade_told(one.kind, one.grade)
    return {
        "code": one.grade,
        "zh": words.zh,
        "en": words.en,
        # A recall is called by its number, a finding by a code that is no word.
        "what": "" if one.grade == _FINDING else one.title,
        "on": _day(one.decided_on),
        "seqs": list(_seqs(one)),
        "proof": proof,
    }


def _evaluation(connection: Connection, log: int, asked: Asked) -> JsonObject:
    """Return the grade by this service's own model: in a full report of what is known now."""
    if asked.edition is not Edition.FULL or not asked.who.is_known or asked.known_at is not None:
        return {}
    try:
        model: Model = model_on(_MODEL, asked.day)
    except KeyError:
        return {}
    grade: Grade = grade_party(connection, log, asked.who.subject_id, model, asked.day)
    told: JsonObject = {
        "model": model.name,
        "zh": model.zh,
        "en": model.en,
        "grade": grade.grade,
        "legal_grade": grade.legal_class,
        "why": grade.why.value,
        "base": model.base,
        "points": grade.points,
        "shares": [
            {"zh": one.item.zh, "en": one.item.en, "points": one.points} for one in grade.shares
        ],
    }
    if grade.veto is not None:
        told["veto"] = {"zh": grade.veto.zh, "en": grade.veto.en}
    return told


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
