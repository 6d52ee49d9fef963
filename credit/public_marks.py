"""What public lists say of parties: the mark that a consumer reads beside whoever took part.

The rule that must stay true: only lists that the law lets be public, organisations, and entries
that stand on the day; nothing told of a party is not the same as nothing found.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection, Select, and_, bindparam, select

from credit.checking import Entry, entries_of, is_listed_on
from credit.feeds.model import CodeScheme, SubjectKind
from credit.rulebook.lists import credit_lists
from credit.standing import ENTRY_COLUMNS, OF_ALIAS, OF_BATCH, OF_ROW, STANDS_AS
from credit.tables import (
    CREDIT_ALIAS,
    CREDIT_BATCH,
    CREDIT_CODE,
    CREDIT_FACT,
    CREDIT_ROW,
    CREDIT_SUBJECT,
)

_CODES_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicMark:
    """What the public lists say of a party. `is_known` is False where nobody has told of it."""

    day: date
    is_known: bool
    entries: tuple[Entry, ...] = ()


def public_marks(
    connection: Connection, log: int, codes: Collection[str], day: date
) -> Mapping[str, PublicMark]:
    """Return the mark of each social credit code on a day; of 200 codes at most."""
    wanted = sorted(codes)[:_CODES_MAX]
    if not wanted:
        return {}
    rows = list(connection.execute(_of_codes(day), {"of_log": log, "codes": wanted}))
    told = {row.code for row in rows}
    return {
        one: PublicMark(
            day=day,
            is_known=one in told,
            entries=tuple(entries_of([row for row in rows if row.code == one and row.id])),
        )
        for one in wanted
    }


@lru_cache(maxsize=4)
def _of_codes(day: date) -> Select[Any]:
    """Return the question of a day, kept: putting it together costs more than asking it."""
    code, fact, subject = CREDIT_CODE.c, CREDIT_FACT.c, CREDIT_SUBJECT.c
    public = [one.id for one in credit_lists().values() if one.is_public]
    of_subject = and_(subject.log == code.log, subject.id == STANDS_AS)
    of_facts = and_(
        fact.log == code.log,
        fact.subject_id == STANDS_AS,
        fact.is_latest,
        # What is in no public answer, because nobody knows its end, is in no mark.
        fact.is_published,
        fact.list.in_(public),
        is_listed_on(day),
    )
    return (
        select(
            *ENTRY_COLUMNS,
            code.code,
        )
        .select_from(CREDIT_CODE)
        .outerjoin(CREDIT_ALIAS, OF_ALIAS)
        .join(CREDIT_SUBJECT, of_subject)
        .outerjoin(CREDIT_FACT, of_facts)
        .outerjoin(CREDIT_BATCH, OF_BATCH)
        .outerjoin(CREDIT_ROW, OF_ROW)
        .where(
            code.log == bindparam("of_log"),
            code.code.in_(bindparam("codes", expanding=True)),
            code.scheme == CodeScheme.USCC.value,
            subject.kind != SubjectKind.PERSON.value,
        )
        .order_by(fact.seq, fact.position)
    )
