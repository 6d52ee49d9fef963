"""Works out the alerts of codes that were scanned, and keeps them.

The rule that must stay true: an alert is a fold over scans, so that working it out again changes
nothing; and what somebody said of it stays. It is opened again only where the scans after the
judgement set the rule off by themselves.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from trace.scans.alert_details import numbers_of, read_details, write_details
from trace.scans.life import IssuedCodes, lives_of
from trace.scans.model import Place, Scan
from trace.scans.rule_table import rules_on
from trace.scans.rules import Evidence, Finding, ScanRule
from trace.scans.tables import SCAN, SCAN_ALERT, SCAN_SUMMARY
from trace.walk import WalkLimits
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import Connection, Row, select, update

from parties.ids import new_id
from parties.rows import insert_once

_ACTIVATION_RULE: Final = "before_activation"

OwnersOf: TypeAlias = Callable[[Collection[str]], Mapping[str, UUID | None]]
"""Returns whose each code is, None where it is nobody's (`parties.directory.Owners`)."""

_Row: TypeAlias = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertSources:
    """Where a run reads what it needs beside the scans. `rows_max` bounds the scans of one code."""

    log: int
    issued_codes: IssuedCodes
    owners_of: OwnersOf
    walk_limits: WalkLimits
    rows_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the scans of one code give rise to: a code that was due, and its findings."""

    item: int
    uri: str
    due_at: datetime
    party_id: UUID | None
    evidence: Evidence
    findings: tuple[tuple[ScanRule, Finding], ...]


def judge_due(
    connection: Connection, sources: AlertSources, *, now: datetime, items_max: int
) -> list[Judged]:
    """Judge the codes whose alerts are due, the longest due first; this only reads.

    Histories are walked here, outside of the transaction that writes: nobody's capture waits.
    """
    statement = (
        select(SCAN_SUMMARY.c.item, SCAN_SUMMARY.c.uri, SCAN_SUMMARY.c.due_at)
        .where(SCAN_SUMMARY.c.due_at <= now)
        .order_by(SCAN_SUMMARY.c.due_at)
        .limit(items_max)
    )
    due = connection.execute(statement).all()
    uris = [row.uri for row in due]
    lives = lives_of(connection, sources.log, uris, sources.issued_codes, sources.walk_limits)
    owners = sources.owners_of(uris)
    judged = []
    for row in due:
        scans = _scans_of(connection, row.item, sources.rows_max)
        evidence = Evidence(now=now, scans=scans, life=lives[row.uri])
        judged.append(
            Judged(
                item=row.item,
                uri=row.uri,
                due_at=row.due_at,
                party_id=owners.get(row.uri),
                evidence=evidence,
                findings=tuple(_findings(evidence)),
            )
        )
    return judged


def keep_judged(connection: Connection, judged: Sequence[Judged]) -> int:
    """Write what was found into the alerts; return how many were opened or changed."""
    changed = 0
    for one in sorted(judged, key=lambda judged: judged.item):
        changed += sum(_keep(connection, one, rule, found) for rule, found in one.findings)
        # A scan that came meanwhile has moved `due_at` on, and is not forgotten.
        statement = update(SCAN_SUMMARY).where(
            SCAN_SUMMARY.c.item == one.item, SCAN_SUMMARY.c.due_at == one.due_at
        )
        connection.execute(statement.values(due_at=_next_look(one.evidence)))
    return changed


def scan_of_row(row: _Row) -> Scan:
    """Return a row of the table as a value."""
    has_place = row.lat_tenths is not None and row.lon_tenths is not None
    place = Place(lat_tenths=row.lat_tenths, lon_tenths=row.lon_tenths) if has_place else None
    return Scan(at=row.at, device=row.device, place=place, region=row.region)


def _findings(evidence: Evidence) -> list[tuple[ScanRule, Finding]]:
    judged = [(rule, rule.judge(rule, evidence)) for rule in rules_on(evidence.now.date()).values()]
    return [(rule, found) for rule, found in judged if found is not None]


def _scans_of(connection: Connection, item: int, rows_max: int) -> tuple[Scan, ...]:
    """Return the newest scans of a code, oldest first."""
    statement = select(SCAN).where(SCAN.c.item == item).order_by(SCAN.c.at.desc()).limit(rows_max)
    return tuple(scan_of_row(row) for row in reversed(connection.execute(statement).all()))


def _next_look(evidence: Evidence) -> datetime | None:
    """Return when time alone may set a rule off: a code that is never put into use."""
    rule = rules_on(evidence.now.date()).get(_ACTIVATION_RULE)
    life = evidence.life
    if rule is None or not evidence.scans or not life.is_issued or life.activated_at is not None:
        return None
    # One microsecond more, since exactly the grace is still in order.
    at = evidence.scans[-1].at + rule.grace + timedelta(microseconds=1)
    return at if at > evidence.now else None


def _keep(connection: Connection, one: Judged, rule: ScanRule, found: Finding) -> int:
    """Write a finding into the alert of its code and rule; return 1 where that changed anything."""
    details = write_details(rule, found, one.evidence)
    fresh: dict[str, object] = {
        "id": new_id(one.evidence.now),
        "item": one.item,
        "uri": one.uri,
        "party_id": one.party_id,
        "rule": rule.code,
        "first_at": found.first_at,
        "last_at": found.last_at,
        "details": details,
        "state": "open",
        "note": "",
        "judgements": "[]",
    }
    if insert_once(connection, SCAN_ALERT, fresh):
        return 1
    of_rule = (SCAN_ALERT.c.item == one.item) & (SCAN_ALERT.c.rule == rule.code)
    row = connection.execute(select(SCAN_ALERT).where(of_rule).with_for_update()).one()
    values = _moved_on(row, one, rule, found, details)
    if not values:
        return 0
    connection.execute(update(SCAN_ALERT).where(of_rule).values(values))
    return 1


def _moved_on(
    row: _Row, one: Judged, rule: ScanRule, found: Finding, details: str
) -> dict[str, object]:
    """Return what changes in an alert that is there already."""
    values: dict[str, object] = {
        "first_at": min(row.first_at, found.first_at),
        "last_at": max(row.last_at, found.last_at),
    }
    # Scans are deleted in time: what is left of them must not make an old finding smaller.
    if found.count >= numbers_of(read_details(row.details)).get("count", 0):
        values["details"] = details
    if row.state == "explained" and _is_set_off_since(row.judged_at, rule, one.evidence):
        values["state"] = "open"
    if row.party_id is None:
        values["party_id"] = one.party_id
    stored = row._mapping  # noqa: SLF001 -- the public name of a row's mapping in SQLAlchemy
    return {name: value for name, value in values.items() if stored[name] != value}


def _is_set_off_since(judged_at: datetime, rule: ScanRule, evidence: Evidence) -> bool:
    """Return whether the scans after a judgement set the rule off by themselves."""
    later = [scan for scan in evidence.scans if scan.at > judged_at]
    return rule.judge(rule, Evidence(now=evidence.now, scans=later, life=evidence.life)) is not None
