"""The blueprint of the API: strict arguments, documented rights, documented problems."""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

import marshmallow as ma
from flask_smorest import Api, Blueprint  # type: ignore[import-untyped] # It has no types.

from parties.access import Action, has_role_for
from parties.actors import ANONYMOUS
from web.api.parsing import StrictParser
from web.problems import PROBLEM_TYPE, ProblemSchema

SECURITY_SCHEME: Final = "apiKey"


View: TypeAlias = Callable[..., Any]
Shape: TypeAlias = ma.Schema | type[ma.Schema]


class ApiBlueprint(Blueprint):  # type: ignore[misc] # It has no types.
    """A blueprint whose views are wrapped by `requires` and whose bodies are read strictly."""

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._prepare_doc_cbks.append(_document_right)

    def route(self, rule: str, **options: Any) -> Callable[[View], View]:
        """Register a view under a rule."""
        decorate: Callable[[View], View] = super().route(rule, **options)
        return decorate

    def arguments(
        self, schema: Shape, *, location: str = "json", **options: Any
    ) -> Callable[[View], View]:
        """Read the body (or the query) strictly and hand it to the view."""
        decorate: Callable[[View], View] = super().arguments(schema, location=location, **options)
        return decorate

    def response(
        self, status_code: int, schema: Shape | None = None, **options: Any
    ) -> Callable[[View], View]:
        """Write the view's answer in a shape; a `Response` goes out as it is."""
        decorate: Callable[[View], View] = super().response(status_code, schema, **options)
        return decorate

    def alt_response(
        self, status_code: int, response: str | None = None, **options: Any
    ) -> Callable[[View], View]:
        """Document another answer."""
        decorate: Callable[[View], View] = super().alt_response(status_code, response, **options)
        return decorate

    def doc(self, **options: Any) -> Callable[[View], View]:
        """Add to the description of an operation."""
        decorate: Callable[[View], View] = super().doc(**options)
        return decorate

    def after_request(self, view: View) -> View:
        """Let `view` finish every answer of this blueprint."""
        done: View = super().after_request(view)
        return done


def _document_right(doc: dict[str, Any], doc_info: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Say which right an operation needs; an open one may also be called without a key."""
    action = doc_info.get("action")
    if isinstance(action, Action):
        doc["security"] = [{SECURITY_SCHEME: []}]
        if has_role_for(ANONYMOUS, action):
            doc["security"].append({})
        doc["x-right"] = action.value
    return doc


class ProblemApi(Api):  # type: ignore[misc] # It has no types.
    """The API whose errors are documented as RFC 9457 problems.

    The errors themselves are made by `web.problems` for the whole application.
    """

    ERROR_SCHEMA = ProblemSchema

    def register_blueprint(
        self, blp: ApiBlueprint, *, is_described: bool = False, **options: Any
    ) -> None:
        """Register the routes of a blueprint, and describe them where they are not yet."""
        if not is_described:
            super().register_blueprint(blp, **options)
            return
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blp.name] = self
        self._app.register_blueprint(blp, **options)

    def _register_error_handlers(self) -> None:
        """Leave every error to `web.problems`."""

    def _register_responses(self) -> None:
        super()._register_responses()
        responses = self.spec.components.responses_lazy
        for name in responses:
            content = responses[name].get("content", {})
            if "application/json" in content:
                content[PROBLEM_TYPE] = content.pop("application/json")
