"""The EPCIS events by which this service records what is done to packs. Pure.

The rule that must stay true: the words are those of the table, so that the same event from any
other sender means the same.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from trace.drugs.table import Words
from typing import Final

import orjson

from schemas.epcis import Document, DocumentLimits, read_document

_CONTEXT: Final = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"
_LIMITS: Final = DocumentLimits(bytes_max=8 << 20, depth_max=16)

_OWN_TERMS: Final = {"sx": "urn:suxin:epcis:"}

# A pack that was sold, burnt or stolen before and is seen again. The step is ours: an inspection is
# the release of a lot to the profiles of drugs, and asks for its certificate.
ALERT: Final = Words(
    action="OBSERVE", step="urn:suxin:bizstep:seen_again", disposition="no_pedigree_match"
)


def act_event(
    uris: Sequence[str],
    words: Words,
    *,
    at: datetime,
    site: str | None,
    event_id: str,
    details: Mapping[str, str | bool] | None = None,
) -> dict[str, object]:
    """Return the event that says that something was done to packs at a site.

    `details` are terms of this service beside it, such as `sx:vaccinatorName`.
    """
    event: dict[str, object] = {
        "type": "ObjectEvent",
        "eventID": event_id,
        "eventTime": at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "eventTimeZoneOffset": _offset(at),
        "epcList": [*uris],
        "action": words.action,
        "bizStep": words.step,
        "disposition": words.disposition,
    }
    if site is not None:
        event |= {"readPoint": {"id": site}, "bizLocation": {"id": site}}
    return event | dict(details or {})


def as_document(events: Sequence[Mapping[str, object]]) -> Document:
    """Return events as the document that a sender's bytes are read into."""
    body = {
        "@context": [_CONTEXT, _OWN_TERMS],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": events[0]["eventTime"],
        "epcisBody": {"eventList": [*events]},
    }
    return read_document(orjson.dumps(body), limits=_LIMITS)


def _offset(at: datetime) -> str:
    zone = at.strftime("%z") or "+0000"
    return f"{zone[:3]}:{zone[3:5]}"
