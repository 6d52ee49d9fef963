"""What a broken shape is called: schema errors become problems with a field path and plain words.

The rule that must stay true: a message says what would be right, and shows no more of what was
sent than the start of a field's name.
"""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from itertools import islice
from typing import Final, Protocol

import jsonschema_rs

from base.errors import InvalidInput, Problem
from base.strict_json import field_path
from schemas.epcis import shape

PROBLEMS_MAX: Final = 20
"""How many problems one refusal lists."""


class Validator(Protocol):
    """A compiled schema."""

    def iter_errors(self, instance: object) -> Iterator[jsonschema_rs.ValidationError]:
        """Yield what is wrong."""


_PATTERN_WORDS: Final = {
    shape.URI_PATTERN: ("uri", "must be a full URI in ASCII, other characters as %XX"),
    shape.TIME_PATTERN: (
        "time",
        "must be a time with its zone, such as 2026-07-22T06:45:00+08:00",
    ),
    shape.OFFSET_PATTERN: ("time_zone_offset", "must be an offset from -14:00 to +14:00: +08:00"),
    shape.UOM_PATTERN: ("uom", "must be a unit code of UN/CEFACT Recommendation 20, such as KGM"),
    shape.HEX_PATTERN: ("hex", "must be hexadecimal digits"),
    shape.VERSION_PATTERN: ("schema_version", "must be 2.0 or a later 2.x"),
}

_TYPE_WORDS: Final = {
    "string": "text",
    "number": "a number",
    "object": "an object",
    "array": "a list",
    "boolean": "true or false",
}


def problems_of(
    validator: Validator, value: object, *, path: Sequence[str | int], problems_max: int
) -> list[Problem]:
    """Return the first problems of a value under a schema; `path` says where the value stands."""
    problems: list[Problem] = []
    for error in islice(validator.iter_errors(value), problems_max):
        room = problems_max - len(problems)
        problems.extend(islice(_problems(error, (*path, *error.instance_path)), room))
    return problems


def refusal(problems: Sequence[Problem], *, problems_max: int = PROBLEMS_MAX) -> InvalidInput:
    """Return the error that carries the first of some problems; its message is the first one."""
    first = problems[0]
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    where = f"{first.path}: " if first.path else ""
    return InvalidInput(f"{where}{first.message}{more}", problems=problems[:problems_max])


def _problems(
    error: jsonschema_rs.ValidationError, path: tuple[str | int, ...]
) -> Iterator[Problem]:
    kind = error.kind.name
    if kind == "required":
        yield Problem(
            path=field_path((*path, str(error.kind.value))),
            code="required",
            message="is required",
        )
    elif kind == "additionalProperties":
        for name in _names(error.kind.value):
            yield Problem(
                path=field_path((*path, name)), code="unknown_field", message=_unknown(name)
            )
    else:
        code, message = _words(kind, error.kind.value)
        message_zh = _LIMIT_ZH.get(kind, "").format(error.kind.value)
        yield Problem(path=field_path(path), code=code, message=message, message_zh=message_zh)


def _names(value: object) -> list[str]:
    return [str(name) for name in value] if isinstance(value, list) else []


def _unknown(name: str) -> str:
    close = get_close_matches(name[:100], FIELD_NAMES, n=1, cutoff=0.75)
    meant = f" Did you mean {close[0]}?" if close and close[0] != name else ""
    return f"is not a field here.{meant} A field of your own is written prefix:name"


def _words(kind: str, value: object) -> tuple[str, str]:
    if kind == "pattern":
        return _PATTERN_WORDS[str(value)]
    if kind == "type":
        kinds = [_TYPE_WORDS[str(name)] for name in value] if isinstance(value, list) else []
        return "type", f"must be {' or '.join(kinds)}"
    if kind == "enum":
        allowed = ", ".join(map(str, value)) if isinstance(value, list) else ""
        return "choice", f"must be one of {allowed}"
    return _LIMIT_WORDS[kind][0], _LIMIT_WORDS[kind][1].format(value)


# A keyword of the schema that has no words here would be a `KeyError`: a test walks all of them.
_LIMIT_WORDS: Final = {
    "minimum": ("range", "must be {} or more"),
    "minLength": ("empty", "must not be empty"),
    "maxLength": ("too_long", "must have at most {} characters"),
    "minItems": ("too_few", "must have at least {} entry"),
    "maxItems": ("too_many", "must have at most {} entries"),
    "uniqueItems": ("duplicate", "must not hold the same entry twice"),
    "minProperties": ("too_few", "must have at least {} field"),
    "maxProperties": ("too_many", "must have at most {} fields"),
}

# Where the number says more than the row of the code (`trace.refusal_words`).
_LIMIT_ZH: Final = {
    "minimum": "不能小于 {}。",
    "maxLength": "最多 {} 个字符。",
    "minItems": "至少要有 {} 项。",
    "maxItems": "最多 {} 项。",
}


def _field_names(schema: object, found: set[str]) -> set[str]:
    if isinstance(schema, dict):
        properties = schema.get("properties")
        if isinstance(properties, dict):
            found.update(properties)
        for part in schema.values():
            _field_names(part, found)
    return found


FIELD_NAMES: Final = sorted(_field_names(dict(shape.EVENT_SHAPES), set()))
