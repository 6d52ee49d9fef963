"""What the pages of the workbench say, and the forms that they send."""

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

from werkzeug.test import TestResponse

from tests.web.house import House
from tests.web.issuing_world import send


def text_of(answer: TestResponse) -> str:
    return unescape(answer.get_data(as_text=True))


def value_of(answer: TestResponse, form: str, name: str) -> str:
    """Return what stands in a field of a form."""
    found = re.search(rf'id="{form}-{name}"[^>]* value="([^"]*)"', answer.get_data(as_text=True))
    assert found is not None, (form, name)
    return unescape(found[1])


def error_of(answer: TestResponse, form: str, name: str) -> str:
    """Return the sentence beside a field that was refused, which the field itself names."""
    html = answer.get_data(as_text=True)
    found = re.search(rf'id="{form}-{name}-error">([^<]*)<', html)
    assert found is not None, f"nothing is said beside {form}-{name}"
    field = re.search(rf'id="{form}-{name}"[^>]*', html)
    assert field is None or (
        f"{form}-{name}-error" in field[0] and 'aria-invalid="true"' in field[0]
    )
    return unescape(found[1])


def counts_of(house: House, block: Mapping[str, Any]) -> dict[str, int]:
    found = send(house, "GET", f"/api/v1/code-blocks/{block['id']}").get_json()
    counts: dict[str, int] = found["counts"]
    return counts


def blocks_of(house: House) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = send(house, "GET", "/api/v1/code-blocks").get_json()["items"]
    return items


def at(block: Mapping[str, Any], tail: str = "") -> str:
    return f"/work/blocks/{block['id']}{tail}"


def label_form(block: Mapping[str, Any], **changed: str) -> dict[str, str]:
    return {
        "first": "1",
        "last": str(block["count"]),
        "format": "pdf",
        "sheet": "24",
        "start": "1",
        "roll": "50x30",
        "dpi": "300",
        "use": "retail_item",
        "symbol": "qr",
        "title": "原味酸奶",
        "lines": "200克\r\n冷藏",
        **changed,
    }


def activation_form(made_at: str, **changed: str) -> dict[str, str]:
    return {
        "first": "1",
        "last": "3",
        "lot": "L1",
        "site": made_at,
        "produced_on": "2026-02-28",
        "expires_on": "",
        **changed,
    }
