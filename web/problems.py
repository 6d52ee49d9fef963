"""Errors as RFC 9457 problem documents, or as a readable page for somebody with a browser."""

from html import escape
from trace.refusal_words import known_zh, zh_of
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import marshmallow as ma
import orjson
import structlog
from flask import Flask, Response, g, render_template, request
from jinja2 import TemplateError, TemplateNotFound
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException

from base.errors import Problem
from credit.refusal_words import sentence_zh
from web.errors import Answer, answer_of, problem_type
from web.session import holds_session

PROBLEM_TYPE: Final = "application/problem+json"

# Callers of these paths are programs, whatever their Accept header says.
_PROGRAM_PATHS: Final = ("/api/", "/epcis/", "/.well-known/", "/healthz", "/readyz", "/metrics")
_JSON_TYPES: Final = (PROBLEM_TYPE, "application/json")

_log = structlog.get_logger(__name__)


class ProblemItemSchema(ma.Schema):
    """One thing wrong with the input."""

    path = ma.fields.String(metadata={"description": "Field; empty for the whole input."})
    code = ma.fields.String(metadata={"description": "Stable word for programs."})
    message = ma.fields.String(metadata={"description": "What is wrong, in English."})
    message_zh = ma.fields.String(
        metadata={"description": "What is wrong, in Chinese, where there are words for it."}
    )


class ProblemSchema(ma.Schema):
    """A problem document (RFC 9457)."""

    type = ma.fields.String(metadata={"description": "URI of the kind of problem."})
    title = ma.fields.String()
    status = ma.fields.Integer()
    detail = ma.fields.String()
    detail_zh = ma.fields.String(
        metadata={"description": "The detail in Chinese, where there are words for it."}
    )
    instance = ma.fields.String(metadata={"description": "URN with the number of the request."})
    code = ma.fields.String(metadata={"description": "Stable word for programs."})
    errors = ma.fields.List(ma.fields.Nested(ProblemItemSchema))


def install_problems(app: Flask) -> None:
    """Let every exception of a request become a problem document or an error page."""
    app.register_error_handler(Exception, _handle)


def problem_response(answer: Answer) -> Response:
    """Return the problem document of an answer."""
    document = {
        "type": problem_type(answer, request.path),
        "title": answer.title,
        "status": answer.status,
        "detail": answer.detail,
        "instance": f"urn:suxin:request:{g.get('request_id', '')}",
        "code": answer.code,
        "errors": [_item(problem) for problem in answer.problems],
    }
    said = sentence_zh(answer.detail)
    if said:
        document["detail_zh"] = said
    # A message may quote what was sent, and what was sent may hold a lone surrogate.
    text = orjson.dumps(document, default=str)
    return Response(text, status=answer.status, content_type=PROBLEM_TYPE)


def _item(problem: Problem) -> dict[str, str]:
    told = {"path": problem.path, "code": problem.code, "message": problem.message}
    # A refusal that nobody has Chinese words for says nothing in Chinese, rather than another one.
    said = known_zh(problem)
    return {**told, "message_zh": said} if said else told


def _handle(error: Exception) -> Any:
    if isinstance(error, RoutingException) or (
        isinstance(error, HTTPException) and (error.code is None or error.code < 400)
    ):
        return error  # A redirect is an answer and no problem.
    answer = answer_of(error)
    if answer.status >= 500:
        # The rule and not the path, which may be the number of a person as it was typed.
        rule = "" if request.url_rule is None else request.url_rule.rule
        _log.error("request_failed", rule=rule, status=answer.status, exc_info=error)
    response = _page(answer) if _wants_page() else problem_response(answer)
    response.headers.extend(answer.headers)
    response.headers["Cache-Control"] = "no-store"
    return response


def _wants_page() -> bool:
    if request.path.startswith(_PROGRAM_PATHS):
        return False
    best = request.accept_mimetypes.best_match([*_JSON_TYPES, "text/html"])
    return best == "text/html"


def _page(answer: Answer) -> Response:
    request_id = g.get("request_id", "")
    try:
        html = render_template(
            "error.html",
            answer=answer,
            request_id=request_id,
            zh_of=zh_of,
            detail_zh=sentence_zh(answer.detail),
            bytes_max=request.max_content_length,
            back=_form_before(),
            # Whoever is at work finds the way back; where the service fails nothing more is asked.
            is_at_work=answer.status < 500 and holds_session(),
        )
    except TemplateNotFound:
        html = _plain_page(answer, request_id)
    except TemplateError:
        # A page about one error must not become another: what is left is plain, and is logged.
        _log.exception("error_page_failed")
        html = _plain_page(answer, request_id)
    return Response(html, status=answer.status, content_type="text/html; charset=utf-8")


def _form_before() -> str:
    """Return the page of ours that a form was sent from; "" where nothing says so."""
    if request.method != "POST" or not request.referrer:
        return ""
    before = urlsplit(request.referrer)
    is_ours = (before.scheme, before.netloc) == (request.scheme, request.host)
    # Two slashes at the start of a path would name another host.
    is_ours = is_ours and not before.path.startswith("//")
    return urlunsplit(("", "", before.path, before.query, "")) if is_ours else ""


def _plain_page(answer: Answer, request_id: str) -> str:
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{answer.status} {escape(answer.title_zh)}</title></head><body><main>"
        f"<h1>{escape(answer.title_zh)}</h1>"
        f'<p lang="en">{escape(answer.title)}. {escape(answer.detail)}</p>'
        f"<p>{answer.status} · {escape(request_id)}</p></main></body></html>"
    )
