"""The description of the API and its page."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from parties.access import Action
from tests.web.house import House


def document_of(house: House) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(house.ask("GET", "/api/openapi.json").get_data())
    return document


def operations_of(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        f"{method.upper()} {path}": operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method in ("get", "post", "put", "delete")
    }


def test_the_description_is_openapi_3_1(sqlite_house: House) -> None:
    document = document_of(sqlite_house)

    assert document["openapi"] == "3.1.0"
    assert document["components"]["securitySchemes"]["apiKey"]["scheme"] == "bearer"


def test_every_operation_of_the_api_is_described_with_its_right(sqlite_house: House) -> None:
    operations = operations_of(document_of(sqlite_house))
    described = {name.split(" ")[1] for name in operations}
    rules = {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for rule in sqlite_house.app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
    }

    assert rules <= described
    rights = {action.value for action in Action}
    assert [name for name, found in operations.items() if found.get("x-right") not in rights] == []
    assert [name for name, found in operations.items() if not found.get("summary")] == []


def test_what_is_described_is_what_is_sent(sqlite_house: House) -> None:
    document = document_of(sqlite_house)
    shapes = document["components"]["schemas"]
    pages = document["paths"]["/api/v1/products"]["get"]["parameters"]
    limit = next(one for one in pages if one["name"] == "limit")

    for degrees in ("latitude", "longitude"):
        assert shapes["SiteOut"]["properties"][degrees]["type"] == ["string", "null"]
    assert (limit["schema"]["type"], limit["schema"]["minimum"]) == ("integer", 1)
    assert "SUXIN_PAGE_SIZE_MAX" in limit["description"]
    assert shapes["BlockIn"]["properties"]["count"]["maximum"] == 1 << 20


def test_errors_are_described_as_problem_documents(sqlite_house: House) -> None:
    document = document_of(sqlite_house)
    default = document["components"]["responses"]["DEFAULT_ERROR"]["content"]

    assert list(default) == ["application/problem+json"]
    assert default["application/problem+json"]["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_an_open_operation_says_that_no_key_is_needed(sqlite_house: House) -> None:
    operations = operations_of(document_of(sqlite_house))

    assert operations["GET /healthz"]["security"] == [{"apiKey": []}, {}]
    assert operations["POST /api/v1/keys"]["security"] == [{"apiKey": []}]


def test_the_page_needs_no_inline_script_and_no_other_host(
    sqlite_house: House, tmp_path: Path
) -> None:
    folder = tmp_path / "vendor" / "swagger-ui-dist"
    folder.mkdir(parents=True)
    for name in ("swagger-ui-bundle.js", "swagger-ui.css"):
        (folder / name).write_text("")
    sqlite_house.app.static_folder = str(tmp_path)

    html = sqlite_house.ask("GET", "/api/docs").text

    assert re.findall(r"<script(?![^>]*\ssrc=)", html) == []
    assert re.findall(r"""(?:src|href)="(?!/)""", html) == []
    assert " style=" not in html
    assert "swagger-ui-bundle.js" in html


def test_the_page_says_what_to_run_where_its_files_are_missing(
    sqlite_house: House, tmp_path: Path
) -> None:
    sqlite_house.app.static_folder = str(tmp_path)

    html = sqlite_house.ask("GET", "/api/docs").text

    assert "make setup" in html
    assert "<script" not in html


@pytest.mark.parametrize("path", ["/api/docs", "/api/docs.js", "/api/openapi.json"])
def test_the_documentation_is_open(sqlite_house: House, path: str) -> None:
    assert sqlite_house.ask("GET", path).status_code == 200


def test_health_tells_the_version_and_the_size_of_the_ledger(house: House) -> None:
    response = house.ask("GET", "/healthz")

    assert response.status_code == 200
    answer = json.loads(response.get_data())
    assert (answer["status"], answer["database"], answer["entries"]) == ("ok", "ok", 7)
    assert re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", answer["version"])
