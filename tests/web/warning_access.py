"""Who may enter by the doors of warnings and draws: rows of `tests.web.access_table`."""

from typing import Final

EVERYBODY: Final = "anonymous producer authority auditor operator"
READERS: Final = "producer authority auditor"

WARNING_DOORS: Final[dict[tuple[str, str], str]] = {
    ("GET", "/credit/draws"): EVERYBODY,
    ("GET", "/credit/draws/<uuid:draw_id>"): EVERYBODY,
    ("GET", "/api/v1/credit/warnings"): "authority auditor",
    ("GET", "/api/v1/credit/warnings/<uuid:warning_id>"): "authority auditor",
    ("POST", "/api/v1/credit/warnings/<uuid:warning_id>/acts"): "authority",
    ("GET", "/api/v1/credit/warning-rules"): "authority auditor",
    ("GET", "/api/v1/credit/open/draws"): EVERYBODY,
    ("GET", "/api/v1/credit/open/draws/<uuid:draw_id>"): EVERYBODY,
    ("GET", "/api/v1/credit/open/draws/<uuid:draw_id>/pool"): EVERYBODY,
    ("GET", "/api/v1/credit/draws/<uuid:draw_id>/mark"): READERS,
    ("GET", "/api/v1/credit/draws"): "authority auditor",
    ("POST", "/api/v1/credit/draws"): "authority",
    ("GET", "/api/v1/credit/draws/<uuid:draw_id>"): "authority auditor",
    ("POST", "/api/v1/credit/draws/<uuid:draw_id>/draw"): "authority",
    ("GET", "/api/v1/credit/draws/<uuid:draw_id>/pool"): "authority auditor",
    ("GET", "/api/v1/credit/draws/<uuid:draw_id>/check"): "authority auditor",
    ("GET", "/api/v1/credit/inspections"): "authority auditor",
    ("GET", "/api/v1/credit/inspections/<uuid:inspection_id>"): "authority auditor",
    ("POST", "/api/v1/credit/inspections/<uuid:inspection_id>/result"): "authority",
    ("POST", "/api/v1/credit/warnings/runs"): "authority",
    ("GET", "/api/v1/credit/warnings/runs/<uuid:run_id>"): "authority auditor",
}

WARNING_PAGES: Final[dict[tuple[str, str], str]] = {
    ("GET", "/work/credit/warnings"): "authority auditor",
    ("GET", "/work/credit/warnings/runs"): "authority auditor",
    ("POST", "/work/credit/warnings/runs"): "authority",
    ("GET", "/work/credit/warnings/runs/<uuid:run_id>"): "authority auditor",
    ("GET", "/work/credit/warnings/<uuid:warning_id>"): "authority auditor",
    ("GET", "/work/credit/warnings/<uuid:warning_id>/acts"): "authority auditor",
    ("POST", "/work/credit/warnings/<uuid:warning_id>/acts"): "authority",
    ("GET", "/work/credit/inspections"): "authority auditor",
    ("GET", "/work/credit/inspections/<uuid:inspection_id>"): "authority auditor",
    ("GET", "/work/credit/inspections/<uuid:inspection_id>/result"): "authority auditor",
    ("POST", "/work/credit/inspections/<uuid:inspection_id>/result"): "authority",
    ("GET", "/work/credit/draws"): "authority auditor",
    ("POST", "/work/credit/draws"): "authority",
    ("GET", "/work/credit/draws/<uuid:draw_id>"): "authority auditor",
    ("GET", "/work/credit/draws/<uuid:draw_id>/draw"): "authority auditor",
    ("POST", "/work/credit/draws/<uuid:draw_id>/draw"): "authority",
    ("GET", "/work/credit/draws/<uuid:draw_id>/pool.txt"): "authority auditor",
}
