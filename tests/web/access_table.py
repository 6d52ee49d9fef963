"""Who may enter by which door, written out by hand: one row for each route and method.

A row says by which roles the door may be entered at all; what they may see behind it depends on
the subject and is tested with it.
"""

from typing import Final, TypeAlias

Door: TypeAlias = tuple[str, str]

ROLES: Final = ("anonymous", "producer", "authority", "auditor", "operator")

EVERYBODY: Final = " ".join(ROLES)
KEY_HOLDERS: Final = "producer authority auditor operator"
OPERATOR: Final = "operator"
PRODUCER: Final = "producer"

EXPECTED: Final[dict[Door, str]] = {
    ("GET", "/static/<path:filename>"): EVERYBODY,
    ("GET", "/healthz"): EVERYBODY,
    ("GET", "/"): EVERYBODY,
    ("GET", "/favicon.ico"): EVERYBODY,
    ("GET", "/t/"): EVERYBODY,
    ("GET", "/scan"): EVERYBODY,
    ("GET", "/scan/worker.js"): EVERYBODY,
    ("POST", "/scan/reading"): EVERYBODY,
    ("POST", "/scan/photo"): EVERYBODY,
    ("GET", "/api/v1/codes/identify"): EVERYBODY,
    ("GET", "/t/<path:code>"): EVERYBODY,
    ("GET", "/01/<gtin>"): EVERYBODY,
    ("GET", "/01/<gtin>/10/<lot>"): EVERYBODY,
    ("GET", "/01/<gtin>/21/<serial>"): EVERYBODY,
    ("GET", "/01/<gtin>/10/<lot>/21/<serial>"): EVERYBODY,
    ("GET", "/api/openapi.json"): EVERYBODY,
    ("GET", "/api/docs"): EVERYBODY,
    ("GET", "/api/docs.js"): EVERYBODY,
    ("GET", "/api/v1/me"): KEY_HOLDERS,
    ("POST", "/api/v1/keys"): OPERATOR,
    ("GET", "/api/v1/keys"): OPERATOR,
    ("DELETE", "/api/v1/keys/<uuid:key_id>"): OPERATOR,
    ("POST", "/api/v1/parties"): OPERATOR,
    ("GET", "/api/v1/parties"): KEY_HOLDERS,
    ("GET", "/api/v1/parties/<uuid:row_id>"): KEY_HOLDERS,
    ("POST", "/api/v1/sites"): OPERATOR,
    ("GET", "/api/v1/sites"): KEY_HOLDERS,
    ("GET", "/api/v1/sites/<uuid:row_id>"): KEY_HOLDERS,
    ("POST", "/api/v1/products"): OPERATOR,
    ("GET", "/api/v1/products"): KEY_HOLDERS,
    ("GET", "/api/v1/products/<uuid:row_id>"): KEY_HOLDERS,
    ("POST", "/api/v1/certificates"): OPERATOR,
    ("GET", "/api/v1/certificates"): KEY_HOLDERS,
    ("GET", "/api/v1/certificates/<uuid:row_id>"): KEY_HOLDERS,
    ("POST", "/epcis/capture"): PRODUCER,
    ("GET", "/epcis/capture"): "producer auditor operator",
    ("GET", "/epcis/capture/<uuid:capture_id>"): "producer auditor operator",
    ("POST", "/epcis/events"): PRODUCER,
    ("GET", "/epcis/events"): "producer authority auditor",
    ("GET", "/epcis/events/<path:event_id>"): "producer authority auditor",
    ("GET", "/ledger/checkpoint"): EVERYBODY,
    ("GET", "/ledger/key"): EVERYBODY,
    ("GET", "/ledger/proof/<int:log>/<int:seq>"): EVERYBODY,
    ("GET", "/ledger/bundle"): EVERYBODY,
    ("GET", "/ledger/consistency"): EVERYBODY,
}
