"""Who may enter by the doors of cases, measures in use and lists: rows of `access_table`."""

from typing import Final

READERS: Final = "producer authority auditor"

CASES: Final[dict[tuple[str, str], str]] = {
    ("GET", "/api/v1/credit/lists/<list_id>/entries"): "authority auditor",
    ("GET", "/api/v1/credit/lists/<list_id>/changes"): "authority auditor",
    ("GET", "/api/v1/credit/applications"): "authority auditor",
    ("POST", "/api/v1/credit/applications"): "authority",
    ("POST", "/api/v1/credit/applications/<uuid:application_id>/lift"): "authority",
    ("GET", "/api/v1/credit/cases"): READERS,
    ("POST", "/api/v1/credit/cases"): "producer authority",
    ("GET", "/api/v1/credit/cases/<uuid:case_id>"): READERS,
    ("POST", "/api/v1/credit/cases/<uuid:case_id>/steps"): "producer authority",
}

CASE_PAGES: Final[dict[tuple[str, str], str]] = {
    ("GET", "/work/credit/apply"): "authority",
    ("POST", "/work/credit/apply"): "authority",
    ("GET", "/work/credit/measures"): "authority auditor",
    ("POST", "/work/credit/measures/<uuid:application_id>/lift"): "authority",
    ("GET", "/work/credit/mine"): READERS,
    ("GET", "/work/credit/cases"): READERS,
    ("GET", "/work/credit/cases/new"): "producer authority",
    ("POST", "/work/credit/cases/new"): "producer authority",
    ("GET", "/work/credit/cases/<uuid:case_id>"): READERS,
    ("GET", "/work/credit/cases/<uuid:case_id>/steps"): READERS,
    ("POST", "/work/credit/cases/<uuid:case_id>/steps"): "producer authority",
    ("GET", "/work/credit/cases/<uuid:case_id>/documents/<sha256>"): READERS,
    ("GET", "/work/credit/cases/<uuid:case_id>/letters/<int:seq>.pdf"): READERS,
    ("GET", "/work/credit/lists/<list_id>"): "authority auditor",
    ("GET", "/work/credit/lists/<list_id>/changes"): "authority auditor",
    ("GET", "/work/credit/lists/<list_id>/term"): "authority auditor",
    ("GET", "/work/credit/lists/<list_id>/file/<kind>"): "authority auditor",
}
