"""Events of a sheet as EPCIS documents of a bounded number of rows.

The rule that must stay true: the same rows give the same documents, byte by byte, so that work
that was broken off is done again with no event recorded twice.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import orjson

from base.strict_json import JsonObject
from schemas.epcis import Document, DocumentLimits, read_document

_CONTEXT: Final = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
_OWN_TERMS: Final = {"sx": "urn:suxin:epcis:"}


def document_bytes(events: Sequence[JsonObject], made_at: datetime) -> bytes:
    """Return one document."""
    return orjson.dumps(
        {
            "@context": [_CONTEXT, _OWN_TERMS],
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": made_at.isoformat(timespec="milliseconds"),
            "epcisBody": {"eventList": list(events)},
        }
    )


def document_of(events: Sequence[JsonObject], made_at: datetime) -> Document:
    """Return the document as the door reads it."""
    body = document_bytes(events, made_at)
    return read_document(
        body, limits=DocumentLimits(bytes_max=len(body), events_max=max(1, len(events)))
    )
