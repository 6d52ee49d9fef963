"""Finds parties by their names: read by keys, compared part by part, the likeliest first.

The rule that must stay true: what is found is a candidate with its reasons, never an answer; a
natural person is found by nobody's name.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final
from uuid import UUID

import yaml
from sqlalchemy import Column, ColumnElement, Connection, and_, or_, select

from credit.feeds.model import CodeScheme, SubjectKind
from credit.naming.characters import MASK
from credit.naming.comparing import (
    Compared,
    Comparison,
    Outcome,
    Part,
    Side,
    Verdict,
    compare_any,
)
from credit.naming.keys import keys_of
from credit.naming.words import every_version
from credit.tables import CREDIT_ALIAS, CREDIT_CODE, CREDIT_NAME, CREDIT_SUBJECT

_FILE: Final = Path(__file__).with_name("finding.yaml")
_KEYS: Final = 900
_RANK: Final = {Outcome.SAME: 2, Outcome.POSSIBLE: 1, Outcome.DIFFERENT: 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A party that somebody may be: under which of its names, and how that one compares."""

    subject_id: UUID
    name: str
    nearest_name: str
    kind: str
    region: str
    uscc: str
    codes: Mapping[str, tuple[str, ...]]
    is_registered: bool
    comparison: Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Who is looked for: a name, where it is, and the codes that came with it, hidden or whole."""

    side: Side
    codes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    also: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How many names a look-up by keys reads, how many candidates it gives, the fewest points."""

    read_max: int
    candidates_max: int
    points_min: int


@cache
def limits() -> Limits:
    """Return the limits of looking for a name."""
    return Limits(**yaml.safe_load(_FILE.read_text("utf-8")))


def find_by_name(connection: Connection, log: int, wanted: Wanted) -> list[Candidate]:
    """Return who may be meant, the likeliest first; `wanted.also` are compared in any case."""
    ids = [*wanted.also, *_read_by_keys(connection, log, wanted.side.name)]
    if wanted.codes:
        ids += _read_by_codes(connection, log, wanted.codes)
    found = compared_with(connection, log, wanted, ids)
    enough = [
        one
        for one in found
        if one.comparison.score >= limits().points_min or one.subject_id in wanted.also
    ]
    return enough[: limits().candidates_max]


def find_by_names(
    connection: Connection, log: int, wanted: Sequence[Wanted]
) -> list[list[Candidate]]:
    """Return for each name who may be meant."""
    return [find_by_name(connection, log, one) for one in wanted]


def compared_with(
    connection: Connection, log: int, wanted: Wanted, ids: Iterable[UUID]
) -> list[Candidate]:
    """Return these parties as candidates, the likeliest first, each as it stands today."""
    some = sorted(set(ids))
    names, codes = names_of(connection, log, some), _codes_of(connection, log, some)
    found = []
    for start in range(0, len(some), _KEYS):
        statement = select(CREDIT_SUBJECT).where(
            CREDIT_SUBJECT.c.log == log,
            CREDIT_SUBJECT.c.id.in_(some[start : start + _KEYS]),
            CREDIT_SUBJECT.c.kind != SubjectKind.PERSON.value,
        )
        for row in connection.execute(statement):
            spoken = list(dict.fromkeys([row.name, *names.get(row.id, ())]))
            at, comparison = compare_any(wanted.side, spoken, row.region)
            own = codes.get(row.id, {})
            for part in _of_codes(wanted.codes, own):
                comparison = comparison.but(part)
            found.append(
                Candidate(
                    subject_id=row.id,
                    name=row.name,
                    nearest_name=spoken[at],
                    kind=row.kind,
                    region=row.region,
                    uscc=next(iter(own.get(CodeScheme.USCC.value, ())), ""),
                    codes=own,
                    is_registered=row.is_registered,
                    comparison=comparison,
                )
            )
    found.sort(key=_likeliest_first)
    return found


def names_of(connection: Connection, log: int, ids: Iterable[UUID]) -> dict[UUID, list[str]]:
    """Return every name of these parties, the one that was told first before the others."""
    wanted = sorted(set(ids))
    found: dict[UUID, list[str]] = {}
    for start in range(0, len(wanted), _KEYS):
        statement = (
            select(CREDIT_NAME.c.subject_id, CREDIT_NAME.c.name)
            .where(
                CREDIT_NAME.c.log == log,
                CREDIT_NAME.c.subject_id.in_(wanted[start : start + _KEYS]),
            )
            .order_by(CREDIT_NAME.c.seq, CREDIT_NAME.c.name)
        )
        for subject_id, name in connection.execute(statement):
            found.setdefault(subject_id, []).append(name)
    return found


def _likeliest_first(one: Candidate) -> tuple[int, int, str]:
    return -_RANK[one.comparison.outcome], -one.comparison.score, str(one.subject_id)


def _read_by_keys(connection: Connection, log: int, name: str) -> list[UUID]:
    """Return who has a key in common, those with the whole shop name before the others.

    A name has the keys of the rules by which it was read: it is asked for by those of each version.
    """
    keys = [keys_of(name, table) for table in every_version().values()]
    exact = _any_of(CREDIT_NAME.c.core, [one.core for one in keys])
    halves = _any_of(CREDIT_NAME.c.head, [one.head for one in keys])
    halves += _any_of(CREDIT_NAME.c.tail, [one.tail for one in keys])
    found: dict[UUID, None] = {}
    # Merged parties are found under the party that they stand as.
    stands = and_(
        CREDIT_ALIAS.c.log == CREDIT_NAME.c.log,
        CREDIT_ALIAS.c.subject_id == CREDIT_NAME.c.subject_id,
    )
    for conditions in (exact, halves):
        if not conditions:
            continue
        statement = (
            select(CREDIT_NAME.c.subject_id, CREDIT_ALIAS.c.into_id)
            .outerjoin(CREDIT_ALIAS, stands)
            .where(CREDIT_NAME.c.log == log, or_(*conditions))
            .limit(limits().read_max)
        )
        for row in connection.execute(statement):
            found[row.into_id or row.subject_id] = None
    return list(found)


def _any_of(column: Column[str], keys: Iterable[str]) -> list[ColumnElement[bool]]:
    """Return the condition that a column has one of these keys; none where nothing is told."""
    told = sorted({key for key in keys if key})
    return [column.in_(told)] if told else []


def _read_by_codes(connection: Connection, log: int, codes: Mapping[str, str]) -> list[UUID]:
    whole = [code for code in codes.values() if MASK not in code]
    statement = select(CREDIT_CODE.c.subject_id).where(
        CREDIT_CODE.c.log == log, CREDIT_CODE.c.code.in_(whole)
    )
    return list(connection.execute(statement.limit(limits().read_max)).scalars())


def _codes_of(
    connection: Connection, log: int, ids: Sequence[UUID]
) -> dict[UUID, dict[str, tuple[str, ...]]]:
    found: dict[UUID, dict[str, tuple[str, ...]]] = {}
    for start in range(0, len(ids), _KEYS):
        statement = (
            select(CREDIT_CODE.c.subject_id, CREDIT_CODE.c.scheme, CREDIT_CODE.c.code)
            .where(
                CREDIT_CODE.c.log == log, CREDIT_CODE.c.subject_id.in_(ids[start : start + _KEYS])
            )
            .order_by(CREDIT_CODE.c.scheme, CREDIT_CODE.c.code)
        )
        for subject_id, scheme, code in connection.execute(statement):
            own = found.setdefault(subject_id, {})
            own[scheme] = (*own.get(scheme, ()), code)
    return found


def _of_codes(told: Mapping[str, str], known: Mapping[str, tuple[str, ...]]) -> Iterable[Compared]:
    """Yield how codes of one scheme compare; a hidden one that fits is near and no more."""
    for scheme, code in sorted(told.items()):
        if scheme not in known:
            continue
        own = known[scheme]
        if MASK in code:
            fits = any(_fits(code, one) for one in own)
            verdict, reason = (Verdict.NEAR if fits else Verdict.DIFFERS), "masked"
        elif code in own:
            verdict, reason = Verdict.AGREES, ""
        else:
            verdict, reason = Verdict.DIFFERS, "other"
        yield Compared(
            part=Part.CODE, told=code, known=" ".join(own), verdict=verdict, reason=reason
        )


def _fits(masked: str, code: str) -> bool:
    """Return whether a code can be the one whose middle is hidden; a star hides one or more."""
    pattern = ".+".join(re.escape(piece) for piece in re.split(r"\*+", masked))
    return re.fullmatch(pattern, code) is not None
