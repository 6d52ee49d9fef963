"""Watches as the interface and the pages ask for them: one's own alone, and what changed of them.

One rule: an authority is told of every record; whoever else may watch, of entries of public lists.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from trace.sheets.grid import GridLimits
from typing import Final

from base.db import reading
from base.errors import Busy, InvalidInput, NotFound, Problem
from credit.intake.decoding import RawRow, rows_of
from credit.refusal_words import sentence_zh
from credit.watching.feed import FeedAsked, Page, page_of
from credit.watching.keeping import (
    Added,
    Wanted,
    Watch,
    add_watches,
    count_watches,
    parties_of,
    remove_watch,
    watch_of,
    watches_of,
)
from credit.watching.limits import limit_on
from credit.watching.looking import Look, Looked, look_of, note_look
from credit.watching.telling import position_now
from parties.access import Action, has_role_for
from parties.actors import Actor
from web.credit import book_of, today
from web.credit_reading import brought_up, caught_up, credit_behind
from web.services import Services

_RETRY_AFTER_S: Final = 60
CODE_COLUMNS: Final = ("uscc", "code", "统一社会信用代码")


@dataclass(frozen=True, slots=True, kw_only=True)
class Watches:
    """A page of one's own watches by code; `names` are told to whoever may check a party."""

    watches: Sequence[Watch]
    next_after: str
    total: int
    names: Mapping[str, str]


def watch_for(
    parts: Services,
    actor: Actor,
    codes: Sequence[str],
    purpose: str,
    *,
    places: Sequence[str] = (),
) -> Added:
    """Watch parties from now on; `places` are how a refusal names each code."""
    caught_up(parts)
    now = parts.clock.now()
    with reading(parts.engine) as connection:
        since = position_now(connection, parts.log, now)
    wanted = Wanted(
        codes=codes, purpose=purpose, since=since, day=today(parts), now=now, places=places
    )
    return add_watches(parts.engine, parts.log, actor, wanted)


def watch_file_for(parts: Services, actor: Actor, body: bytes, purpose: str) -> Added:
    """Watch the parties of a file, all of them or none; a refusal names its rows.

    Raises `InvalidInput` where no column holds the codes.
    """
    settings = parts.settings
    limits = GridLimits(
        rows_max=settings.sheet_rows_max,
        bytes_max=settings.sheet_bytes_max,
        unzipped_bytes_max=settings.sheet_unzipped_bytes_max,
    )
    rows = _rows(body, limits)
    named = [name for name in CODE_COLUMNS if rows and name in rows[0].cells]
    if not named:
        message = f"A column has to be one of {', '.join(CODE_COLUMNS)}."
        problem = Problem(
            path="uscc", code="required", message=message, message_zh=sentence_zh(message)
        )
        raise InvalidInput(message, problems=(problem,))
    codes = [row.cells.get(named[0], "") for row in rows]
    places = [f"rows[{row.number}].uscc" for row in rows]
    return watch_for(parts, actor, codes, purpose, places=places)


def _rows(body: bytes, limits: GridLimits) -> list[RawRow]:
    """Return the rows of a file; a file that cannot be read is told as such."""
    try:
        return list(rows_of(body, limits))
    except InvalidInput as refusal:
        if refusal.problems:
            raise
        problem = Problem(
            path="file",
            code="file",
            message=refusal.message,
            message_zh=sentence_zh(refusal.message),
        )
        raise InvalidInput(refusal.message, problems=(problem,)) from refusal


def watches_for(parts: Services, actor: Actor, *, after: str, rows_max: int) -> Watches:
    """Return a page of one's own watches, and the code behind which the next one begins."""
    most = min(rows_max, parts.settings.page_size_max)
    with reading(parts.engine) as connection:
        found = watches_of(connection, parts.log, actor, after=after, rows_max=most + 1)
        names: Mapping[str, str] = {}
        if has_role_for(actor, Action.CHECK_CREDIT):
            named = parties_of(connection, parts.log, [one.code for one in found[:most]])
            names = {code: parties[0].name for code, parties in named.items()}
        total = count_watches(connection, parts.log, actor)
    next_after = found[most - 1].code if len(found) > most else ""
    return Watches(watches=found[:most], next_after=next_after, total=total, names=names)


def watch_kept(parts: Services, actor: Actor, code: str) -> Watch | None:
    """Return one's own watch of a code, None where one keeps none."""
    with reading(parts.engine) as connection:
        return watch_of(connection, parts.log, actor, code)


def unwatch_for(parts: Services, actor: Actor, code: str) -> None:
    """Give up a watch; raises `NotFound` where one keeps none of that code."""
    if not remove_watch(parts.engine, parts.log, actor, code):
        raise NotFound("You do not watch a party of that code.")


def changes_for(parts: Services, actor: Actor, *, after: str, rows_max: int) -> Page:
    """Return what changed of the parties that one watches.

    Raises `Busy` while credit is made anew: what was told already is not there yet.
    """
    brought_up(parts)
    asked = FeedAsked(
        after=after,
        rows_max=min(rows_max, parts.settings.page_size_max),
        to_lift_max=limit_on(actor.role, today(parts)).to_lift,
        book=book_of(parts),
        now=parts.clock.now(),
    )
    try:
        with reading(parts.engine) as connection:
            return page_of(connection, parts.log, actor, asked)
    except InvalidInput as refusal:
        if credit_behind() is None:
            raise
        raise Busy("Credit is being made anew.", retry_after_s=_RETRY_AFTER_S) from refusal


def look_for(parts: Services, actor: Actor) -> Look:
    """Return how far one has looked."""
    with reading(parts.engine) as connection:
        return look_of(connection, parts.log, actor)


def looked_for(parts: Services, actor: Actor, *, after: str, upto: str) -> bool:
    """Keep that one looked at a page of changes; raises `InvalidInput` for no such page."""
    now = parts.clock.now()
    with reading(parts.engine) as connection:
        head = position_now(connection, parts.log, now)
    looked = Looked(after=after, upto=upto, now=now)
    return note_look(parts.engine, parts.log, actor, looked, head)
