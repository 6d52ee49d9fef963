"""Recalls as one actor may see and run them: what the API and the pages share.

The rule that must stay true: who holds what is the authority's to see. A holder sees its own lines
and its own notice; an owner that opened a recall sees how far it is and not with whom; a recall
that is none of an actor's is not there at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from trace.recall.answering import Said, answer_notice, close_recall
from trace.recall.authority import is_under_authority
from trace.recall.containers import Inside, containers_of
from trace.recall.deadlines import Deadline, domains
from trace.recall.facts import RecallFact, facts_since
from trace.recall.hooks import Delivery, deliveries_of
from trace.recall.late import late_among, waiting_for
from trace.recall.many import notices_among
from trace.recall.model import AnswerKind, Criteria, Line, Outcome
from trace.recall.opening import (
    OpenRequest,
    RecallDesk,
    open_recall,
    preview_scope,
    rescope_recall,
)
from trace.recall.progress import (
    Gap,
    Progress,
    Share,
    Stage,
    gaps_of,
    progress_of,
    share_of,
    stages_of,
)
from trace.recall.reading import (
    Notice,
    Recall,
    RecallQuery,
    ScopeRow,
    lines_of,
    list_recalls,
    notices_of,
    read_recall,
    scopes_of,
)
from trace.recall.scope import Scope
from trace.recall.selection import Bounds
from uuid import UUID

from sqlalchemy import Connection

from base.db import reading
from base.errors import Forbidden, NotFound
from ledger.batch import Idempotency
from parties.access import Action, Subject, has_role_for, require, require_role
from parties.actors import Actor
from web.services import Services


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """One time of a recall's class, and when it is up: provisional without the year's holidays."""

    deadline: Deadline
    at: datetime
    is_provisional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BriefRecall:
    """A recall in a list: how far its holders are, and the reader's own notice."""

    recall: Recall
    total: Share
    own: Notice | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeRecall:
    """A recall with all that its reader may see; `own` is the reader's own notice.

    `deliveries` are what came of telling programs of the notices that he sees.
    """

    recall: Recall
    scopes: Sequence[ScopeRow]
    progress: Progress
    stages: Sequence[Stage]
    dues: Sequence[Due]
    notices: Sequence[Notice]
    deliveries: Mapping[UUID, Delivery]
    own: Notice | None
    gaps: Sequence[Gap]
    may_run: bool
    may_end: bool
    sees_all: bool


def recall_desk_of(parts: Services) -> RecallDesk:
    """Return what recalls need in this process."""
    settings = parts.settings
    return RecallDesk(
        journal=parts.desk.journal,
        clock=parts.clock,
        owners_of=parts.owners.owners_of,
        bounds=Bounds(
            events_max=settings.recall_events_max,
            items_max=settings.lineage_items_max,
            depth_max=settings.lineage_depth_max,
        ),
        open_max=settings.recalls_of_party_max,
    )


def sees_all(actor: Actor) -> bool:
    """Return whether an actor sees every holder: whoever has no goods of its own in the trade."""
    return actor.party_id is None


def open_for(
    parts: Services, actor: Actor, request: OpenRequest, *, idempotency: Idempotency | None
) -> Recall:
    """Open a recall: the authority of any goods, an owner of its own."""
    require(actor, Action.OPEN_RECALLS, _own(actor))
    return open_recall(recall_desk_of(parts), actor, request, idempotency=idempotency)


def preview_for(parts: Services, actor: Actor, criteria: Criteria) -> Scope:
    """Return what a recall would reach, with nothing recorded; raises as `open_for`."""
    require(actor, Action.OPEN_RECALLS, _own(actor))
    return preview_scope(recall_desk_of(parts), actor, criteria)


def shown_to(actor: Actor, lines: Sequence[Line]) -> list[Line]:
    """Return the lines of a trial scope that an actor may see: all of them, or its own.

    Who bought an owner's goods, and what was made of them, is told to nobody for the asking.
    """
    return [one for one in lines if sees_all(actor) or one.holder == actor.party_id]


def recalls_for(parts: Services, actor: Actor, query: RecallQuery) -> list[Recall]:
    """Return a page of recalls that concern an actor, newest first."""
    require_role(actor, Action.READ_RECALLS)
    with reading(parts.engine) as connection:
        return list_recalls(connection, parts.log, replace(query, party_id=actor.party_id))


def recall_for(parts: Services, actor: Actor, recall_id: UUID) -> WholeRecall:
    """Return a recall; raises `NotFound` for one that is none of the actor's."""
    require_role(actor, Action.READ_RECALLS)
    now = parts.clock.now()
    with reading(parts.engine) as connection:
        recall = _readable(connection, parts, actor, recall_id)
        notices = notices_of(connection, parts.log, recall_id)
        scopes = scopes_of(connection, parts.log, recall_id)
        lines = lines_of(connection, parts.log, scopes[-1].id)
        is_bound = is_under_authority(connection, recall)
        own = next((one for one in notices if one.party_id == actor.party_id), None)
        is_all = sees_all(actor)
        seen = notices if is_all else [own] if own is not None else []
        deliveries = deliveries_of(connection, [one.id for one in seen])
    progress = progress_of(lines, notices, now)
    return WholeRecall(
        recall=recall,
        scopes=scopes,
        progress=progress if is_all else replace(progress, awaited=()),
        stages=stages_of(recall, scopes, notices),
        dues=dues_of(recall),
        notices=seen,
        deliveries=deliveries,
        own=own,
        gaps=[one for one in gaps_of(lines, notices) if is_all or one.party_id == actor.party_id],
        may_run=may_run(actor, recall),
        may_end=may_run(actor, recall) and (is_all or not is_bound),
        sees_all=is_all,
    )


def facts_for(
    parts: Services, actor: Actor, *, before: int | None, rows_max: int
) -> Sequence[RecallFact]:
    """Return what recalls say of parties, newest first; for whoever sees every holder."""
    require(actor, Action.READ_LINEAGE)
    with reading(parts.engine) as connection:
        return facts_since(
            connection, parts.log, parts.owners.owners_of, before=before, rows_max=rows_max
        )


def late_for(parts: Services, actor: Actor) -> list[tuple[Recall, Notice]]:
    """Return the holders of open recalls that are late; for whoever sees every holder."""
    require(actor, Action.READ_LINEAGE)
    now = parts.clock.now()
    rows_max = parts.settings.recalls_open_max
    with reading(parts.engine) as connection:
        return late_among(connection, parts.log, now, rows_max=rows_max)


def waiting_at(parts: Services, actor: Actor) -> list[tuple[Recall, Notice]]:
    """Return the notices of open recalls that an actor has not answered, the next due first."""
    if actor.party_id is None or not has_role_for(actor, Action.READ_RECALLS):
        return []
    rows_max = parts.settings.page_size_max
    with reading(parts.engine) as connection:
        return waiting_for(connection, parts.log, actor.party_id, rows_max=rows_max)


def brief_for(parts: Services, actor: Actor, recalls: Sequence[Recall]) -> list[BriefRecall]:
    """Return how far the holders of each recall of `recalls_for` are, without reading lines."""
    now = parts.clock.now()
    found = []
    with reading(parts.engine) as connection:
        known = notices_among(connection, parts.log, recalls)
        for recall in recalls:
            notices = known[recall.id]
            own = next((one for one in notices if one.party_id == actor.party_id), None)
            asked = [one for one in notices if one.line_count]
            found.append(BriefRecall(recall=recall, total=share_of(asked, now), own=own))
    return found


def lines_for(
    parts: Services,
    actor: Actor,
    recall_id: UUID,
    *,
    version: int | None = None,
    start: int = 0,
    rows_max: int | None = None,
) -> list[Line]:
    """Return lines of a scope, the newest unless another is named: everybody's, or one's own."""
    require_role(actor, Action.READ_RECALLS)
    with reading(parts.engine) as connection:
        _readable(connection, parts, actor, recall_id)
        scope = _scope(scopes_of(connection, parts.log, recall_id), version)
        return lines_of(
            connection,
            parts.log,
            scope.id,
            holder=None if sees_all(actor) else actor.party_id,
            start=start,
            rows_max=rows_max,
        )


def containers_for(
    parts: Services,
    actor: Actor,
    recall_id: UUID,
    lines: Sequence[Line],
    *,
    version: int | None = None,
) -> Mapping[str, Sequence[Inside]]:
    """Return in what the goods of an actor's lines were, as far as it may read the packings."""
    require_role(actor, Action.READ_RECALLS)
    with reading(parts.engine) as connection:
        _readable(connection, parts, actor, recall_id)
        scope = _scope(scopes_of(connection, parts.log, recall_id), version)
        uris = {line.uri for line in lines}
        return containers_of(connection, parts.log, uris, size=scope.at_size, actor=actor)


def rescope_for(
    parts: Services,
    actor: Actor,
    recall_id: UUID,
    criteria: Criteria,
    reason: str,
    *,
    idempotency: Idempotency | None,
) -> Recall:
    """Widen or narrow a recall that the actor runs; an owner only widens what is the authority's.

    Raises `InvalidInput` where an owner would leave out what the authority recalled.
    """
    recall = _run_by(parts, actor, recall_id)
    desk = recall_desk_of(parts)
    return rescope_recall(desk, actor, recall, criteria, reason, idempotency=idempotency)


def answer_for(
    parts: Services, actor: Actor, recall_id: UUID, said: Said, *, idempotency: Idempotency | None
) -> Recall:
    """Record what a holder says to its own notice."""
    require(actor, Action.ANSWER_RECALLS, _own(actor))
    with reading(parts.engine) as connection:
        recall = _readable(connection, parts, actor, recall_id)
        found = notices_of(connection, parts.log, recall_id, party_id=actor.party_id)
    if not found or actor.party_id is None or said.kind is AnswerKind.EXPLAINED:
        raise NotFound("There is no notice of this recall to you.")
    desk = recall_desk_of(parts)
    return answer_notice(desk, actor, recall, found[0], said, idempotency=idempotency)


def explain_for(
    parts: Services,
    actor: Actor,
    recall_id: UUID,
    party_id: UUID,
    note: str,
    *,
    idempotency: Idempotency | None,
) -> Recall:
    """Explain in the place of a holder that does not answer: the authority's to do."""
    recall = _run_by(parts, actor, recall_id)
    if not sees_all(actor):
        raise Forbidden("Explaining in a holder's place is the authority's.")
    with reading(parts.engine) as connection:
        found = notices_of(connection, parts.log, recall_id, party_id=party_id)
    if not found:
        raise NotFound("There is no notice of this recall to that party.")
    said = Said(kind=AnswerKind.EXPLAINED, note=note)
    desk = recall_desk_of(parts)
    return answer_notice(desk, actor, recall, found[0], said, idempotency=idempotency)


def close_for(
    parts: Services,
    actor: Actor,
    recall_id: UUID,
    outcome: Outcome,
    note: str,
    *,
    idempotency: Idempotency | None,
) -> Recall:
    """End a recall that the actor runs; `Forbidden` to an owner where it is the authority's."""
    recall = _run_by(parts, actor, recall_id)
    with reading(parts.engine) as connection:
        if not sees_all(actor) and is_under_authority(connection, recall):
            raise Forbidden(
                "The authority has spoken in this recall, or it is of class I: it ends it."
            )
    desk = recall_desk_of(parts)
    return close_recall(desk, actor, recall, outcome, note, idempotency=idempotency)


def dues_of(recall: Recall) -> list[Due]:
    """Return the times of a recall's class, the first one first."""
    rows = domains()[recall.domain].of_level(recall.level)
    at = recall.opened_at
    found = [
        Due(deadline=row, at=row.due_at(at), is_provisional=row.is_provisional(at)) for row in rows
    ]
    return sorted(found, key=lambda due: due.at)


def may_run(actor: Actor, recall: Recall) -> bool:
    """Return whether an actor may change and end a recall: its opener's party, or the authority."""
    if actor.party_id is None:
        return has_role_for(actor, Action.OPEN_RECALLS)
    return recall.party_id == actor.party_id


def _run_by(parts: Services, actor: Actor, recall_id: UUID) -> Recall:
    require(actor, Action.OPEN_RECALLS, _own(actor))
    with reading(parts.engine) as connection:
        recall = _readable(connection, parts, actor, recall_id)
    if not may_run(actor, recall):
        raise Forbidden("Another party or the authority runs this recall.")
    return recall


def _readable(connection: Connection, parts: Services, actor: Actor, recall_id: UUID) -> Recall:
    recall = read_recall(connection, parts.log, recall_id)
    if sees_all(actor) or recall.party_id == actor.party_id:
        return recall
    if notices_of(connection, parts.log, recall_id, party_id=actor.party_id):
        return recall
    raise NotFound("There is no recall with that id.")


def _scope(scopes: Sequence[ScopeRow], version: int | None) -> ScopeRow:
    wanted = scopes[-1].version if version is None else version
    found = next((one for one in scopes if one.version == wanted), None)
    if found is None:
        raise NotFound("The recall has no such scope.")
    return found


def _own(actor: Actor) -> Subject:
    return Subject() if actor.party_id is None else Subject(party_ids=frozenset({actor.party_id}))
