"""Reading the published vectors of codes and identifiers."""

import json
from dataclasses import dataclass

from tests.vectors import vectors_dir


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    scheme: str
    code: str
    valid: bool
    fields: dict[str, str | int | None]


def rows_of(*schemes: str, valid: bool) -> list[Row]:
    """Return the vectors of some schemes; an empty answer would make a test pass for nothing."""
    data = json.loads((vectors_dir() / "codes" / "code_vectors.json").read_text("utf-8"))
    rows = [
        Row(scheme=one["scheme"], code=one["code"], valid=one["valid"], fields=one["fields"] or {})
        for one in data
        if one["scheme"] in schemes and one["valid"] is valid
    ]
    assert {row.scheme for row in rows} == set(schemes), "a scheme has no vectors"
    return rows
