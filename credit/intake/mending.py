"""Closes rows in quarantine that came again: mended and understood, or wrong once more.

The rule that must stay true: a row is closed by one that says the same in every cell that was not
wrong, and one row closes one other. Nothing that counts follows from it: it is about what waits.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, select, update

from base.db import reading, transaction
from base.strict_json import loads
from credit.feeds.model import Feed, FieldKind
from credit.feeds.persons import HIDDEN
from credit.feeds.values import clean
from credit.intake.batches import BatchState, CreditBatch
from credit.intake.desk import IntakeDesk
from credit.intake.sorting import CONFLICTING, NAME_MISMATCH, Sorted
from credit.tables import CREDIT_QUARANTINE

MENDED: Final = "mended"
REPEATED: Final = "repeated"
_BYTES_MAX: Final = 1 << 20
_DEPTH_MAX: Final = 3
# Cells that name a party: of which of them is wrong a mismatch of name and code does not say.
_NAMING: Final = frozenset(
    {FieldKind.NAME, FieldKind.USCC, FieldKind.ORG_CODE, FieldKind.OTHER_CODE}
)
# Of rows with every number in common no more are looked at: a file of them would take hours.
_TRIED_MAX: Final = 50
_TELLING: Final = _NAMING | {FieldKind.TEXT}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """A row that waits: its cells by field without those that are wrong, and which those are."""

    place: tuple[Any, int]
    cells: Mapping[str, str]
    wrong: frozenset[str]


def close_mended(desk: IntakeDesk, feed: Feed, batch: CreditBatch, found: Sorted) -> None:
    """Close the open rows of earlier batches that an accepted batch tells again."""
    if batch.state is not BatchState.ACCEPTED:
        return
    with reading(desk.journal.engine) as connection:
        waiting = list(_waiting(connection, feed, batch))
    if not waiting:
        return
    closed = dict.fromkeys(_again(feed, waiting, [row.cells for row in found.new]), MENDED)
    left = [one for one in waiting if one.place not in closed]
    told = [row.cells for row in found.quarantined]
    closed |= dict.fromkeys(_again(feed, left, told), REPEATED)
    with transaction(desk.journal.engine) as connection:
        for (origin, number), state in closed.items():
            own = update(CREDIT_QUARANTINE).where(
                CREDIT_QUARANTINE.c.log == batch.log,
                CREDIT_QUARANTINE.c.batch_id == origin,
                CREDIT_QUARANTINE.c.row_number == number,
                CREDIT_QUARANTINE.c.state == "open",
            )
            connection.execute(own.values(state=state, retried_in=batch.id))


def _waiting(connection: Connection, feed: Feed, batch: CreditBatch) -> Iterator[_Waiting]:
    row = CREDIT_QUARANTINE.c
    statement = (
        select(row.batch_id, row.row_number, row.faults, row.cells)
        .where(
            row.log == batch.log,
            row.feed == feed.id,
            row.state == "open",
            row.batch_id != batch.id,
            # It was understood, and lost to another row of its file.
            row.code != CONFLICTING,
        )
        .order_by(row.batch_id.desc(), row.row_number)
    )
    for one in connection.execute(statement):
        wrong = _wrong(feed, _read(one.faults))
        cells = _by_field(feed, _read(one.cells))
        if cells.get(feed.party_name) == HIDDEN:
            # Of two rows about natural persons nobody can say whether they are about the same one.
            continue
        yield _Waiting(
            place=(one.batch_id, one.row_number),
            cells={name: text for name, text in cells.items() if name not in wrong},
            wrong=wrong,
        )


def _again(
    feed: Feed, waiting: Sequence[_Waiting], told: Sequence[Mapping[str, str]]
) -> Iterator[tuple[Any, int]]:
    """Yield the rows that one of some others tells again; each of the others stands for one."""
    probes = [one.name for one in feed.fields if one.is_required and one.kind in _TELLING]
    index = {name: _index(feed, told, name) for name in probes}
    taken: set[int] = set()
    for one in waiting:
        # A row is found by the name, code or number that the fewest others have.
        found = [index[name].get(one.cells[name], []) for name in probes if name in one.cells]
        for at in min(found, key=len, default=[])[:_TRIED_MAX]:
            if at not in taken and _is_same(one, _by_field(feed, told[at])):
                taken.add(at)
                yield one.place
                break


def _index(feed: Feed, told: Sequence[Mapping[str, str]], name: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for at, cells in enumerate(told):
        for header, text in cells.items():
            field = feed.field_of(header)
            if field is not None and field.name == name and (plain := clean(text)) is not None:
                found[plain].append(at)
    return found


def _is_same(one: _Waiting, cells: Mapping[str, str]) -> bool:
    return one.cells == {name: text for name, text in cells.items() if name not in one.wrong}


def _wrong(feed: Feed, faults: Iterable[Mapping[str, str]]) -> frozenset[str]:
    wrong = {one["path"] for one in faults}
    if any(one["code"] == NAME_MISMATCH for one in faults):
        wrong |= {one.name for one in feed.fields if one.kind in _NAMING}
    return frozenset(wrong)


def _by_field(feed: Feed, cells: Mapping[str, str]) -> dict[str, str]:
    found = {}
    for header, text in cells.items():
        field = feed.field_of(header)
        if field is not None and (plain := clean(text)) is not None:
            found[field.name] = plain
    return found


def _read(told: str) -> Any:
    return loads(told.encode(), bytes_max=_BYTES_MAX, depth_max=_DEPTH_MAX)
