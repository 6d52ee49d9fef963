"""What an alert keeps of its scans, as JSON: numbers and coarse places, nothing of a device.

One rule: it is enough to judge by when the scans themselves are long deleted.
"""

from collections import Counter
from datetime import datetime
from trace.scans.model import CodeLife
from trace.scans.rules import Evidence, Finding, ScanRule
from typing import Any, Final

import orjson

from base.errors import LedgerCorrupt
from base.strict_json import JsonObject, JsonValue, loads

_PLACES_MAX: Final = 20
_INSTANTS: Final = ("activated_at", "sold_at", "voided_at")
_BYTES_MAX: Final = 1 << 20
_DEPTH_MAX: Final = 6


def write_details(rule: ScanRule, found: Finding, evidence: Evidence) -> str:
    """Return what is kept of a finding; the same finding always gives the same text."""
    scans = [scan for scan in evidence.scans if found.first_at <= scan.at <= found.last_at]
    places = Counter(scan.place for scan in scans if scan.place is not None)
    regions = Counter(scan.region for scan in scans if scan.region is not None)
    details: JsonObject = {
        "rule_from": rule.from_on.isoformat(),
        "limit": rule.limit,
        "numbers": {"count": found.count, **found.numbers},
        "scans": len(scans),
        "places": [
            {"lat_tenths": place.lat_tenths, "lon_tenths": place.lon_tenths, "scans": count}
            for place, count in _largest(places)
        ],
        "regions": [{"region": region, "scans": count} for region, count in _largest(regions)],
        **_life_details(evidence.life),
    }
    return orjson.dumps(details, option=orjson.OPT_SORT_KEYS).decode()


def read_details(text: str) -> JsonObject:
    """Return the details of a row."""
    found = _read(text)
    if not isinstance(found, dict):
        raise LedgerCorrupt("the details of an alert are no object")
    return found


def read_judgements(text: str) -> list[JsonValue]:
    """Return the judgements of a row, oldest first."""
    found = _read(text)
    if not isinstance(found, list):
        raise LedgerCorrupt("the judgements of an alert are no list")
    return found


def numbers_of(details: JsonObject) -> dict[str, int]:
    """Return the numbers of the rule's sentence."""
    numbers = details.get("numbers")
    if not isinstance(numbers, dict):
        return {}
    return {name: value for name, value in numbers.items() if isinstance(value, int)}


def instants_of(details: JsonObject) -> dict[str, datetime]:
    """Return what was recorded of the code: when it was put into use, sold, made void."""
    found = {name: details.get(name) for name in _INSTANTS}
    return {
        name: datetime.fromisoformat(text) for name, text in found.items() if isinstance(text, str)
    }


def _read(text: str) -> JsonValue:
    return loads(text.encode(), bytes_max=_BYTES_MAX, depth_max=_DEPTH_MAX)


def _life_details(life: CodeLife) -> JsonObject:
    instants = zip(_INSTANTS, (life.activated_at, life.sold_at, life.voided_at), strict=True)
    return {name: at.isoformat() for name, at in instants if at is not None}


def _largest(counted: Counter[Any]) -> list[tuple[Any, int]]:
    """Return the most frequent ones in one order, whatever order they came in."""
    return sorted(counted.items(), key=lambda pair: (-pair[1], str(pair[0])))[:_PLACES_MAX]
