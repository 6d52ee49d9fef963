"""Who may enter by the doors of watches: rows of `tests.web.access_table`."""

from typing import Final

WATCHES: Final[dict[tuple[str, str], str]] = {
    ("GET", "/api/v1/credit/watches"): "producer authority",
    ("POST", "/api/v1/credit/watches"): "producer authority",
    ("POST", "/api/v1/credit/watches/file"): "producer authority",
    ("DELETE", "/api/v1/credit/watches/<uscc>"): "producer authority",
    ("GET", "/api/v1/credit/changes"): "producer authority",
    ("GET", "/work/credit/watches"): "producer authority",
    ("POST", "/work/credit/watches"): "producer authority",
    ("GET", "/work/credit/watches/file"): "producer authority",
    ("POST", "/work/credit/watches/file"): "producer authority",
    ("GET", "/work/credit/watches/looked"): "producer authority",
    ("POST", "/work/credit/watches/looked"): "producer authority",
    ("GET", "/work/credit/watches/removed"): "producer authority",
    ("POST", "/work/credit/watches/removed"): "producer authority",
}
