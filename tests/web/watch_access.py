"""Who may enter by the doors of watches: rows of `tests.web.access_table`."""

from typing import Final

WATCHES: Final[dict[tuple[str, str], str]] = {
    ("GET", "/api/v1/credit/watches"): "producer authority",
    ("POST", "/api/v1/credit/watches"): "producer authority",
    ("POST", "/api/v1/credit/watches/file"): "producer authority",
    ("DELETE", "/api/v1/credit/watches/<uscc>"): "producer authority",
    ("GET", "/api/v1/credit/changes"): "producer authority",
    ("PUT", "/api/v1/credit/changes/hook"): "producer authority",
    ("GET", "/api/v1/credit/changes/hook"): "producer authority",
    ("DELETE", "/api/v1/credit/changes/hook"): "producer authority",
    ("POST", "/api/v1/credit/changes/hook/test"): "producer authority",
    ("POST", "/api/v1/credit/changes/hook/resumed"): "producer authority",
}

WATCH_PAGES: Final[dict[tuple[str, str], str]] = {
    ("GET", "/work/credit/watches"): "producer authority",
    ("POST", "/work/credit/watches"): "producer authority",
    ("GET", "/work/credit/watches/file"): "producer authority",
    ("POST", "/work/credit/watches/file"): "producer authority",
    ("GET", "/work/credit/watches/looked"): "producer authority",
    ("POST", "/work/credit/watches/looked"): "producer authority",
    ("GET", "/work/credit/watches/removed"): "producer authority",
    ("POST", "/work/credit/watches/removed"): "producer authority",
    ("GET", "/work/credit/watches/hook"): "producer authority",
    ("POST", "/work/credit/watches/hook"): "producer authority",
    ("GET", "/work/credit/watches/hook/test"): "producer authority",
    ("POST", "/work/credit/watches/hook/test"): "producer authority",
    ("GET", "/work/credit/watches/hook/resumed"): "producer authority",
    ("POST", "/work/credit/watches/hook/resumed"): "producer authority",
    ("GET", "/work/credit/watches/hook/ended"): "producer authority",
    ("POST", "/work/credit/watches/hook/ended"): "producer authority",
}
