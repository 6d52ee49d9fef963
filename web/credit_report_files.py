"""The files of a credit report as the interface and the pages hand them out."""

from typing import Final

from flask import Response

from credit.reporting.numbers import number_typed
from parties.actors import Actor
from web.credit_reports import json_for, pdf_for
from web.services import Services

NAMES: Final = ("report.pdf", "report.json")

_MAKERS: Final = {
    "report.pdf": (pdf_for, "application/pdf"),
    "report.json": (json_for, "application/json"),
}


def report_download(parts: Services, actor: Actor, number: str, name: str) -> Response:
    """Return a file of a report that an actor asked for, not to be kept on the way."""
    make, media_type = _MAKERS[name]
    answer = Response(make(parts, actor, number), mimetype=media_type)
    known = number_typed(number)
    answer.headers["Content-Disposition"] = f'attachment; filename="{known}-{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
