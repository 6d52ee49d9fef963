"""Scans as a test tells of them: by the hour, the device and the place."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from trace.scans.model import CodeLife, Place, Scan, period_start
from trace.scans.rule_table import ADDRESS_RULES, CODE_RULES
from trace.scans.rules import Evidence, Finding, ScanRule
from typing import Any

# The first instant of a period, so that a month of a story lies in one.
START = period_start(688)
NOW = START + timedelta(days=29)
SHIJIAZHUANG = Place(lat_tenths=380, lon_tenths=1145)
SHANGHAI = Place(lat_tenths=312, lon_tenths=1215)


def rule(code: str, **changes: Any) -> ScanRule:
    row = next(row for row in (*CODE_RULES, *ADDRESS_RULES) if row.code == code)
    return replace(row, **changes)


def scan(hour: float, device: int = 0, **where: Any) -> Scan:
    return Scan(at=START + timedelta(hours=hour), device=device.to_bytes(12), **where)


def judge(row: ScanRule, *scans: Scan, life: CodeLife | None = None, **more: Any) -> Finding | None:
    ordered = sorted(scans, key=lambda one: one.at)
    evidence = Evidence(**{"now": NOW, "scans": ordered, "life": life or CodeLife(), **more})
    return row.judge(row, evidence)


def at(hour: float) -> datetime:
    return (START + timedelta(hours=hour)).astimezone(UTC)
