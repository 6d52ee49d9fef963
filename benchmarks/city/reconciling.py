"""Compares what was found with what was planted.

The rule that must stay true: a fault counts as found only where a finding of its own kind is about
goods that show it, and names an event of it where it has any.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from trace.findings.tables import FINDING
from trace.identifiers import key_of
from trace.tables import EVENT
from typing import Final

import orjson
from sqlalchemy import Engine, select

from base.bulk import find_rows
from base.db import reading
from benchmarks.city.faults import CODES, Fault
from benchmarks.city.stream import Truth

# Findings of these kinds follow from papers, lists and scans: any event of the goods may show them.
_BY_PAPERS: Final = frozenset({"clone_suspicion", "missing_step"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A finding: its code, what it is about, and the ids of its events by their numbers."""

    code: str
    uri: str
    event_keys: frozenset[int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """Planted and found by code, what was missed, and which clean lots were accused of what."""

    planted: Mapping[str, int]
    found: Mapping[str, int]
    missed: Sequence[Fault]
    accused: Sequence[tuple[str, str]]
    clean: int

    @property
    def is_right(self) -> bool:
        """Tell whether every fault was found and at most one clean lot in a thousand accused."""
        accused = {uri for uri, _ in self.accused}
        return not self.missed and 1000 * len(accused) <= self.clean


def read_findings(engine: Engine, log: int) -> list[Found]:
    """Return every finding of a log."""
    with reading(engine) as connection:
        rows = connection.execute(
            select(FINDING.c.code, FINDING.c.uri, FINDING.c.seqs).where(FINDING.c.log == log)
        ).all()
        shown = [orjson.loads(row.seqs) for row in rows]
        seqs = sorted({seq for many in shown for seq in many})
        columns = ("seq", "event_id_key")
        keys = {row[0]: row[1] for row in find_rows(connection, EVENT, columns, log, seqs)}
    return [
        Found(code=row.code, uri=row.uri, event_keys=frozenset(keys[seq] for seq in many))
        for row, many in zip(rows, shown, strict=True)
    ]


def reconcile(truth: Truth, findings: Iterable[Found]) -> Reconciliation:
    """Return what became of every planted fault and of every clean lot."""
    by_subject: dict[tuple[str, str], list[Found]] = {}
    codes_of: dict[str, list[str]] = {}
    for one in findings:
        by_subject.setdefault((one.code, one.uri), []).append(one)
        codes_of.setdefault(one.uri, []).append(one.code)
    missed = [fault for fault in truth.faults if not _is_found(fault, by_subject)]
    planted = {code: sum(one.code == code for one in truth.faults) for code in CODES}
    lost = {code: sum(one.code == code for one in missed) for code in CODES}
    return Reconciliation(
        planted=planted,
        found={code: planted[code] - lost[code] for code in CODES},
        missed=missed,
        accused=[(lot, code) for lot in truth.clean_lots for code in codes_of.get(lot, ())],
        clean=len(truth.clean_lots),
    )


def _is_found(fault: Fault, by_subject: Mapping[tuple[str, str], Sequence[Found]]) -> bool:
    found = [one for uri in fault.subjects for one in by_subject.get((fault.code, uri), ())]
    if fault.code in _BY_PAPERS or not fault.event_ids:
        return bool(found)
    keys = {key_of(one) for one in fault.event_ids}
    return any(keys & one.event_keys for one in found)
