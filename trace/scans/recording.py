"""Writes scans and their summaries: the rows of one batch in the caller's transaction.

The rule that must stay true: one device that looks at a code again within ten minutes is one scan,
whichever process it met. The summary's row is the lock of its code: it is taken before the newest
scans are read, so that of two writers the second sees what the first one wrote.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from trace.scans.known import LookUp
from trace.scans.model import Place, Scan
from trace.scans.rule_table import SAME_DEVICE_WITHIN
from trace.scans.subjects import Subject
from trace.scans.tables import SCAN, SCAN_SUMMARY
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, Row, bindparam, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from base.bulk import insert_rows
from parties.ids import new_id

_COLUMNS: Final = tuple(column.name for column in SCAN.columns)

_Pair: TypeAlias = tuple[int, bytes]
"""A code and a device, by their numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One look at the page of a code, before it is known whether it counts."""

    subject: Subject
    scan: Scan


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldPlace:
    """Where a device says it is, after it looked at a code."""

    subject: Subject
    device: bytes
    at: datetime
    place: Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of a batch of views."""

    kept: int
    repeated: int
    unknown: int


def record_views(
    connection: Connection, views: Sequence[View], look_up: LookUp, *, now: datetime
) -> Recorded:
    """Write the views that count, and their codes' summaries."""
    subjects = {view.subject.item: view.subject for view in views}
    known = _lock(connection, subjects)
    _begin(connection, subjects, known, look_up, now)
    # Of two codes with one number only the first has the row; the other one is left out.
    ours = [
        view
        for view in sorted(views, key=lambda one: one.scan.at)
        if view.subject.item in known and known[view.subject.item].uri == view.subject.uri
    ]
    kept = _first_looks(connection, ours)
    rows = [_row(view, known[view.subject.item].product) for view in kept]
    insert_rows(connection, SCAN, _COLUMNS, rows)
    _add_up(connection, kept, known, now)
    return Recorded(kept=len(kept), repeated=len(ours) - len(kept), unknown=len(views) - len(ours))


def record_places(connection: Connection, told: Iterable[ToldPlace]) -> int:
    """Put places to the scans of their devices; return how many found one without a place.

    Only a scan of the last ten minutes takes a place, and only once: nobody can move a scan.
    """
    found = 0
    for one in told:
        statement = (
            update(SCAN)
            .where(
                SCAN.c.item == one.subject.item,
                SCAN.c.device == one.device,
                SCAN.c.at > one.at - SAME_DEVICE_WITHIN,
                SCAN.c.lat_tenths.is_(None),
            )
            .values(lat_tenths=one.place.lat_tenths, lon_tenths=one.place.lon_tenths)
        )
        count = connection.execute(statement).rowcount
        if count:
            due = update(SCAN_SUMMARY).where(SCAN_SUMMARY.c.item == one.subject.item)
            connection.execute(due.values(due_at=one.at))
        found += count
    return found


def _lock(connection: Connection, items: Iterable[int]) -> dict[int, Row[Any]]:
    """Return the summaries of these codes, locked, always in the same order."""
    statement = (
        select(SCAN_SUMMARY)
        .where(SCAN_SUMMARY.c.item.in_(sorted(items)))
        .order_by(SCAN_SUMMARY.c.item)
        .with_for_update()
    )
    return {row.item: row for row in connection.execute(statement)}


def _begin(
    connection: Connection,
    subjects: Mapping[int, Subject],
    known: dict[int, Row[Any]],
    look_up: LookUp,
    now: datetime,
) -> None:
    """Begin the summaries of codes on record that are scanned for the first time."""
    fresh = [subjects[item] for item in sorted(subjects.keys() - known.keys())]
    if not fresh:
        return
    products = look_up(connection, fresh)
    rows = [
        {
            "item": one.item,
            "uri": one.uri,
            "product": products[one.uri],
            "first_at": now,
            "last_at": now,
            "scan_count": 0,
        }
        for one in fresh
        if one.uri in products
    ]
    if rows:
        insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        connection.execute(insert(SCAN_SUMMARY).on_conflict_do_nothing(), rows)
    known |= _lock(connection, [one.item for one in fresh])


def _first_looks(connection: Connection, views: Sequence[View]) -> list[View]:
    """Return the views that are not a repeated look, oldest first."""
    seen = _newest(connection, views)
    kept = []
    for view in views:
        pair = view.subject.item, view.scan.device
        last_at = seen.get(pair)
        if last_at is None or view.scan.at - last_at >= SAME_DEVICE_WITHIN:
            kept.append(view)
            seen[pair] = view.scan.at
    return kept


def _newest(connection: Connection, views: Sequence[View]) -> dict[_Pair, datetime]:
    """Return when each device of the views last counted as a scan of the code it looks at."""
    if not views:
        return {}
    statement = (
        select(SCAN.c.item, SCAN.c.device, func.max(SCAN.c.at).label("at"))
        .where(
            SCAN.c.item.in_({view.subject.item for view in views}),
            SCAN.c.device.in_({view.scan.device for view in views}),
            SCAN.c.at > views[0].scan.at - SAME_DEVICE_WITHIN,
        )
        .group_by(SCAN.c.item, SCAN.c.device)
    )
    return {(row.item, row.device): row.at for row in connection.execute(statement)}


def _row(view: View, product: int) -> tuple[object, ...]:
    scan = view.scan
    place = scan.place
    return (
        new_id(scan.at),
        view.subject.item,
        product,
        scan.at,
        scan.device,
        None if place is None else place.lat_tenths,
        None if place is None else place.lon_tenths,
        scan.region,
    )


def _add_up(
    connection: Connection, kept: Sequence[View], known: Mapping[int, Row[Any]], now: datetime
) -> None:
    """Move the summaries on; a single thing's alerts are due."""
    by_item: dict[int, list[View]] = {}
    for view in kept:
        by_item.setdefault(view.subject.item, []).append(view)
    values = []
    for item, views in by_item.items():
        row = known[item]
        is_new = row.scan_count == 0
        first_at, last_at = views[0].scan.at, views[-1].scan.at
        values.append(
            {
                "of_item": item,
                "begun_at": first_at if is_new else min(row.first_at, first_at),
                "ended_at": last_at if is_new else max(row.last_at, last_at),
                "sum": row.scan_count + len(views),
                "due": now if views[0].subject.is_single else None,
            }
        )
    if values:
        statement = (
            update(SCAN_SUMMARY)
            .where(SCAN_SUMMARY.c.item == bindparam("of_item"))
            .values(
                first_at=bindparam("begun_at"),
                last_at=bindparam("ended_at"),
                scan_count=bindparam("sum"),
                due_at=bindparam("due"),
            )
        )
        connection.execute(statement, values)
