"""Files of recalls as the API and the pages hand them out."""

from trace.recall.reading import read_recall
from typing import Final
from uuid import UUID

from flask import Response

from base.db import reading
from parties.actors import Actor
from web.recall_papers import letters_pdf, report_json, report_pdf
from web.services import Services

NAMES: Final = ("report.pdf", "report.json", "letters.pdf")

_MAKERS: Final = {
    "report.pdf": (report_pdf, "application/pdf"),
    "report.json": (report_json, "application/json"),
    "letters.pdf": (letters_pdf, "application/pdf"),
}


def recall_file(parts: Services, actor: Actor, recall_id: UUID, name: str) -> Response:
    """Return a file of a recall that an actor may see, not to be kept on the way."""
    make, media_type = _MAKERS[name]
    data = make(parts, actor, recall_id)
    with reading(parts.engine) as connection:
        number = read_recall(connection, parts.log, recall_id).number
    answer = Response(data, mimetype=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="{number}-{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
