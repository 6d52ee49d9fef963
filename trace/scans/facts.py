"""What a page says to one visitor about the scans of a code.

The rule that must stay true: "you are the first" is said to whoever is the first and to nobody
else. It is worked out for each request, from what is stored and what still waits; only a second
reader who meets another process within the same three seconds can be told the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from trace.scans.alert_details import numbers_of, read_details
from trace.scans.model import Scan
from trace.scans.rule_table import SAME_DEVICE_WITHIN
from trace.scans.subjects import Subject
from trace.scans.tables import SCAN, SCAN_ALERT, SCAN_SUMMARY
from typing import Final

from sqlalchemy import Engine, and_, select

from base.db import glancing
from parties.actors import party_actor_id

_SCANS_MAX: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What an alert tells of a code: its rule, its state, and the numbers of its sentence.

    `is_owners_word` where the owner of the goods judged it, and nobody else.
    """

    rule: str
    state: str
    last_at: datetime
    is_owners_word: bool
    numbers: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is stored of a code's scans; `scans` are the newest of them."""

    count: int = 0
    first_at: datetime | None = None
    scans: tuple[Scan, ...] = ()
    alerts: tuple[Told, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """How often a code was scanned, this time included, since when, and whether by nobody else."""

    count: int
    first_at: datetime
    is_first: bool


def read_facts(engine: Engine, subject: Subject) -> Facts:
    """Return what is stored of a code's scans."""
    with glancing(engine) as connection:
        rows = connection.execute(
            select(
                SCAN_SUMMARY.c.uri,
                SCAN_SUMMARY.c.first_at,
                SCAN_SUMMARY.c.scan_count,
                SCAN_ALERT.c.rule,
                SCAN_ALERT.c.state,
                SCAN_ALERT.c.last_at,
                SCAN_ALERT.c.judged_by,
                SCAN_ALERT.c.party_id,
                SCAN_ALERT.c.details,
            )
            .outerjoin(SCAN_ALERT, and_(SCAN_ALERT.c.item == SCAN_SUMMARY.c.item))
            .where(SCAN_SUMMARY.c.item == subject.item)
            .order_by(SCAN_ALERT.c.rule)
        ).all()
    if not rows or rows[0].uri != subject.uri:
        return Facts()
    return Facts(
        count=rows[0].scan_count,
        first_at=rows[0].first_at,
        scans=_newest(engine, subject.item),
        alerts=tuple(
            Told(
                rule=row.rule,
                state=row.state,
                last_at=row.last_at,
                is_owners_word=row.party_id is not None
                and row.judged_by == party_actor_id(row.party_id),
                numbers=numbers_of(read_details(row.details)),
            )
            for row in rows
            if row.rule is not None
        ),
    )


def answer_to(facts: Facts, waiting: Iterable[Scan], device: bytes, at: datetime) -> Answer:
    """Return what to tell the visitor with this device, who looks at the code now."""
    known: dict[bytes, list[datetime]] = {}
    for scan in facts.scans:
        known.setdefault(scan.device, []).append(scan.at)
    count, first_at = facts.count, facts.first_at or at
    for scan in waiting:
        seen = known.setdefault(scan.device, [])
        if not _counts_already(seen, scan.at):
            seen.append(scan.at)
            count += 1
            first_at = min(first_at, scan.at)
    own = known.get(device, [])
    return Answer(
        count=count if _counts_already(own, at) else count + 1,
        first_at=min(first_at, at),
        is_first=len(own) == count,
    )


def _counts_already(seen: Iterable[datetime], at: datetime) -> bool:
    """Return whether a device that was seen then is the same scan at this instant."""
    return any(abs(at - other) < SAME_DEVICE_WITHIN for other in seen)


def _newest(engine: Engine, item: int) -> tuple[Scan, ...]:
    statement = (
        select(SCAN.c.at, SCAN.c.device)
        .where(SCAN.c.item == item)
        .order_by(SCAN.c.at.desc())
        .limit(_SCANS_MAX)
    )
    with glancing(engine) as connection:
        rows = connection.execute(statement).all()
    return tuple(Scan(at=row.at, device=row.device) for row in rows)
