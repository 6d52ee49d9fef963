"""Reads requests strictly: one parser for all API operations.

The rule that must stay true: a body is JSON with one meaning (`base.strict_json`), an unknown field
or query parameter is refused, and so is a parameter given twice.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NoReturn

import marshmallow as ma
from flask import Request
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import UnsupportedMediaType

from base.errors import InvalidInput, Problem
from base.strict_json import field_path, loads
from web.bodies import read_body
from web.services import services

# The words of marshmallow's own refusals, as stable words for programs and as this house says it.
_WORDS: Final = {
    "Missing data for required field.": ("required", "is required"),
    "Unknown field.": ("unknown_field", "is no field of this request"),
    "Field may not be null.": ("null", "is not null"),
    "Invalid input type.": ("type", "is of another type"),
}


class StrictParser(FlaskParser):
    """The parser behind `ApiBlueprint.arguments`."""

    DEFAULT_VALIDATION_STATUS: int = 400
    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {  # noqa: RUF012 -- the type is webargs'
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "query": ma.RAISE,
    }

    def load_json(self, req: Request, schema: ma.Schema) -> Any:  # noqa: ARG002 -- the signature is webargs'
        """Return the body; raises `InvalidInput`, `InputTooLarge` or a 415."""
        if req.mimetype != "application/json":
            raise UnsupportedMediaType("Send the body as application/json.")
        settings = services().settings
        body = read_body(req, settings.body_bytes_max)
        return loads(body, bytes_max=settings.body_bytes_max, depth_max=settings.body_depth_max)

    def load_querystring(self, req: Request, schema: ma.Schema) -> Any:
        """Return the query parameters, each of them given once."""
        twice = [name for name, values in req.args.lists() if len(values) > 1]
        if twice:
            problem = Problem(path=twice[0], code="twice", message="is given more than once")
            raise InvalidInput(f"{twice[0]}: is given more than once", problems=(problem,))
        return super().load_querystring(req, schema)

    def handle_error(
        self,
        error: ma.ValidationError,
        req: Request,  # noqa: ARG002 -- the signature is webargs'
        schema: ma.Schema,  # noqa: ARG002 -- the signature is webargs'
        *,
        error_status_code: int | None,  # noqa: ARG002 -- the signature is webargs'
        error_headers: Mapping[str, str] | None,  # noqa: ARG002 -- the signature is webargs'
    ) -> NoReturn:
        """Raise `InvalidInput` with a path for every message."""
        messages = error.messages
        # The outermost level is the place in the request: one of json, query, path.
        inner = next(iter(messages.values())) if isinstance(messages, dict) else messages
        problems = tuple(_problems(inner, ()))
        first = problems[0]
        where = f"{first.path}: " if first.path else ""
        raise InvalidInput(f"{where}{first.message}", problems=problems)


def _problems(messages: object, path: tuple[str | int, ...]) -> Iterator[Problem]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            is_whole = key == "_schema"
            yield from _problems(inner, path if is_whole else (*path, key))
    elif isinstance(messages, Sequence) and not isinstance(messages, str):
        for inner in messages:
            yield from _problems(inner, path)
    else:
        code, message = _WORDS.get(str(messages), ("invalid", str(messages)))
        yield Problem(path=field_path(path), code=code, message=message)
