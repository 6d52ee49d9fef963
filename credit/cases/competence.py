"""Who decides in a case: the authority whose record it is about, or the operator with a reason.

The rule that must stay true: nobody decides about a record because he is some authority. A record
is its authority's, by name or code; until somebody holds that office, it is whoever handed it in's.
A listing is the named authority's in the same way: once somebody holds its office, whoever opened
the listing before decides nothing about it any more.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from base.errors import Forbidden, InvalidInput, Problem
from credit.cases.model import CaseNote
from credit.offices import Office, holds, is_held, offices_of
from credit.rulebook.code_lists import code_lists
from credit.rulebook.lists import credit_lists
from credit.rulebook.model import Regime
from credit.standing import told_body
from credit.tables import CREDIT_BATCH, CREDIT_FACT
from ledger.store import read_entries
from parties.actors import Actor, Role

LISTING: Final = "listing"


def require_competent(
    connection: Connection,
    log: int,
    actor: Actor,
    note: CaseNote,
    facts: Sequence[Row[*tuple[Any, ...]]],
    opened_by: str,
) -> None:
    """Raise `Forbidden` where a decision is another authority's; `opened_by` took the first step.

    The operator may decide for any of them, and says why: raises `InvalidInput` otherwise.
    """
    if actor.role is Role.OPERATOR:
        if not note.reason.strip():
            raise _refusal("reason", "required", "the operator says why it decides for another")
        return
    offices = offices_of(connection, actor.id)
    if note.kind == LISTING:
        _require_own_list(connection, offices, actor, note, opened_by)
        return
    for fact in facts:
        code = told_body(fact.body).get("details", {}).get("authority_code", "")
        if holds(offices, fact.authority_name, code):
            continue
        is_held_by_another = is_held(connection, fact.authority_name, code)
        if is_held_by_another or _handed_in_by(connection, log, fact) != actor.id:
            message = f"{fact.number} is {fact.authority_name}'s: it decides about it."
            raise Forbidden(message, problems=(_problem("facts", "other_authority", message),))


def _require_own_list(
    connection: Connection,
    offices: Sequence[Office],
    actor: Actor,
    note: CaseNote,
    opened_by: str,
) -> None:
    name = note.terms.get("authority_name", "")
    is_its_own = holds(offices, name, "")
    if not is_its_own and (actor.id != opened_by or is_held(connection, name, "")):
        message = f"A listing by {name or 'an authority without a name'} is its own to make."
        problem = _problem("terms.authority_name", "other_authority", message)
        raise Forbidden(message, problems=(problem,))
    found = credit_lists().get(note.terms.get("list", ""))
    kind = code_lists().authorities.codes.get(note.terms.get("authority", ""))
    if found is None or kind is None or found.regime is Regime.ANY:
        return
    if kind.regime is not found.regime:
        message = f"{kind.en} does not keep this list"
        raise _refusal("terms.authority", "authority_kind", message)


def _handed_in_by(connection: Connection, log: int, fact: Row[*tuple[Any, ...]]) -> str:
    """Return who told of a fact first: the actor of its batch, or of the decision that made it.

    Rows that were read again are whose they were: a press of the button hands nothing in.
    """
    first = select(CREDIT_FACT.c.batch_id, CREDIT_FACT.c.seq).where(
        CREDIT_FACT.c.log == log, CREDIT_FACT.c.id == fact.id, CREDIT_FACT.c.version == 1
    )
    batch_id, seq = connection.execute(first).one()
    if batch_id is not None:
        made = select(func.coalesce(CREDIT_BATCH.c.origin_id, CREDIT_BATCH.c.id)).where(
            CREDIT_BATCH.c.log == log, CREDIT_BATCH.c.id == batch_id
        )
        batch = select(CREDIT_BATCH.c.actor).where(
            CREDIT_BATCH.c.log == log, CREDIT_BATCH.c.id == made.scalar_subquery()
        )
        return str(connection.execute(batch).scalar_one())
    return read_entries(connection, log, [seq])[seq].header.actor


def _refusal(path: str, code: str, message: str) -> InvalidInput:
    return InvalidInput(
        f"{message[0].upper()}{message[1:]}.", problems=(_problem(path, code, message),)
    )


def _problem(path: str, code: str, message: str) -> Problem:
    return Problem(path=path, code=code, message=message)
