"""Whether a judgement can be undone: not while an open case stands on it.

The rule that must stay true: a case goes back to the party that it was opened for. Where its
records would not go with it, it has to be over first: nobody decides about another's record. An
objection is in nobody's way: that a record is not its party's is what it may be about.
"""

from collections.abc import Iterable
from itertools import chain
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, select

from base.errors import Problem
from credit.cases.kinds import OBJECTION, case_kinds
from credit.judging.entries import Judged
from credit.judging.standing import followed, joined_into, mentions_of, named_by
from credit.tables import CREDIT_CASE, CREDIT_MENTION, CREDIT_OWN

_KEYS: Final = 900
_NAMED_MAX: Final = 5
"""So many cases are named; whoever closes them is told of the others."""


def in_the_way(connection: Connection, log: int, judgement: Any) -> Problem | None:
    """Return which open cases an undoing would part from their records; None where it would none.

    Who opens one at this very moment finds it parted: it can be closed, and changes nothing.
    """
    if judgement.verdict != Judged.POSITIVE.value:
        return None
    here = followed(connection, log, judgement.subject_id)
    case = CREDIT_CASE.c
    statement = select(case.id, case.kind, case.facts).where(
        case.log == log,
        case.subject_id == here,
        case.is_open,
        case.facts != "",
        case.kind != OBJECTION,
    )
    rows = list(connection.execute(statement.order_by(case.opened_seq)))
    facts = {row.id: tuple(map(UUID, row.facts.split())) for row in rows}
    leaving = _leaving(connection, log, judgement, here) if rows else frozenset()
    nodes = _nodes_of(connection, log, chain(facts, *facts.values()))
    parted = [
        row
        for row in rows
        if len({nodes.get(one, here) in leaving for one in (row.id, *facts[row.id])}) > 1
    ]
    return _problem(parted) if parted else None


def _leaving(connection: Connection, log: int, judgement: Any, here: UUID) -> frozenset[UUID]:
    """Return the mentions and parties that would stand with their party no longer."""
    if not judgement.is_join:
        mention = connection.execute(
            select(CREDIT_MENTION).where(
                CREDIT_MENTION.c.log == log, CREDIT_MENTION.c.id == judgement.node_id
            )
        ).one()
        then = named_by(connection, log, mention, without=judgement.id)
        stays = then is not None and followed(connection, log, then) == here
        return frozenset() if stays else frozenset((judgement.node_id,))
    parties = set(joined_into(connection, log, judgement.node_id))
    mentions = mentions_of(connection, log, parties)
    named = (one.id for one in mentions if named_by(connection, log, one) in parties)
    return frozenset((*parties, *named))


def _nodes_of(connection: Connection, log: int, things: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return of whom things are by their own words, where that was noted."""
    wanted, found = sorted(set(things)), {}
    for start in range(0, len(wanted), _KEYS):
        statement = select(CREDIT_OWN.c.thing_id, CREDIT_OWN.c.node_id).where(
            CREDIT_OWN.c.log == log, CREDIT_OWN.c.thing_id.in_(wanted[start : start + _KEYS])
        )
        found.update({row.thing_id: row.node_id for row in connection.execute(statement)})
    return found


def _problem(parted: list[Any]) -> Problem:
    kinds = [case_kinds()[row.kind] for row in parted[:_NAMED_MAX]]
    ids = [str(row.id) for row in parted[:_NAMED_MAX]]
    told = "; ".join(f"{kind.en} {one}" for kind, one in zip(kinds, ids, strict=True))
    told_zh = "；".join(f"{kind.zh} {one}" for kind, one in zip(kinds, ids, strict=True))
    count = len(parted)
    return Problem(
        path="judgement",
        code="cases_open",
        message=f"open cases would be parted from their records ({count}): {told}. Decide them, or "
        "let the party take them back, and undo this then",
        message_zh=f"有{count}件未办结的案件会与所涉记录分开：{told_zh}。"
        "请先办结，或者由当事人撤回申请，再撤销这一判断。",
    )
