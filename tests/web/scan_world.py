"""A house whose pages are scanned: items and a lot on record, and visitors with devices."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from html import unescape
from trace.scans.alert_details import write_details
from trace.scans.model import CodeLife
from trace.scans.rule_table import find_rule
from trace.scans.rules import Evidence, Finding
from trace.scans.subjects import subject_of
from trace.scans.tables import SCAN, SCAN_ALERT, SCAN_BURST, SCAN_SUMMARY
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from werkzeug.test import TestResponse

from base.db import reading, transaction
from parties.ids import new_id
from tests.instances import lot, observation, serial
from tests.web.epcis_world import post_document
from tests.web.house import House
from web.scan_log import EXTENSION, ScanLog

PHONE = "Mozilla/5.0 (Linux; Android 14; HUAWEI) AppleWebKit/537.36 Chrome/124.0 Mobile Safari"
ITEM = serial(1)
LOT = lot("A")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody with a phone: an address, a browser, a language."""

    house: House
    address: str = "198.51.100.7"
    browser: str = PHONE
    lang: str = "zh-CN"
    headers: Mapping[str, str] | None = None

    def open(self, uri: str, method: str = "GET", **headers: str) -> TestResponse:
        """Open the page of a code, as its QR code does."""
        path = uri.removeprefix("https://id.gs1.org")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.house.client.open(
            path,
            method=method,
            headers={
                "User-Agent": self.browser,
                "Accept-Language": self.lang,
                "Accept": "text/html,application/xhtml+xml,*/*;q=0.8",
                **(self.headers or {}),
                **named,
            },
            environ_base={"REMOTE_ADDR": self.address},
        )


def phone(house: House, number: int = 1, **changes: Any) -> Visitor:
    """Return the visitor of a number, whose address is the number's."""
    return Visitor(**{"house": house, "address": f"198.51.100.{number}", **changes})


def record(house: House) -> None:
    """Put two items and a lot on record."""
    classes = {"epcList": None, "quantityList": [{"epcClass": LOT}]}
    items = observation(ITEM, epcList=[ITEM, serial(2)])
    assert post_document(house, items, observation(ITEM, **classes)).status_code == 202


def log_of(house: House) -> ScanLog:
    found = house.app.extensions[EXTENSION]
    assert isinstance(found, ScanLog)
    return found


def written(house: House) -> list[Any]:
    """Write what waits; return all scans, oldest first."""
    log_of(house).recorder.flush()
    with reading(house.services.engine) as connection:
        return list(connection.execute(select(SCAN).order_by(SCAN.c.at, SCAN.c.id)))


def bursts(house: House) -> list[Any]:
    log_of(house).recorder.flush()
    with reading(house.services.engine) as connection:
        return list(connection.execute(select(SCAN_BURST)))


def count_of(house: House, uri: str) -> int:
    statement = select(SCAN_SUMMARY.c.scan_count).where(SCAN_SUMMARY.c.uri == uri)
    log_of(house).recorder.flush()
    with reading(house.services.engine) as connection:
        return connection.execute(statement).scalar() or 0


def text_of(response: TestResponse) -> str:
    """Return the words of a page without its tags."""
    main = response.get_data(as_text=True).split("<main", 1)[-1]
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", " ", main)))


def put_alert(
    house: House,
    uri: str = ITEM,
    rule: str = "many_devices",
    *,
    party_id: UUID | None = None,
    minutes: int = 0,
    **changes: Any,
) -> UUID:
    """Write an alert as the worker would."""
    now = house.clock.now() + timedelta(minutes=minutes)
    row, subject = find_rule(rule, now.date()), subject_of(uri)
    assert row is not None
    assert subject is not None
    numbers = {"km": 973, "minutes": 20} if rule == "impossible_travel" else {}
    found = Finding(first_at=now, last_at=now, count=14, numbers=numbers)
    values = {
        "id": new_id(now),
        "item": subject.item,
        "uri": uri,
        "party_id": party_id,
        "rule": rule,
        "first_at": now,
        "last_at": now,
        "details": write_details(row, found, Evidence(now=now, life=CodeLife())),
        "state": "open",
        "note": "",
        "judgements": "[]",
        **changes,
    }
    with transaction(house.services.engine) as connection:
        connection.execute(insert(SCAN_ALERT).values(values))
    row_id: UUID = values["id"]
    return row_id
