"""Refuses a batch that is held: it leaves the desk, and nothing of it ever counts.

The rule that must stay true: who refused it and why is in the ledger before it is off the desk. It
changes no record, so that whoever handed it in may take it back himself; the same file may come
again, and is another batch then.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, TypeAlias
from uuid import UUID

from base.db import reading
from base.errors import Conflict, InvalidInput, Problem
from credit.intake.batches import BatchState, CreditBatch, read_batch
from credit.intake.claiming import claim_batch, giving_back, taken_meanwhile
from credit.intake.desk import IntakeDesk
from credit.intake.entering import entry_of, finish
from parties.actors import Actor

REFUSED_KIND: Final = "credit_batch_refused"
REFUSED: Final = "A person refused it: {}"
TAKEN_BACK: Final = "Whoever handed it in took it back: {}"

RecordAct: TypeAlias = Callable[[str, Mapping[str, str], Mapping[str, str]], None]
"""Makes an act an entry of the ledger and waits until it is durable: kind, public, authority."""


def refuse_batch(
    desk: IntakeDesk, actor: Actor, batch_id: UUID, *, reason: str, record: RecordAct
) -> CreditBatch:
    """Refuse a held batch and return it; one that was handed in by `actor` is taken back.

    Raises `NotFound` for no batch, `InvalidInput` without a reason, `Conflict` for a batch that is
    not held or went to somebody else, and `Busy` while somebody else is at it.
    """
    said = " ".join(reason.split())
    if not said:
        problem = Problem(path="reason", code="required", message="say why")
        raise InvalidInput("Say why it is refused.", problems=(problem,))
    with reading(desk.journal.engine) as connection:
        held = read_batch(connection, desk.journal.log, batch_id)
        is_entered = entry_of(connection, held) is not None
    if held.state is not BatchState.HELD or is_entered:
        raise Conflict(f"This batch is {held.state.value}: only a held one is refused.")
    mine = claim_batch(desk, held)
    if mine is None:
        raise taken_meanwhile()
    with giving_back(desk, mine):
        why = {"reason": said, "doubt": held.message}
        record(REFUSED_KIND, {"batch": str(batch_id)}, why)
        words = TAKEN_BACK if held.actor == actor.id else REFUSED
        return finish(desk, replace(mine, state=BatchState.REFUSED, message=words.format(said)))
