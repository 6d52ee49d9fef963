"""Which open cases a judgement, or its undoing, would part from their records.

The rule that must stay true: as long as a case is open, it and its records stand with one party:
nobody decides about another's record, and nobody slips out of a case. Where they would be parted
the case has to be over first. An objection is in nobody's way: that a record is not its party's is
what it may be about.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, select

from base.errors import Problem
from credit.cases.kinds import OBJECTION, case_kinds
from credit.judging.entries import Judged, JudgedNote
from credit.judging.standing import followed, joined_into, mentions_of, named_by
from credit.tables import CREDIT_CASE, CREDIT_MENTION, CREDIT_OWN

_KEYS: Final = 900
_UNDO: Final = ("undo this", "撤销这一判断")
_JUDGE: Final = ("judge this", "作出这一判断")
_NAMED_MAX: Final = 5
"""So many cases are named; whoever closes them is told of the others."""


def parted_by_undoing(connection: Connection, log: int, judgement: Any) -> Problem | None:
    """Return which open cases an undoing would part from their records; None where it would none.

    Who opens one at this very moment finds it parted: it can be closed, and changes nothing.
    """
    if judgement.verdict != Judged.POSITIVE.value:
        return None
    here = followed(connection, log, judgement.subject_id)
    parted = _parted(connection, log, here, _leaving(connection, log, judgement, here))
    return _problem(parted, "judgement", _UNDO) if parted else None


def parted_by_judging(connection: Connection, log: int, note: JudgedNote) -> Problem | None:
    """Return which open cases a judgement would part from their records; None where it would none.

    A party that is joined takes all that is its own with it, cases and records. A mention takes
    its records alone, and the cases about them are of the party that it counted for so far.
    """
    if note.is_join or note.verdict is Judged.UNSURE:
        return None
    mention = _mention(connection, log, note.node_id)
    named = named_by(connection, log, mention)
    if named is None:
        return None
    here = followed(connection, log, named)
    if note.verdict is Judged.POSITIVE:
        stays = followed(connection, log, note.subject_id) == here
    else:
        stays = note.subject_id != named
    parted = [] if stays else _parted(connection, log, here, frozenset((note.node_id,)))
    return _problem(parted, "verdict", _JUDGE) if parted else None


def _parted(
    connection: Connection, log: int, here: UUID, leaving: frozenset[UUID]
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return the open cases of a party of which some leave with these nodes and some stay."""
    case = CREDIT_CASE.c
    statement = select(case.id, case.kind, case.facts).where(
        case.log == log,
        case.subject_id == here,
        case.is_open,
        case.facts != "",
        case.kind != OBJECTION,
    )
    rows = connection.execute(statement.order_by(case.opened_seq)).all()
    facts = {row.id: tuple(map(UUID, row.facts.split())) for row in rows}
    nodes = _nodes_of(connection, log, chain(facts, *facts.values()))
    return [
        row
        for row in rows
        if len({nodes.get(one, here) in leaving for one in (row.id, *facts[row.id])}) > 1
    ]


def _mention(connection: Connection, log: int, mention_id: UUID) -> Row[*tuple[Any, ...]]:
    own = (CREDIT_MENTION.c.log == log, CREDIT_MENTION.c.id == mention_id)
    return connection.execute(select(CREDIT_MENTION).where(*own)).one()


def _leaving(connection: Connection, log: int, judgement: Any, here: UUID) -> frozenset[UUID]:
    """Return the mentions and parties that would stand with their party no longer."""
    if not judgement.is_join:
        mention = _mention(connection, log, judgement.node_id)
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


def _problem(parted: Sequence[Row[*tuple[Any, ...]]], path: str, then: tuple[str, str]) -> Problem:
    kinds = [case_kinds()[row.kind] for row in parted[:_NAMED_MAX]]
    ids = [str(row.id) for row in parted[:_NAMED_MAX]]
    told = "; ".join(f"{kind.en} {one}" for kind, one in zip(kinds, ids, strict=True))
    told_zh = "；".join(f"{kind.zh} {one}" for kind, one in zip(kinds, ids, strict=True))
    count = len(parted)
    return Problem(
        path=path,
        code="cases_open",
        message=f"open cases would be parted from their records ({count}): {told}. Decide them, or "
        f"let the party take them back, and {then[0]} then",
        message_zh=f"有{count}件未办结的案件会与所涉记录分开：{told_zh}。"
        f"请先办结，或者由当事人撤回申请，再{then[1]}。",
    )
