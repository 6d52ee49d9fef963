"""Watches as the interface asks for them: one's own alone, and what changed of their parties.

One rule: an authority is told of every record; whoever else may watch, of entries of public lists.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from trace.sheets.grid import GridLimits
from typing import Final
from uuid import UUID

from base.db import reading
from base.errors import InvalidInput, NotFound, Problem
from credit.applying.desk import Application, ApplicationQuery, applications_of
from credit.folding.projector import bring_up_credit
from credit.intake.decoding import rows_of
from credit.watching.history import ChangeKind, View
from credit.watching.keeping import Added, Wanted, Watch, add_watches, remove_watch, watches_of
from credit.watching.telling import Feed, Told, changes_after, position_now
from parties.access import Action, has_role_for
from parties.actors import Actor
from web.credit import book_of, today
from web.credit_applying import seen_by
from web.services import Services

CODE_COLUMNS: Final = ("uscc", "code", "统一社会信用代码")
_ENDS: Final = (ChangeKind.RECORD_ENDED, ChangeKind.MEASURE_ENDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of changes, with the measures of one's own office that each calls to be lifted."""

    feed: Feed
    to_lift: Sequence[tuple[Told, tuple[Application, ...]]]


def watch_for(parts: Services, actor: Actor, codes: Sequence[str], purpose: str) -> Added:
    """Watch parties from now on."""
    bring_up_credit(parts.engine, parts.log)
    now = parts.clock.now()
    with reading(parts.engine) as connection:
        since = position_now(connection, parts.log, now)
    wanted = Wanted(codes=codes, purpose=purpose, since=since, day=today(parts), now=now)
    return add_watches(parts.engine, parts.log, actor, wanted)


def codes_of_file(parts: Services, body: bytes) -> list[str]:
    """Return the codes of a CSV; raises `InvalidInput` where no column holds them."""
    settings = parts.settings
    limits = GridLimits(
        rows_max=settings.sheet_rows_max,
        bytes_max=settings.sheet_bytes_max,
        unzipped_bytes_max=settings.sheet_bytes_max,
    )
    rows = list(rows_of(body, limits))
    named = [name for name in CODE_COLUMNS if rows and name in rows[0].cells]
    if not named:
        message = f"A column has to be one of {', '.join(CODE_COLUMNS)}."
        problem = Problem(path="uscc", code="required", message=message)
        raise InvalidInput(message, problems=(problem,))
    return [row.cells.get(named[0], "") for row in rows]


def watches_for(parts: Services, actor: Actor, *, after: str) -> tuple[list[Watch], str]:
    """Return a page of one's own watches, and the code behind which the next one begins."""
    most = parts.settings.page_size_max
    with reading(parts.engine) as connection:
        found = watches_of(connection, parts.log, actor, after=after, rows_max=most + 1)
    return found[:most], found[most - 1].code if len(found) > most else ""


def unwatch_for(parts: Services, actor: Actor, code: str) -> None:
    """Give up a watch; raises `NotFound` where one keeps none of that code."""
    if not remove_watch(parts.engine, parts.log, actor, code):
        raise NotFound("You do not watch a party of that code.")


def changes_for(parts: Services, actor: Actor, *, after: str, rows_max: int) -> Page:
    """Return what changed of the parties that one watches."""
    bring_up_credit(parts.engine, parts.log)
    view = View(book=book_of(parts), is_public=not has_role_for(actor, Action.CHECK_CREDIT))
    with reading(parts.engine) as connection:
        feed = changes_after(
            connection,
            parts.log,
            watches_of(connection, parts.log, actor),
            view,
            after=after,
            now=position_now(connection, parts.log, parts.clock.now()),
            rows_max=min(rows_max, parts.settings.page_size_max),
        )
        ended = [one.change.place.subject_id for one in feed.told if one.change.kind in _ENDS]
        own: Mapping[UUID, Sequence[Application]] = {}
        if has_role_for(actor, Action.APPLY_MEASURES):
            actors = seen_by(connection, actor)
            own = {
                one: applications_of(
                    connection,
                    parts.log,
                    ApplicationQuery(
                        day=today(parts),
                        actors=actors,
                        subject_id=one,
                        only_to_lift=True,
                        rows_max=parts.settings.page_size_max,
                    ),
                ).applications
                for one in sorted(set(ended))
            }
    told = [(one, _called(one, own.get(one.change.place.subject_id, ()))) for one in feed.told]
    return Page(feed=feed, to_lift=told)


def _called(told: Told, due: Collection[Application]) -> tuple[Application, ...]:
    """Return the measures that a change calls upon to be lifted."""
    change = told.change
    if change.kind is ChangeKind.MEASURE_ENDED:
        return tuple(one for one in due if one.measure == change.item)
    if change.kind is ChangeKind.RECORD_ENDED:
        return tuple(one for one in due if change.item in map(str, one.fact_ids))
    return ()
