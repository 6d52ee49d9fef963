"""What became of a code: issued, put into use, sold, void, from where each of it is on record.

The rule that must stay true: a sale or a retirement counts only if it is part of the public history
of this very code, stands, and was recorded by somebody with a standing in it (docs/adr/0010); what
is recorded afterwards (returned, on sale again) ends a sale. The pages say the same of both.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from trace.events.model import Role
from trace.history import HistoryStep, history
from trace.identifiers import find_ids
from trace.scans.model import CodeLife
from trace.tables import EVENT, EVENT_ITEM
from trace.walk import WalkLimits
from typing import Final, Protocol, TypeAlias

from sqlalchemy import Connection, or_, select

from base.strict_json import JsonObject, JsonValue
from parties.actors import ANONYMOUS


class Issued(Protocol):
    """What issuing knows of one code; `parties.issuing.state.CodeState` is one."""

    @property
    def activated_at(self) -> datetime | None:
        """When it was bound to a lot."""

    @property
    def voided_at(self) -> datetime | None:
        """When it was taken out of use for ever."""


IssuedCodes: TypeAlias = Callable[[Connection, Sequence[str]], Mapping[str, Issued]]
"""Returns the state of each code that was issued here, by URI; others are left out."""

# CBV 2.0 7.1 and 7.2.
_SALES: Final = frozenset({"retail_selling", "dispensing"})
_SOLD: Final = frozenset({"retail_sold", "dispensed"})
_RETIREMENT: Final = "decommissioning"
_LOCAL_NAME: Final = re.compile(r"(?:.*[/:#])?(?:BizStep-|Disp-)?([^/:#]+)")


def lives_of(
    connection: Connection,
    log: int,
    uris: Sequence[str],
    issued_codes: IssuedCodes,
    limits: WalkLimits,
) -> dict[str, CodeLife]:
    """Return the life of each code; a history is walked only where there is something to find."""
    issued = issued_codes(connection, uris)
    worth_a_walk = _sold_or_retired(connection, log, uris)
    lives = {}
    for uri in uris:
        sold_at = voided_at = None
        if uri in worth_a_walk:
            found = history(connection, log, uri, ANONYMOUS, limits)
            sold_at, voided_at = read_steps(found.steps)
        state = issued.get(uri)
        ends = [voided_at, None if state is None else state.voided_at]
        lives[uri] = CodeLife(
            is_issued=state is not None,
            activated_at=None if state is None else state.activated_at,
            sold_at=sold_at,
            voided_at=min((one for one in ends if one is not None), default=None),
        )
    return lives


def read_steps(steps: Iterable[HistoryStep]) -> tuple[datetime | None, datetime | None]:
    """Return when the subject of these steps was sold and when it was retired."""
    sold_at: datetime | None = None
    retired_at: datetime | None = None
    for step in steps:
        if step.relation != "self" or step.is_damaged or step.error_declared_at is not None:
            continue
        given, word = _dispositions(step.event), _word(step.event.get("bizStep"))
        happened_at = _event_time(step)
        if given & _SOLD or (word in _SALES and not given):
            sold_at = happened_at
        elif given:
            sold_at = None
        if word == _RETIREMENT and retired_at is None:
            retired_at = happened_at
    return sold_at, retired_at


def _sold_or_retired(connection: Connection, log: int, uris: Sequence[str]) -> set[str]:
    """Return the codes of which anybody says that they were sold or retired, rightly or not."""
    ids = find_ids(connection, log, uris)
    statement = (
        select(EVENT_ITEM.c.item)
        .join(EVENT, (EVENT.c.log == EVENT_ITEM.c.log) & (EVENT.c.seq == EVENT_ITEM.c.seq))
        .where(
            EVENT_ITEM.c.log == log,
            EVENT_ITEM.c.item.in_(list(ids.values())),
            EVENT_ITEM.c.role == int(Role.EPC),
            or_(
                EVENT.c.biz_step.in_([*_SALES, _RETIREMENT]),
                EVENT.c.disposition.in_(_SOLD),
            ),
        )
        .distinct()
    )
    found = set(connection.execute(statement).scalars()) if ids else set()
    return {uri for uri, number in ids.items() if number in found}


def _dispositions(event: JsonObject) -> frozenset[str]:
    given = {_word(event.get("disposition"))}
    persistent = event.get("persistentDisposition")
    named = persistent.get("set") if isinstance(persistent, dict) else None
    given |= {_word(one) for one in named} if isinstance(named, list) else {_word(named)}
    return frozenset(given - {""})


def _word(value: JsonValue) -> str:
    """Return the word of a vocabulary value in any spelling (bare, CBV URN, web URI, CURIE)."""
    found = _LOCAL_NAME.fullmatch(value) if isinstance(value, str) else None
    return found[1] if found else ""


def _event_time(step: HistoryStep) -> datetime:
    """Return when it happened, or where that cannot be read, when it was recorded."""
    said = step.event.get("eventTime")
    try:
        instant = datetime.fromisoformat(said) if isinstance(said, str) else step.recorded_at
    except ValueError:
        return step.recorded_at
    return instant if instant.tzinfo is not None else step.recorded_at
