"""Who is who in credit, as the interface and the pages ask for it.

One rule: a name is answered with candidates, and nobody is joined to anybody but by a person's
judgement.
"""

from dataclasses import dataclass
from uuid import UUID

from base.db import reading
from credit.folding.projector import bring_up_credit
from credit.judging.codes import TwoCodes, two_codes
from credit.judging.desk import JudgingDesk, judge, undo
from credit.judging.entries import Judged, JudgedNote, UndoneNote
from credit.judging.queue import (
    Judgement,
    QueuePage,
    Waiting,
    judgement_told,
    judgements_page,
    queue_counts,
    queue_page,
    waiting_one,
)
from credit.naming.comparing import Side
from credit.naming.finding import Candidate, Wanted, find_by_names
from credit.naming.words import words
from ledger.batch import Idempotency
from parties.actors import Actor
from web.credit_reading import brought_up, caught_up
from web.services import Services

SHOWN_MAX = 20
"""How many of the queue are shown at once: each is compared with its candidates anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody says: of a mention or, with `is_join`, a party; no party is a new one."""

    id: UUID
    node_id: UUID
    is_join: bool
    subject_id: UUID | None
    verdict: Judged
    reason: str


def queue_for(parts: Services, *, state: str, after: str) -> QueuePage:
    """Return a page of what waits for a judgement."""
    brought_up(parts)
    rows_max = min(SHOWN_MAX, parts.settings.page_size_max)
    with reading(parts.engine) as connection:
        return queue_page(connection, parts.log, state=state, after=after, rows_max=rows_max)


def counts_for(parts: Services) -> dict[str, int]:
    """Return how much waits, is unsure, and is judged."""
    brought_up(parts)
    with reading(parts.engine) as connection:
        return queue_counts(connection, parts.log)


def mention_for(parts: Services, mention_id: UUID) -> Waiting:
    """Return one mention with its candidates; raises `NotFound`."""
    brought_up(parts)
    with reading(parts.engine) as connection:
        return waiting_one(connection, parts.log, mention_id)


def judgements_for(parts: Services, *, after: str) -> tuple[list[Judgement], str]:
    """Return judgements, the newest first."""
    brought_up(parts)
    rows_max = parts.settings.page_size_max
    with reading(parts.engine) as connection:
        return judgements_page(connection, parts.log, after=after, rows_max=rows_max)


def found_by_names(parts: Services, names: list[str], *, region: str = "") -> list[list[Candidate]]:
    """Return for each name which parties may be meant."""
    brought_up(parts)
    wanted = [Wanted(side=Side(name=name, region=region)) for name in names]
    with reading(parts.engine) as connection:
        return find_by_names(connection, parts.log, wanted)


def codes_for(parts: Services, old: str, new: str) -> TwoCodes | None:
    """Return the parties of two codes side by side; None where one of them names no single one."""
    brought_up(parts)
    with reading(parts.engine) as connection:
        return two_codes(connection, parts.log, old, new)


def judge_for(
    parts: Services, actor: Actor, said: Said, *, idempotency: Idempotency | None = None
) -> Judgement:
    """Record what somebody says; raises what the desk raises."""
    note = JudgedNote(
        judgement_id=said.id,
        node_id=said.node_id,
        is_join=said.is_join,
        # A party that is new is known by the judgement that made it known.
        subject_id=said.id if said.subject_id is None else said.subject_id,
        is_new=said.subject_id is None,
        verdict=said.verdict,
        reason=said.reason,
        naming=words().version,
    )
    caught_up(parts)
    row = judge(_desk(parts), actor, note, idempotency=idempotency)
    with reading(parts.engine) as connection:
        return judgement_told(connection, parts.log, row)


def undo_for(
    parts: Services,
    actor: Actor,
    judgement_id: UUID,
    reason: str,
    *,
    idempotency: Idempotency | None = None,
) -> Judgement:
    """Take a judgement back."""
    note = UndoneNote(judgement_id=judgement_id, reason=reason)
    caught_up(parts)
    row = undo(_desk(parts), actor, note, idempotency=idempotency)
    with reading(parts.engine) as connection:
        return judgement_told(connection, parts.log, row)


def _desk(parts: Services) -> JudgingDesk:
    return JudgingDesk(
        journal=parts.credit_journal,
        clock=parts.clock,
        bring_up=lambda: bring_up_credit(parts.engine, parts.log),
    )
