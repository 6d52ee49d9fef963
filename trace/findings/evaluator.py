"""Works out findings: a second projector, with a cursor of its own, behind that of the links.

The rule that must stay true: the findings of a thing are a function of what is on record of it, and
are replaced as a whole. An entry only says which things to look at again (`finding_due`); so a late
event makes findings come and go exactly, and working out everything anew gives the same rows.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from trace.findings.affected import affected_by
from trace.findings.evidence import Listings, evidence_of, no_listings
from trace.findings.facts import write_facts
from trace.findings.judgements import forget_judgements, write_judgements
from trace.findings.model import Evidence, Hit, civil_day
from trace.findings.registered import changed_items, note_look
from trace.findings.rows import FindingRow, finding_rows
from trace.findings.rule_table import RULES
from trace.findings.tables import EVENT_FACT, FINDING, FINDING_DUE
from trace.projections.lineage import bring_up as bring_up_links
from trace.projections.tables import PROJECTION_CURSOR
from trace.tables import EVENT_ITEM
from typing import Final

from sqlalchemy import Connection, Engine, Select, delete, func, select, update

from base.bulk import find_rows, insert_rows
from base.clock import Clock
from base.db import reading, transaction
from ledger.store import scan_entries
from parties.rows import insert_once

NAME: Final = "findings"
CHUNK: Final = 1000
_KEYS: Final = 900
# Rules that ask for more than events: the register, lists, scans. Their findings are looked at
# again though nothing happened to the goods.
REGISTER_CODES: Final = (
    "expired_certificate",
    "expired_licence",
    "listed_party",
    "clone_suspicion",
    "not_holder",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where a run reads what it needs beside the log, and how many things it takes at once."""

    clock: Clock
    listings: Listings = no_listings
    items_at_once: int = 2000


def bring_up_findings(
    engine: Engine, log: int, sources: Sources, *, items_max: int | None = None
) -> int:
    """Read what was appended since and work out what it changes; return how many things.

    Stops after `items_max` things, of which the next run does the rest.
    """
    size = bring_up_links(engine, log)
    with reading(engine) as connection:
        start = connection.execute(_cursor(log)).scalar() or 0
    while mark(engine, log, size) < size:
        pass
    done = 0
    # First what the new entries name, in their order: what is told of together is read once. Then
    # the rest: what is in there, and what was due before.
    pieces: list[tuple[int, int] | None] = [
        (at, min(at + CHUNK, size)) for at in range(start, size, CHUNK)
    ]
    for piece in (*pieces, None):
        while items_max is None or done < items_max:
            count = work_out(engine, log, sources, piece)
            if not count:
                break
            done += count
    return done


def mark(engine: Engine, log: int, size: int) -> int:
    """Read the next piece of the log in one transaction; return how far it is read.

    Facts and judgements are written, and what is to be looked at again is marked.
    """
    with transaction(engine) as connection:
        start = _locked_cursor(connection, log)
        end = min(start + CHUNK, size)
        if start < end:
            entries = list(scan_entries(connection, log, start=start, end=end))
            write_facts(connection, log, entries)
            write_judgements(connection, log, entries)
            mark_due(connection, log, affected_by(connection, log, start, end))
            _move(connection, log, end)
    return max(start, end)


def mark_due(connection: Connection, log: int, items: Collection[int]) -> None:
    """Let the findings of these things be worked out anew."""
    wanted = sorted(items)
    known = {item for (item,) in find_rows(connection, FINDING_DUE, ("item",), log, wanted)}
    rows = [(item, log) for item in wanted if item not in known]
    insert_rows(connection, FINDING_DUE, ("item", "log"), rows)


def mark_registered(engine: Engine, log: int, now: datetime, items: Collection[int] = ()) -> None:
    """Look again at findings that ask the register, lists and scans, and at `items`.

    Also at whatever rows concern that came into the register since the last time.
    """
    with reading(engine) as connection:
        changed = changed_items(connection, log)
    with transaction(engine) as connection:
        _locked_cursor(connection, log)
        note_look(connection, log, now)
        statement = select(FINDING.c.item).where(
            FINDING.c.log == log, FINDING.c.code.in_(REGISTER_CODES)
        )
        mark_due(connection, log, {*connection.execute(statement).scalars(), *items, *changed})


def work_out(
    engine: Engine, log: int, sources: Sources, piece: tuple[int, int] | None = None
) -> int:
    """Work out the findings of some things that are due, in one transaction; return how many.

    With a `piece` only of those that its entries, from the first up to the second, name.
    """
    with transaction(engine) as connection:
        # Whoever holds the cursor writes: two who worked out the same thing from two states of the
        # log would leave the older one.
        _locked_cursor(connection, log)
        statement = select(FINDING_DUE.c.item).where(FINDING_DUE.c.log == log)
        statement = statement.order_by(FINDING_DUE.c.item).limit(sources.items_at_once)
        if piece is not None:
            statement = _named_by(log, piece).limit(sources.items_at_once)
        items = list(connection.execute(statement).scalars())
        if items:
            renew(connection, log, items, sources)
            _no_longer_due(connection, log, items)
    return len(items)


def _named_by(log: int, piece: tuple[int, int]) -> Select[int]:
    """Return the query for what is due and named by the entries of a piece of the log."""
    beside = EVENT_ITEM.join(
        FINDING_DUE,
        (FINDING_DUE.c.item == EVENT_ITEM.c.item) & (FINDING_DUE.c.log == EVENT_ITEM.c.log),
    )
    return (
        select(EVENT_ITEM.c.item)
        .select_from(beside)
        .where(EVENT_ITEM.c.log == log, EVENT_ITEM.c.seq >= piece[0], EVENT_ITEM.c.seq < piece[1])
        .group_by(EVENT_ITEM.c.item)
        .order_by(func.min(EVENT_ITEM.c.seq), EVENT_ITEM.c.item)
    )


def renew(connection: Connection, log: int, items: Sequence[int], sources: Sources) -> None:
    """Replace the findings of these things by those that follow from what is on record now."""
    found = [
        one
        for evidence in evidence_of(connection, log, items, sources.listings)
        for one in judge(evidence)
    ]
    rows = finding_rows(connection, log, found)
    _replace(connection, log, items, rows, sources.clock.now())


def judge(evidence: Evidence) -> list[tuple[Evidence, str, Hit]]:
    """Return what the rules in force say of one thing."""
    if not evidence.movements:
        return []
    return [
        (evidence, rule.code, hit)
        for rule in RULES
        for hit in rule.judge(rule, evidence)
        if rule.is_in_force(civil_day(hit.events[0].event_at))
    ]


def rebuild_findings(engine: Engine, log: int, sources: Sources) -> int:
    """Make every finding of a log anew from its first entry on; return how many things."""
    with transaction(engine) as connection:
        forget_findings(connection, log)
    return bring_up_findings(engine, log, sources)


def forget_findings(connection: Connection, log: int) -> None:
    """Take everything away and begin at the first entry again; the next run makes it anew."""
    _locked_cursor(connection, log)
    for table in (FINDING, FINDING_DUE, EVENT_FACT):
        connection.execute(delete(table).where(table.c.log == log))
    forget_judgements(connection, log)
    _move(connection, log, 0)


def _replace(
    connection: Connection,
    log: int,
    items: Sequence[int],
    rows: Sequence[FindingRow],
    now: datetime,
) -> None:
    """Write the rows that are new or changed, and take those away that are no more."""
    if next(find_rows(connection, FINDING, ("item",), log, items), None) is None:
        _insert(connection, rows, now)
        return
    known = {
        (row.item, row.code, row.key): row
        for start in range(0, len(items), _KEYS)
        for row in connection.execute(_of_items(log, items[start : start + _KEYS]))
    }
    fresh = {(row.item, row.code, row.key): row for row in rows}
    kept = {key for key, row in fresh.items() if key in known and row.is_stored_as(known[key])}
    for key in sorted(known.keys() - kept):
        item, code, word = key
        connection.execute(
            delete(FINDING).where(
                FINDING.c.log == log,
                FINDING.c.item == item,
                FINDING.c.code == code,
                FINDING.c.key == word,
            )
        )
    _insert(connection, [row for key, row in fresh.items() if key not in kept], now)


def _of_items(log: int, items: Sequence[int]) -> Select[*tuple[object, ...]]:
    return select(FINDING).where(FINDING.c.log == log, FINDING.c.item.in_(items))


def _insert(connection: Connection, rows: Sequence[FindingRow], now: datetime) -> None:
    columns = tuple(column.name for column in FINDING.columns)
    insert_rows(connection, FINDING, columns, [(*row, now) for row in rows])


def _no_longer_due(connection: Connection, log: int, items: Sequence[int]) -> None:
    for start in range(0, len(items), _KEYS):
        connection.execute(
            delete(FINDING_DUE).where(
                FINDING_DUE.c.log == log, FINDING_DUE.c.item.in_(items[start : start + _KEYS])
            )
        )


def _locked_cursor(connection: Connection, log: int) -> int:
    insert_once(connection, PROJECTION_CURSOR, {"log": log, "name": NAME, "next_seq": 0})
    return int(connection.execute(_cursor(log).with_for_update()).scalar_one())


def _cursor(log: int) -> Select[int]:
    return select(PROJECTION_CURSOR.c.next_seq).where(
        PROJECTION_CURSOR.c.log == log, PROJECTION_CURSOR.c.name == NAME
    )


def _move(connection: Connection, log: int, end: int) -> None:
    moved = update(PROJECTION_CURSOR).where(
        PROJECTION_CURSOR.c.log == log, PROJECTION_CURSOR.c.name == NAME
    )
    connection.execute(moved.values(next_seq=end))


def read_up_to(connection: Connection, log: int) -> int:
    """Return up to which entry the log is read."""
    return int(connection.execute(_cursor(log)).scalar() or 0)


def is_brought_up(engine: Engine, log: int, size: int) -> bool:
    """Return whether everything up to `size` is worked out."""
    with reading(engine) as connection:
        done = connection.execute(_cursor(log)).scalar() or 0
        due = select(FINDING_DUE.c.item).where(FINDING_DUE.c.log == log).limit(1)
        return done >= size and connection.execute(due).first() is None
