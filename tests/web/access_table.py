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
READERS: Final = "producer authority auditor"

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
    ("POST", "/api/v1/prefixes"): PRODUCER,
    ("GET", "/api/v1/prefixes"): "producer operator",
    ("POST", "/api/v1/prefixes/<uuid:row_id>/confirm"): OPERATOR,
    ("POST", "/api/v1/prefixes/<uuid:row_id>/end"): "producer operator",
    ("POST", "/api/v1/tag-keys"): OPERATOR,
    ("GET", "/api/v1/tag-keys"): OPERATOR,
    ("DELETE", "/api/v1/tag-keys/<key_id>"): OPERATOR,
    ("POST", "/api/v1/code-blocks"): PRODUCER,
    ("GET", "/api/v1/code-blocks"): READERS,
    ("GET", "/api/v1/code-blocks/<uuid:block_id>"): READERS,
    ("GET", "/api/v1/code-blocks/<uuid:block_id>/codes"): READERS,
    ("GET", "/api/v1/code-blocks/<uuid:block_id>/codes.csv"): READERS,
    ("POST", "/api/v1/code-blocks/<uuid:block_id>/activations"): PRODUCER,
    ("POST", "/api/v1/code-blocks/<uuid:block_id>/voids"): PRODUCER,
    ("POST", "/api/v1/code-blocks/<uuid:block_id>/labels"): PRODUCER,
    ("GET", "/api/v1/tasks"): PRODUCER,
    ("GET", "/api/v1/tasks/<uuid:task_id>"): PRODUCER,
    ("GET", "/api/v1/tasks/<uuid:task_id>/file"): PRODUCER,
    ("GET", "/api/v1/codes/state"): READERS,
    ("POST", "/api/v1/links"): PRODUCER,
    ("GET", "/api/v1/links"): KEY_HOLDERS,
    ("GET", "/api/v1/links/<uuid:link_id>"): KEY_HOLDERS,
    ("PATCH", "/api/v1/links/<uuid:link_id>"): PRODUCER,
    ("DELETE", "/api/v1/links/<uuid:link_id>"): PRODUCER,
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
