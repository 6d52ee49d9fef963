"""Two databases' rows of one table side by side: what is missing, what is extra, what differs.

The rule that must stay true: of a row its ids and numbers are told, and the names of the columns
that differ, never a value: rows hold what is somebody's own.
"""

from collections.abc import Iterator
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Integer,
    MetaData,
    Row,
    Select,
    Table,
    Uuid,
    and_,
    or_,
    select,
)

from base.bulk import insert_rows

Difference: TypeAlias = tuple[int | None, str, str]
"""The entry (None for the whole log), a code and a message."""

# Of each table and kind: a table that is wrong throughout is told of once and not a million times.
TOLD_MAX: Final = 100
_CHUNK: Final = 1000
_MARK: Final = "differs_in_"


def copy_rows(
    source: Connection, table: Table, target: Connection, into: Table, *where: ColumnElement[bool]
) -> None:
    """Copy rows from one database into another, piece by piece."""
    names = tuple(column.name for column in table.columns)
    statement = select(table).where(*where).execution_options(yield_per=_CHUNK)
    for some in source.execute(statement).partitions():
        insert_rows(target, into, names, [tuple(row) for row in some])


def differing_rows(
    source: Connection, scratch: Connection, table: Table, log: int
) -> Iterator[Difference]:
    """Yield where the stored rows of a table are not those in `scratch`, which are right."""
    stored = _beside(table)
    stored.create(scratch)
    copy_rows(source, table, scratch, stored, table.c.log == log)
    for code, words, statement in (
        ("credit_missing", "is not stored", _without(table, stored)),
        ("credit_extra", "does not follow from the ledger", _without(stored, table)),
    ):
        yield from _told(scratch, table, code, statement, words)
    rest = [column.name for column in table.columns if not column.primary_key]
    if rest:
        differing = _differing(table, stored, rest)
        yield from _told(scratch, table, "credit_differs", differing, "differs in")


def _beside(table: Table) -> Table:
    """Return the table that the stored rows are copied into: the same columns and key."""
    columns = [Column(one.name, one.type, primary_key=one.primary_key) for one in table.columns]
    return Table(f"stored_{table.name}", MetaData(), *columns)


def _without(these: Table, those: Table) -> Select[Any]:
    """Return the query for the rows of one table whose key the other does not have."""
    missing = next(iter(those.primary_key)).is_(None)
    own = select(these).select_from(these.outerjoin(those, _same(these, those))).where(missing)
    return own.order_by(*these.primary_key)


def _differing(table: Table, stored: Table, rest: list[str]) -> Select[Any]:
    flags = {name: table.c[name].is_distinct_from(stored.c[name]) for name in rest}
    marks = [flag.label(f"{_MARK}{name}") for name, flag in flags.items()]
    both = table.join(stored, _same(table, stored))
    own = select(table, *marks).select_from(both).where(or_(*flags.values()))
    return own.order_by(*table.primary_key)


def _same(these: Table, those: Table) -> ColumnElement[bool]:
    return and_(*(one == those.c[one.name] for one in these.primary_key))


def _told(
    scratch: Connection, table: Table, code: str, statement: Select[Any], words: str
) -> Iterator[Difference]:
    found = scratch.execute(statement.limit(TOLD_MAX + 1)).all()
    for row in found[:TOLD_MAX]:
        yield _entry_of(row), code, f"{_name(table, row)} {words} {_columns(row)}".rstrip()
    if len(found) > TOLD_MAX:
        yield None, code, f"and more rows of {table.name}"


def _columns(row: Row[Any]) -> str:
    marks = [name for name, value in row._asdict().items() if name.startswith(_MARK) and value]
    return ", ".join(name.removeprefix(_MARK) for name in marks)


def _name(table: Table, row: Row[Any]) -> str:
    """Name a row by its ids and numbers; a code or a name in its key is nobody else's."""
    told = [
        f"{one.name} {getattr(row, one.name)}"
        for one in table.primary_key
        if one.name != "log" and isinstance(one.type, (Uuid, Integer))
    ]
    return f"{table.name} {', '.join(told)}".rstrip()


def _entry_of(row: Row[Any]) -> int | None:
    """Return the newest entry that a row names."""
    seqs = [
        value
        for name, value in row._asdict().items()
        if (name == "seq" or name.endswith("_seq")) and isinstance(value, int)
    ]
    return max(seqs, default=None)
