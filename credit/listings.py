"""Which parties of the register are on a list of punishment: what findings of the trace ask.

The rule that must stay true: an entry that was repaired, withdrawn or shielded is no entry; one
that ended counts for the days on which it stood.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from trace.findings.model import Listing
from trace.findings.registered import handled_after
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, Select, select

from credit.facts import FactState
from credit.feeds.model import CodeScheme
from credit.rulebook.lists import ListKind, credit_lists
from credit.standing import OF_ALIAS, STANDS_AS
from credit.tables import CREDIT_ALIAS, CREDIT_CODE, CREDIT_FACT
from ledger.opening import DEFAULT_LOG
from parties.tables import PARTY

_KEYS: Final = 900
_DAY: Final = timedelta(days=1)


def listings_of(
    connection: Connection, parties: Collection[UUID], /
) -> Mapping[UUID, Sequence[Listing]]:
    """Return when which of these parties were on a list of punishment."""
    wanted = sorted(parties)
    found: dict[UUID, list[Listing]] = {}
    for start in range(0, len(wanted), _KEYS):
        statement = _listed(DEFAULT_LOG).where(PARTY.c.id.in_(wanted[start : start + _KEYS]))
        for row in connection.execute(statement):
            found.setdefault(row.id, []).extend(_listing(row))
    return found


def items_of_fresh_listings(connection: Connection, log: int, since: datetime) -> set[int]:
    """Return what parties dealt in from the day of a listing on that was recorded since then."""
    statement = _listed(log).where(CREDIT_FACT.c.recorded_at >= since)
    items: set[int] = set()
    for row in connection.execute(statement).all():
        for listing in _listing(row):
            items.update(handled_after(connection, log, row.id, listing.from_on))
    return items


def _listed(log: int) -> Select[*tuple[Any, ...]]:
    fact = CREDIT_FACT.c
    lists = sorted(one.id for one in credit_lists().values() if one.kind is ListKind.PUNISHMENT)
    return (
        select(PARTY.c.id, fact.list, fact.starts_on, fact.decided_on, fact.stops_on, fact.ended_on)
        .join(CREDIT_CODE, CREDIT_CODE.c.code == PARTY.c.uscc)
        .outerjoin(CREDIT_ALIAS, OF_ALIAS)
        .join(CREDIT_FACT, (fact.log == CREDIT_CODE.c.log) & (fact.subject_id == STANDS_AS))
        .where(
            CREDIT_CODE.c.log == log,
            CREDIT_CODE.c.scheme == CodeScheme.USCC.value,
            fact.log == log,
            fact.list.in_(lists),
            fact.is_latest,
            fact.state.in_((FactState.ACTIVE, FactState.ENDED)),
        )
        .order_by(PARTY.c.id, fact.seq, fact.id)
    )


def _listing(row: Row[*tuple[Any, ...]]) -> Iterator[Listing]:
    """Yield the entry with its first and last day; one that never stood is none."""
    from_on: date | None = row.starts_on or row.decided_on
    # The day of its end is the first on which it stands no more.
    ends = [day - _DAY for day in (row.stops_on, row.ended_on) if day is not None]
    until_on = min(ends, default=None)
    if from_on is not None and (until_on is None or from_on <= until_on):
        name = credit_lists()[row.list].zh
        yield Listing(list_name=name, from_on=from_on, until_on=until_on)
