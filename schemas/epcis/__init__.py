"""The shape of EPCIS 2.0 (ISO/IEC 19987) documents and events, and how they are read."""

from schemas.epcis.context import event_namespaces, read_namespaces
from schemas.epcis.document import (
    EVENT_TYPES,
    Document,
    DocumentKind,
    DocumentLimits,
    read_document,
    read_event,
    shape_problems,
)
from schemas.epcis.refusals import PROBLEMS_MAX, refusal

__all__ = [
    "EVENT_TYPES",
    "PROBLEMS_MAX",
    "Document",
    "DocumentKind",
    "DocumentLimits",
    "event_namespaces",
    "read_document",
    "read_event",
    "read_namespaces",
    "refusal",
    "shape_problems",
]
