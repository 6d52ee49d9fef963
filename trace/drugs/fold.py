"""What a pack is after everything that happened to it. Pure.

The rule that must stay true: the state is a function of the set of acts, never of the order in
which they were recorded. So a late event, or one that its recorder took back, changes exactly what
it should. An act that the table does not allow changes nothing and is kept as a contradiction: it
is how a copied pack shows.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from trace.drugs.model import (
    Act,
    Block,
    Contradiction,
    Deed,
    PackFacts,
    PackState,
    Refusal,
    State,
)
from trace.drugs.table import StateTable
from uuid import UUID

from base.clock import CIVIL_ZONE

_BLOCKED = {Block.RECALLED: Refusal.RECALLED, Block.EXPIRED: Refusal.EXPIRED}


def pack_state(acts: Iterable[Act], facts: PackFacts, table: StateTable) -> PackState:
    """Return what a pack is after these acts, in whatever order they are given."""
    ordered = sorted(acts, key=_order)
    fold = _Fold(facts=facts, table=table)
    for act in ordered:
        fold.take(act)
    recalls = sorted(fold.recalls.values(), key=lambda act: (act.at, act.key))
    return PackState(
        is_made=any(act.deed is Deed.MAKE for act in ordered),
        state=fold.state,
        by=fold.by,
        is_recalled=bool(recalls),
        recalled_by=recalls[0] if recalls else None,
        contradictions=tuple(fold.contradictions),
        counted=frozenset(fold.counted),
    )


def _order(act: Act) -> tuple[datetime, bool, int, int]:
    # Within one tick of a clock a thing is done before it is undone.
    return act.at, act.state is State.ACTIVE, act.key, act.seq


def blocks_at(facts: PackFacts, *, is_recalled: bool, on: date) -> frozenset[Block]:
    """Return what stands against a pack on a day; the day of expiry itself is still good."""
    blocks = {Block.RECALLED} if is_recalled else set()
    if facts.expires_on is not None and on > facts.expires_on:
        blocks.add(Block.EXPIRED)
    return frozenset(blocks)


def refusal_to_set(
    table: StateTable, found: State, wanted: State, blocks: Collection[Block]
) -> Refusal | None:
    """Return why a pack in one state may not be brought into another, None where it may."""
    if wanted not in table.rows[found].may:
        return table.rows[found].refused_with
    for block in table.rows[wanted].blocked_by:
        if block in blocks:
            return _BLOCKED[block]
    return None


def refusal_to_undo(
    table: StateTable, found: State, by: Act | None, undoing: Act, blocks: Collection[Block]
) -> Refusal | None:
    """Return why a pack may not go back to active, None where it may (EU 2016/161 article 13)."""
    if found is State.ACTIVE or by is None or undoing.at < by.at:
        return Refusal.ALREADY_ACTIVE
    rule = table.undo_of(found, by.at.astimezone(CIVIL_ZONE).date())
    if rule is None:
        return Refusal.NEVER_UNDONE
    if by.party_id is None or by.party_id != undoing.party_id:
        return Refusal.UNDO_BY_ANOTHER
    if by.site is None or by.site != undoing.site:
        return Refusal.UNDO_ELSEWHERE
    if rule.days is not None and _is_later(undoing, by, rule.days):
        return Refusal.UNDO_TOO_LATE
    return next((_BLOCKED[block] for block in Block if block in blocks), None)


def _is_later(undoing: Act, by: Act, days: int) -> bool:
    return undoing.recorded_at - by.recorded_at > timedelta(days=days)


@dataclass(slots=True, kw_only=True)
class _Fold:
    facts: PackFacts
    table: StateTable
    state: State = State.ACTIVE
    by: Act | None = None
    recalls: dict[UUID | None, Act] = field(default_factory=dict)
    contradictions: list[Contradiction] = field(default_factory=list)
    counted: set[int] = field(default_factory=set)

    def take(self, act: Act) -> None:
        if act.deed is Deed.RECALL:
            self.recalls.setdefault(act.party_id, act)
        elif act.deed is Deed.LIFT:
            # Nobody lifts what another one ordered.
            self.recalls.pop(act.party_id, None)
        elif act.deed is Deed.SET and act.state is not None:
            self._set(act, act.state)

    def _set(self, act: Act, wanted: State) -> None:
        on = act.at.astimezone(CIVIL_ZONE).date()
        if wanted is State.ACTIVE:
            blocks = blocks_at(self.facts, is_recalled=bool(self.recalls), on=on)
            refusal = refusal_to_undo(self.table, self.state, self.by, act, blocks)
            if refusal is Refusal.ALREADY_ACTIVE:
                return  # Making says it, and so does any check that finds a pack in order.
        else:
            # It happened, allowed or not: what left the trade while recalled has left it.
            refusal = refusal_to_set(self.table, self.state, wanted, ())
        if refusal is not None:
            self.contradictions.append(Contradiction(act=act, found=self.state, refusal=refusal))
            return
        self.counted.add(act.seq)
        self.state = wanted
        self.by = None if wanted is State.ACTIVE else act
