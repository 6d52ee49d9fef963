"""Measures in use, as the interface and the pages ask for them.

One rule: whoever applied a measure sees and lifts its own; an auditor sees all.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import Connection

from base.db import reading
from base.errors import NotFound
from credit.applying.again import standing_again
from credit.applying.desk import (
    Application,
    ApplicationPage,
    ApplicationQuery,
    ApplyingDesk,
    application_of,
    applications_of,
    apply_measure,
    lift_measure,
)
from credit.applying.entries import AppliedNote, LiftedNote
from credit.folding.projector import bring_up_credit
from credit.offices import colleagues_of
from credit.subjects import named_by_code
from ledger.batch import Idempotency
from parties.actors import Actor, Role
from web.credit import book_of, code_asked, today
from web.credit_reading import brought_up, caught_up
from web.services import Services


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a counter reports: a measure applied to a party in a matter, today unless a day is."""

    id: UUID
    uscc: str
    measure: str
    matter: str
    on: date | None
    reference: str


def apply_for(
    parts: Services, actor: Actor, report: Report, *, idempotency: Idempotency | None
) -> Application:
    """Apply a measure to a party; raises what the gate raises, `NotFound` for an unknown party."""
    caught_up(parts)
    with reading(parts.engine) as connection:
        subject_id = named_by_code(connection, parts.log, code_asked(report.uscc))
        known = application_of(connection, parts.log, report.id, day=today(parts))
    if subject_id is None:
        raise NotFound("Nothing was told of such a party: there is nothing to apply.")
    note = AppliedNote(
        application_id=report.id,
        subject_id=subject_id,
        measure=report.measure,
        matter=report.matter,
        fact_ids=(),
        # A report that names no day is of the day on which it first came.
        applied_on=report.on or (today(parts) if known is None else known.applied_on),
        reference=report.reference,
    )
    return apply_measure(_desk(parts), actor, note, idempotency=idempotency)


def lift_for(
    parts: Services,
    actor: Actor,
    application_id: UUID,
    *,
    on: date | None,
    reference: str,
    reason: str,
    idempotency: Idempotency | None,
) -> Application:
    """Take the receipt of whoever applied a measure; of one that still binds with a reason."""
    caught_up(parts)
    with reading(parts.engine) as connection:
        known = application_of(connection, parts.log, application_id, day=today(parts))
    lifted_on = on or (None if known is None else known.lifted_on) or today(parts)
    note = LiftedNote(
        application_id=application_id,
        lifted_on=lifted_on,
        reference=reference,
        reason=reason.strip(),
    )
    return lift_measure(_desk(parts), actor, note, idempotency=idempotency)


def applications_for(parts: Services, actor: Actor, *, only_to_lift: bool) -> list[Application]:
    """Return the first page of measures in use."""
    page = application_page_for(parts, actor, only_to_lift=only_to_lift, after="")
    return list(page.applications)


def application_page_for(
    parts: Services, actor: Actor, *, only_to_lift: bool, after: str
) -> ApplicationPage:
    """Return measures in use: those of one's own office, or everybody's to an auditor."""
    brought_up(parts)
    with reading(parts.engine) as connection:
        query = ApplicationQuery(
            day=today(parts),
            actors=seen_by(connection, actor),
            only_to_lift=only_to_lift,
            after=after,
            rows_max=parts.settings.page_size_max,
        )
        return applications_of(connection, parts.log, query)


def standing_again_for(parts: Services, applications: Sequence[Application]) -> frozenset[UUID]:
    """Return which of some measures were lifted and bind again: their ground came back."""
    with reading(parts.engine) as connection:
        return standing_again(connection, parts.log, applications, today(parts))


def in_use_of(parts: Services, actor: Actor, uscc: str) -> list[Application]:
    """Return what one's own office has in use of a party, the oldest first."""
    with reading(parts.engine) as connection:
        subject_id = named_by_code(connection, parts.log, uscc)
        if subject_id is None:
            return []
        query = ApplicationQuery(
            day=today(parts),
            actors=seen_by(connection, actor),
            subject_id=subject_id,
            only_open=True,
            rows_max=parts.settings.page_size_max,
        )
        return list(applications_of(connection, parts.log, query).applications)


def application_for(parts: Services, actor: Actor, application_id: UUID) -> Application | None:
    """Return one measure in use, None where it is another's."""
    with reading(parts.engine) as connection:
        found = application_of(connection, parts.log, application_id, day=today(parts))
        seen = seen_by(connection, actor)
    is_seen = found is not None and (seen is None or found.actor in seen)
    return found if is_seen else None


def seen_by(connection: Connection, actor: Actor) -> frozenset[str] | None:
    """Return whose measures an actor sees, None for everybody's."""
    return None if actor.role is Role.AUDITOR else colleagues_of(connection, actor.id)


def _desk(parts: Services) -> ApplyingDesk:
    return ApplyingDesk(
        journal=parts.credit_journal,
        clock=parts.clock,
        book=book_of(parts),
        bring_up=lambda: bring_up_credit(parts.engine, parts.log),
    )
