"""Whom rows name and who a person has to say it is: noted with what the rows said.

The rule that must stay true: a row whose party nobody can name waits here; one whose code names a
party of another name counts by its code, and waits here as well. Nothing is joined by a name: rows
that name their party alike are one mention, and go where a person says that it goes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final
from uuid import UUID

import orjson
from sqlalchemy import Connection, select

from base.bulk import insert_rows
from credit.feeds.model import FactKind, Record, SubjectKind
from credit.folding.naming import rules_of
from credit.folding.owning import own_things
from credit.intake.entries import BatchNote
from credit.judging.standing import MentionState, aliases_of
from credit.naming.comparing import Outcome, Side, compare_any
from credit.naming.finding import names_of
from credit.naming.parsing import is_given_once, parse_name
from credit.naming.places import take_places
from credit.naming.words import Words
from credit.tables import CREDIT_MENTION, CREDIT_OWN, NAME_CHARS_MAX
from parties.ids import id_of_hash

_KEYS: Final = 900
_REGION_CHARS: Final = 6
_COLUMNS: Final = tuple(column.name for column in CREDIT_MENTION.columns)


class Why(StrEnum):
    """Why a person has to say who it is: these words are stored."""

    NO_CODE = "no_code"
    CODE_UNKNOWN = "code_unknown"
    CODE_AMBIGUOUS = "code_ambiguous"
    MASKED = "masked"
    MISMATCH = "mismatch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A record that became a fact, and whom its codes name; `is_shared` where that is several."""

    fact_id: UUID
    record: Record
    subject_id: UUID | None
    is_shared: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    told: Told
    mention_id: UUID
    why: Why


def settle_mentions(
    connection: Connection, log: int, note: BatchNote, told: Sequence[Told]
) -> list[UUID | None]:
    """Return whom each fact stands with, and note the mentions that a person has to look at.

    Names are read by the naming rules that the entry was taken under: a judgement is about a
    mention, and has to find it again when the rows are made anew under later rules.
    """
    table = rules_of(note.seq, note.naming)
    owned = _nodes_of(connection, log, [one.fact_id for one in told])
    known = {one.subject_id for one in told if one.subject_id is not None}
    # What the register itself says of a name is no mismatch.
    asked = {one.subject_id for one in told if one.record.kind is not FactKind.REGISTRATION}
    names = names_of(connection, log, known & asked)
    # What was a mention once stays one: its judgement goes with it.
    fresh = [one for one in told if one.fact_id not in owned]
    waiting = {one.fact_id: found for one in fresh if (found := _waiting(note, one, names, table))}
    mentions = _noted(connection, log, note.seq, list(waiting.values()), owned.values())
    aliases = aliases_of(connection, log, known | set(owned.values()))
    standing: list[UUID | None] = []
    nodes: list[tuple[UUID, UUID]] = []
    for one in told:
        found = waiting.get(one.fact_id)
        node = owned.get(one.fact_id) or (one.subject_id if found is None else found.mention_id)
        if node is not None and one.fact_id not in owned and (found or node in aliases):
            nodes.append((one.fact_id, node))
        if node is None or node in mentions:
            standing.append(None if node is None else mentions[node])
        else:
            standing.append(aliases.get(node, node))
    own_things(connection, log, nodes)
    return standing


def mention_id_of(feed: str, told: Told, table: Words) -> UUID:
    """Return the id of a mention: rows with the same name and codes are one.

    So are those of one feed and authority with a name alone that a register gives once. A shorter
    one, and codes that are hidden in part, say too little for that: each row is its own.
    """
    claim, record = told.record.claim, told.record
    said = [claim.kind.value, claim.name, claim.region, *sorted(claim.codes.items())]
    if claim.is_masked:
        said.append(str(told.fact_id))
    elif not claim.codes:
        parts = parse_name(claim.name, table)
        authority = record.authority_name or record.authority
        if authority and is_given_once(parts, table):
            said = [claim.kind.value, parts.text, claim.region, feed, authority]
        else:
            said.append(str(told.fact_id))
    return id_of_hash(sha256(b"mention\n" + orjson.dumps(said)).digest())


def _waiting(
    note: BatchNote, told: Told, names: Mapping[UUID, Sequence[str]], table: Words
) -> _Found | None:
    claim = told.record.claim
    # A person's name is not kept: there is nothing by which anybody could tell who it is.
    if claim.kind is SubjectKind.PERSON or not claim.name:
        return None
    why = _why(told, names, table)
    if why is None:
        return None
    return _Found(told=told, mention_id=mention_id_of(note.feed, told, table), why=why)


def _why(told: Told, names: Mapping[UUID, Sequence[str]], table: Words) -> Why | None:
    claim = told.record.claim
    if told.subject_id is None:
        if claim.is_masked:
            return Why.MASKED
        if not claim.codes:
            return Why.NO_CODE
        return Why.CODE_AMBIGUOUS if told.is_shared else Why.CODE_UNKNOWN
    if told.record.kind is FactKind.REGISTRATION:
        return None
    spoken = names.get(told.subject_id, ())
    if not spoken or claim.name in spoken:
        return None
    _, compared = compare_any(Side(name=claim.name, region=claim.region), spoken, "", table)
    return Why.MISMATCH if compared.outcome is Outcome.DIFFERENT else None


def _noted(
    connection: Connection, log: int, seq: int, found: Sequence[_Found], nodes: Iterable[UUID]
) -> dict[UUID, UUID | None]:
    """Return who each mention is by now; those that are new are added."""
    wanted = {one.mention_id: one for one in found}
    known: dict[UUID, UUID | None] = {}
    ids = sorted({*wanted, *nodes})
    for start in range(0, len(ids), _KEYS):
        statement = select(CREDIT_MENTION.c.id, CREDIT_MENTION.c.subject_id).where(
            CREDIT_MENTION.c.log == log, CREDIT_MENTION.c.id.in_(ids[start : start + _KEYS])
        )
        known.update({row.id: row.subject_id for row in connection.execute(statement)})
    fresh = [wanted[one] for one in sorted(wanted) if one not in known]
    told_ids = {one.told.subject_id for one in fresh if one.told.subject_id is not None}
    aliases = aliases_of(connection, log, told_ids)
    rows = []
    for one in fresh:
        told_id = one.told.subject_id
        known[one.mention_id] = None if told_id is None else aliases.get(told_id, told_id)
        rows.append(_row(log, seq, one, known[one.mention_id]))
    insert_rows(connection, CREDIT_MENTION, _COLUMNS, rows)
    return known


def _row(log: int, seq: int, found: _Found, subject_id: UUID | None) -> tuple[object, ...]:
    claim = found.told.record.claim
    values: dict[str, object] = {
        "log": log,
        "id": found.mention_id,
        "why": found.why.value,
        "state": MentionState.WAITING,
        "kind": claim.kind.value,
        "name": claim.name[:NAME_CHARS_MAX],
        "region": claim.region or _region_of_authority(found.told.record.authority_name),
        "codes": orjson.dumps(
            {scheme.value: code for scheme, code in claim.codes.items()}
        ).decode(),
        "told_id": found.told.subject_id,
        "subject_id": subject_id,
        "seq": seq,
    }
    return tuple(values[name] for name in _COLUMNS)


def _region_of_authority(name: str) -> str:
    """Return where an authority is: it decides about parties of its place in nearly every case."""
    codes, _ = take_places(name)
    # 烟台市 was a county's name once: the wider place of today's is meant.
    widest = [one for one in codes if len(one) == min(map(len, codes))]
    return widest[0].ljust(_REGION_CHARS, "0") if len(widest) == 1 else ""


def _nodes_of(connection: Connection, log: int, ids: list[UUID]) -> dict[UUID, UUID]:
    """Return of whom facts are by their own words, where that was noted."""
    found: dict[UUID, UUID] = {}
    for start in range(0, len(ids), _KEYS):
        statement = select(CREDIT_OWN.c.thing_id, CREDIT_OWN.c.node_id).where(
            CREDIT_OWN.c.log == log, CREDIT_OWN.c.thing_id.in_(ids[start : start + _KEYS])
        )
        found.update({row.thing_id: row.node_id for row in connection.execute(statement)})
    return found
