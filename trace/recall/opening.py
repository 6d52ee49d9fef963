"""Opening a recall, and giving it another scope.

The rule that must stay true: a recall, its scope with every line, and the notice to every holder
are one batch: all of it is in the ledger or none, and pages, resolver and holders see it at once.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from trace.recall.authority import is_under_authority
from trace.recall.deadlines import Step, domain_of
from trace.recall.diff import Diff, diff_of
from trace.recall.entries import line_drafts, notice_draft, opening_draft, scope_draft
from trace.recall.many import open_count
from trace.recall.model import Criteria, Line, NoticeNote, OpenNote, ScopeNote
from trace.recall.reading import (
    Notice,
    Recall,
    lines_of,
    newest_scope,
    notices_of,
    read_recall,
)
from trace.recall.scope import Owners, Reckoning, Scope, reckon_scope
from trace.recall.selection import Bounds
from trace.recall.tables import REASON_CHARS_MAX
from uuid import UUID

from base.clock import CIVIL_ZONE, Clock
from base.db import reading
from base.errors import InputTooLarge, InvalidInput, Problem
from ledger.batch import Batch, Idempotency, Receipt
from ledger.draft import Draft
from ledger.idempotency import replays
from ledger.journal import Journal
from parties.actors import Actor
from parties.ids import new_id, short_hex


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallDesk:
    """What recalls need: the log's journal, a clock, whose goods are whose, and bounds.

    A party has at most `open_max` recalls open at a time, drills included.
    """

    journal: Journal
    clock: Clock
    owners_of: Owners
    bounds: Bounds
    open_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRequest:
    """A recall that somebody asks for; class 1 is the gravest."""

    domain: str
    level: int
    reason: str
    criteria: Criteria
    is_mock: bool = False


def open_recall(
    desk: RecallDesk,
    actor: Actor,
    request: OpenRequest,
    *,
    idempotency: Idempotency | None = None,
) -> Recall:
    """Open a recall and return it, durable; the same request under the same key is the same recall.

    Raises `InvalidInput` with a field, `NotFound` where nothing is named so, `InputTooLarge`.
    """
    domain = domain_of(request.domain, request.level)
    require_text("reason", request.reason)
    known = replayed(desk, actor, idempotency)
    if known is not None:
        return known
    _require_few(desk, actor)
    scope = reckon_scope(_reckoning(desk, actor), request.criteria)
    _require_lines(scope)
    _require_whole(desk, scope)
    now = desk.clock.now()
    recall_id = new_id(now)
    note = OpenNote(
        id=recall_id,
        number=_number(recall_id, now),
        domain=domain.id,
        level=request.level,
        is_mock=request.is_mock,
        party_id=actor.party_id,
        reason=request.reason,
    )
    due_at = domain.due_at(request.level, Step.ACKNOWLEDGE, now) or now
    drafts = [
        opening_draft(note, _public_codes(scope)),
        *_scope_drafts(note, scope, version=1, reason="", diff=diff_of((), scope.lines), now=now),
    ]
    scope_id = _scope_id(drafts)
    holders = Counter(line.holder for line in scope.lines if line.holder is not None)
    drafts += _notices(note.number, recall_id, scope_id, holders, due_at=due_at, now=now)
    return _append(desk, actor, recall_id, drafts, idempotency)


def preview_scope(desk: RecallDesk, actor: Actor, criteria: Criteria) -> Scope:
    """Return what a recall would reach; nothing is recorded."""
    return reckon_scope(_reckoning(desk, actor), criteria)


def rescope_recall(
    desk: RecallDesk,
    actor: Actor,
    recall: Recall,
    criteria: Criteria,
    reason: str,
    *,
    idempotency: Idempotency | None = None,
) -> Recall:
    """Widen or narrow a recall: another scope with its difference, and notices where it differs.

    Raises as `open_recall`, and `InvalidInput` where it is closed or nothing would change.
    """
    require_text("reason", reason)
    known = replayed(desk, actor, idempotency)
    if known is not None:
        return known
    scope = reckon_scope(_reckoning(desk, actor), criteria)
    with reading(desk.journal.engine) as connection:
        before = newest_scope(connection, desk.journal.log, recall.id)
        old = lines_of(connection, desk.journal.log, before.id)
        is_bound = actor.party_id is not None and is_under_authority(connection, recall)
    _require_whole(desk, scope)
    if is_bound:
        scope = _as_wide(scope, old)
    diff = diff_of(old, scope.lines)
    if not diff.changes:
        raise refused("codes", "same", "reaches exactly what the scope before did")
    _require_lines(scope)
    now = desk.clock.now()
    drafts = list(
        _scope_drafts(recall, scope, version=before.version + 1, reason=reason, diff=diff, now=now)
    )
    counts = Counter(line.holder for line in scope.lines if line.holder is not None)
    with reading(desk.journal.engine) as connection:
        counted = _counted(notices_of(connection, desk.journal.log, recall.id))
    # Whoever counted has counted what is left of the same goods.
    done = {
        holder
        for holder in counted
        if counts[holder] and _held(scope.lines, holder) <= _held(old, holder)
    }
    told = {holder: counts[holder] for holder in diff.holders - done}
    due_at = domain_of(recall.domain, recall.level).due_at(recall.level, Step.ACKNOWLEDGE, now)
    drafts += _notices(
        recall.number, recall.id, _scope_id(drafts), told, due_at=due_at or now, now=now
    )
    return _append(desk, actor, recall.id, drafts, idempotency)


def replayed(desk: RecallDesk, actor: Actor, idempotency: Idempotency | None) -> Recall | None:
    """Return the recall of the same request made before, None where it is a new one."""
    if idempotency is None:
        return None
    asked = Batch(actor=actor.id, subject="", drafts=(), idempotency=idempotency)
    with reading(desk.journal.engine) as connection:
        (outcome,) = replays(connection, desk.journal.log, (asked,))
        if outcome is None:
            return None
        if not isinstance(outcome, Receipt):
            raise outcome
        return read_recall(connection, desk.journal.log, UUID(outcome.subject))


def require_text(path: str, text: str) -> None:
    """Refuse a reason or a note that is empty, too long or no plain text."""
    if not (1 <= len(text.strip()) <= len(text) <= REASON_CHARS_MAX and text.isprintable()):
        raise refused(path, "text", f"is 1 to {REASON_CHARS_MAX} printable characters")


def refused(path: str, code: str, message: str) -> InvalidInput:
    """Return the refusal of one field."""
    problem = Problem(path=path, code=code, message=message)
    return InvalidInput(f"{path}: {message}" if path else message, problems=(problem,))


def _reckoning(desk: RecallDesk, actor: Actor) -> Reckoning:
    return Reckoning(
        engine=desk.journal.engine,
        log=desk.journal.log,
        bounds=desk.bounds,
        owners_of=desk.owners_of,
        party_id=actor.party_id,
    )


def _require_lines(scope: Scope) -> None:
    if not scope.lines:
        raise refused("without", "empty", "leaves nothing that could be recalled")


def _require_whole(desk: RecallDesk, scope: Scope) -> None:
    """Refuse a scope that was not followed to its end: goods left out would be called safe."""
    if not scope.is_cut:
        return
    bounds = desk.bounds
    message = (
        f"reaches more than {bounds.items_max} codes or {bounds.depth_max} steps; narrow it by "
        "place and time, or raise lineage_items_max or lineage_depth_max"
    )
    problem = Problem(path="codes", code="cut", message=message)
    raise InputTooLarge(f"codes: {message}", problems=(problem,))


def _require_few(desk: RecallDesk, actor: Actor) -> None:
    """Refuse a party that has many recalls open: each is looked at until it is closed."""
    if actor.party_id is None:
        return
    with reading(desk.journal.engine) as connection:
        count = open_count(connection, desk.journal.log, actor.party_id)
    if count >= desk.open_max:
        raise InputTooLarge(
            f"This party has {count} recalls open, the most there may be (recalls_of_party_max);"
            " close one first."
        )


def _counted(notices: Sequence[Notice]) -> frozenset[UUID]:
    return frozenset(one.party_id for one in notices if one.counted is not None)


def _held(lines: Sequence[Line], holder: UUID) -> frozenset[tuple[object, ...]]:
    return frozenset(
        (one.uri, one.quantity, one.sold, one.uom) for one in lines if one.holder == holder
    )


def _as_wide(scope: Scope, before: Sequence[Line]) -> Scope:
    """Return an owner's scope with all the force the one before had; refuse one without its goods.

    An owner's own word binds its own goods alone. What the authority's bound stays bound.
    """
    if {line.uri for line in before} - {line.uri for line in scope.lines}:
        raise refused("codes", "authority", "leaves out goods; only the authority narrows this")
    bound = {line.uri for line in before if line.binds}
    lines = tuple(replace(line, binds=True) if line.uri in bound else line for line in scope.lines)
    return replace(scope, lines=lines)


def _number(recall_id: UUID, now: datetime) -> str:
    """Return what people call the recall: the day, and six digits that are nobody's count."""
    return f"R{now.astimezone(CIVIL_ZONE):%Y%m%d}-{short_hex(recall_id)[-6:].upper()}"


def _public_codes(scope: Scope) -> tuple[str, ...]:
    nearest = sorted((line.depth, line.uri) for line in scope.lines if line.binds)
    return tuple(dict.fromkeys(uri for _, uri in nearest))


def _scope_drafts(
    about: OpenNote | Recall,
    scope: Scope,
    *,
    version: int,
    reason: str,
    diff: Diff,
    now: datetime,
) -> Iterator[Draft]:
    note = ScopeNote(
        id=new_id(now),
        recall_id=about.id,
        version=version,
        at_size=scope.size,
        at_root=scope.root,
        criteria=scope.criteria,
        reason=reason,
        line_count=len(scope.lines),
        added_count=len(diff.added),
        removed_count=len(diff.removed),
        is_cut=scope.is_cut,
    )
    yield scope_draft(note, about.number)
    yield from line_drafts(about.id, note.id, about.number, scope.lines)


def _scope_id(drafts: Sequence[Draft]) -> UUID:
    (note,) = (draft.note for draft in drafts if isinstance(draft.note, ScopeNote))
    return note.id


def _notices(
    number: str,
    recall_id: UUID,
    scope_id: UUID,
    holders: Mapping[UUID, int],
    *,
    due_at: datetime,
    now: datetime,
) -> Iterator[Draft]:
    for party_id, count in sorted(holders.items()):
        note = NoticeNote(
            id=new_id(now),
            recall_id=recall_id,
            scope_id=scope_id,
            party_id=party_id,
            line_count=count,
            due_at=due_at,
        )
        yield notice_draft(note, number)


def _append(
    desk: RecallDesk,
    actor: Actor,
    recall_id: UUID,
    drafts: Sequence[Draft],
    idempotency: Idempotency | None,
) -> Recall:
    batch = Batch(actor=actor.id, subject=str(recall_id), drafts=drafts, idempotency=idempotency)
    receipt = desk.journal.append(batch)
    with reading(desk.journal.engine) as connection:
        return read_recall(connection, desk.journal.log, UUID(receipt.subject))


def append_note(
    desk: RecallDesk,
    actor: Actor,
    recall: Recall,
    draft: Draft,
    idempotency: Idempotency | None,
) -> Recall:
    """Append one entry of a recall and return the recall as it then is."""
    return _append(desk, actor, recall.id, (draft,), idempotency)
