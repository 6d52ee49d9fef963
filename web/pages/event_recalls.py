"""What the pages of recording say of recalls, before and after something is recorded.

One rule: the words are those of the one door in, so that no page says less than the record.
"""

from trace.capture import warnings_of
from trace.recall.marks import recalls_of
from trace.recall.warning import CODE, warning_of
from typing import Final

import orjson
from sqlalchemy import Connection

from base.errors import AppError, Problem
from base.strict_json import JsonObject
from schemas.epcis import read_event
from web.pages.event_form import NAMESPACES
from web.pages.languages import chosen_lang
from web.services import Services

_ZH: Final = "zh"


def said_of_code(connection: Connection, parts: Services, uri: str) -> list[str]:
    """Return what is to be known of a code before anything is recorded of it."""
    return [_words(warning_of("", uri, mark)) for mark in recalls_of(connection, parts.log, {uri})]


def said_of_event(parts: Services, event: JsonObject) -> list[str]:
    """Return of what an event that is about to be sent would be warned."""
    try:
        body = orjson.dumps({"@context": [dict(NAMESPACES)], **event})
        document = read_event(body, limits=parts.document_limits)
    except AppError:
        # What is wrong with it the door says when it is sent.
        return []
    return [_words(problem) for problem in warnings_of(parts.desk, document)]


def is_recalled(problem: Problem) -> bool:
    """Return whether a piece of advice is about a recall."""
    return problem.code == CODE


def _words(problem: Problem) -> str:
    return problem.message_zh if chosen_lang() == _ZH else problem.message
