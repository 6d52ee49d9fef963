"""EPCIS events of issued codes: commissioning binds items to a lot, decommissioning ends them.

The rule that must stay true: the same range gives the same documents, byte by byte, so that work
that was broken off is done again with no event recorded twice.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Final

import orjson

from base.strict_json import JsonObject

EVENT_CODES_MAX: Final = 500
"""Codes that one event names: its page stays readable and its proof small."""

_DOCUMENT_EVENTS_MAX: Final = 10
_CONTEXT: Final = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
_OWN_TERMS: Final = {"sx": "urn:suxin:epcis:"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """When and where items were made, and what their lot's label says.

    `site` is a canonical URI; the days are those printed on the goods, None where there is none.
    """

    site: str
    happened_at: datetime
    lot: str
    produced_on: date | None = None
    expires_on: date | None = None


def commissioning(uris: Iterable[str], making: Making) -> Iterator[tuple[bytes, int]]:
    """Yield EPCIS documents that bring items into being, each with how many codes it names."""
    ilmd: JsonObject = {"cbvmda:lotNumber": making.lot}
    if making.produced_on is not None:
        ilmd["sx:productionDate"] = making.produced_on.isoformat()
    if making.expires_on is not None:
        ilmd["cbvmda:itemExpirationDate"] = making.expires_on.isoformat()
    fields: JsonObject = {
        "action": "ADD",
        "bizStep": "commissioning",
        "disposition": "active",
        "readPoint": {"id": making.site},
        "bizLocation": {"id": making.site},
        "ilmd": ilmd,
    }
    return _documents(uris, making.happened_at, fields)


def decommissioning(uris: Iterable[str], happened_at: datetime) -> Iterator[tuple[bytes, int]]:
    """Yield EPCIS documents that take items out of use, each with how many codes it names."""
    fields: JsonObject = {
        "action": "DELETE",
        "bizStep": "decommissioning",
        "disposition": "inactive",
    }
    return _documents(uris, happened_at, fields)


def _documents(
    uris: Iterable[str], happened_at: datetime, fields: JsonObject
) -> Iterator[tuple[bytes, int]]:
    at = happened_at.isoformat(timespec="milliseconds")
    events = _events(uris, at, happened_at.strftime("%z"), fields)
    while some := list(islice(events, _DOCUMENT_EVENTS_MAX)):
        document = {
            "@context": [_CONTEXT, _OWN_TERMS],
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": at,
            "epcisBody": {"eventList": [event for event, _ in some]},
        }
        yield orjson.dumps(document), sum(count for _, count in some)


def _events(
    uris: Iterable[str], at: str, zone: str, fields: JsonObject
) -> Iterator[tuple[JsonObject, int]]:
    rest = iter(uris)
    while some := list(islice(rest, EVENT_CODES_MAX)):
        event: JsonObject = {
            "type": "ObjectEvent",
            "eventTime": at,
            "eventTimeZoneOffset": f"{zone[:3]}:{zone[3:5]}",
            "epcList": [*some],
            **fields,
        }
        yield event, len(some)
