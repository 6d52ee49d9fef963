"""Whether the stored findings are those that follow from what is on record; nothing is changed.

The rule that must stay true: what waits to be worked out is late and not wrong, so that it is left
out, and so are the rules that ask the register, lists and scans, which are asked once a day.
"""

from collections.abc import Iterator, Sequence
from trace.findings.evaluator import REGISTER_CODES, judge, read_up_to
from trace.findings.evidence import evidence_of
from trace.findings.registered import changed_items
from trace.findings.rows import finding_rows
from trace.findings.tables import FINDING, FINDING_DUE
from trace.tables import IDENTIFIER
from typing import Any, Final, TypeAlias

from sqlalchemy import Connection, select

from base.bulk import find_rows

Difference: TypeAlias = tuple[int | None, str, str]
"""The entry (None for the whole log), a code and a message."""

_ITEMS_AT_ONCE: Final = 300
# Whose goods they are is the register's to say, and may have changed.
_NOT_COMPARED: Final = frozenset({"computed_at", "owner_id"})
_COLUMNS: Final = tuple(one.name for one in FINDING.columns if one.name not in _NOT_COMPARED)
_Row: TypeAlias = tuple[Any, ...]


def differing_findings(connection: Connection, log: int, size: int) -> Iterator[Difference]:
    """Yield each finding that is stored and does not follow, or follows and is not stored.

    Of a log of which the evaluator has not read all `size` entries nothing is told. Things are
    looked at in pieces, so that memory is bounded.
    """
    done = read_up_to(connection, log)
    if done > size:
        yield None, "findings_beyond_head", f"findings are whole up to entry {done} of {size}"
    if done != size:
        return
    changed = changed_items(connection, log)
    last: int | None = None
    while True:
        statement = select(IDENTIFIER.c.id).where(IDENTIFIER.c.log == log)
        if last is not None:
            statement = statement.where(IDENTIFIER.c.id > last)
        statement = statement.order_by(IDENTIFIER.c.id).limit(_ITEMS_AT_ONCE)
        items = list(connection.execute(statement).scalars())
        if not items:
            return
        last = items[-1]
        due = {item for (item,) in find_rows(connection, FINDING_DUE, ("item",), log, items)}
        yield from _differing(connection, log, [it for it in items if it not in due | changed])


def _differing(connection: Connection, log: int, items: Sequence[int]) -> Iterator[Difference]:
    told = [one for evidence in evidence_of(connection, log, items) for one in judge(evidence)]
    asked = [one for one in told if one[1] not in REGISTER_CODES]
    right: set[_Row] = {
        tuple(getattr(row, name) for name in _COLUMNS)
        for row in finding_rows(connection, log, asked)
    }
    columns = [FINDING.c[name] for name in _COLUMNS]
    statement = select(*columns).where(
        FINDING.c.log == log, FINDING.c.item.in_(items), FINDING.c.code.not_in(REGISTER_CODES)
    )
    stored: set[_Row] = {tuple(row) for row in connection.execute(statement)}
    for message, rows in (("is not stored", right - stored), ("does not follow", stored - right)):
        for row in sorted(rows, key=str):
            one = dict(zip(_COLUMNS, row, strict=True))
            yield one["last_seq"], "findings_differ", f"{one['code']} of {one['uri']} {message}"
