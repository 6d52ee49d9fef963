"""When something was first told that its own recorder corrected since.

The rule that must stay true: whoever reports in time and mends its report later was not late. A
report counts as the first one if it is of the same party, thing and step, and was taken back.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from trace.findings.papers import lead_of
from trace.findings.rule_table import RULES
from trace.projections.reading import IndexedEvent, events_at, taken_back
from trace.tables import EVENT_ITEM
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy import Connection, select

_CHUNK: Final = 900
_SOON: Final = timedelta(hours=min(int(one.limit) for one in RULES if one.code == "late_report"))

_Told: TypeAlias = tuple[UUID | None, int | None, int, str | None]


def first_told(
    connection: Connection, log: int, events: Iterable[IndexedEvent]
) -> dict[int, datetime]:
    """Return, for those of these events that came late, when they were told in another way."""
    late = {one.seq: one for one in events if one.recorded_at - one.event_at > _SOON}
    leads = sorted({lead for one in late.values() if (lead := lead_of(one)) is not None})
    seqs: set[int] = set()
    for start in range(0, len(leads), _CHUNK):
        statement = select(EVENT_ITEM.c.seq).where(
            EVENT_ITEM.c.log == log, EVENT_ITEM.c.item.in_(leads[start : start + _CHUNK])
        )
        seqs.update(connection.execute(statement).scalars())
    others = [one for one in events_at(connection, log, seqs) if not one.is_declaration]
    wrong = taken_back(connection, log, others) if others else set()
    first: dict[_Told, datetime] = {}
    for one in others:
        if one.seq in wrong:
            key = _key(one)
            first[key] = min(first.get(key, one.recorded_at), one.recorded_at)
    return {seq: first[_key(one)] for seq, one in late.items() if _key(one) in first}


def _key(event: IndexedEvent) -> _Told:
    return event.party_id, lead_of(event), event.type, event.biz_step
