"""An EPCIS document sent on a page, as a program of one's own wrote it.

One rule: a document that was sent twice from one page is one request, and what became of it is told
to its own party alone.
"""

from collections.abc import Sequence
from hashlib import sha256
from trace.capture import Submission, submit
from trace.capture_problems import is_advice
from trace.captures import ErrorBehaviour, read_capture
from typing import Final
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from base.db import reading
from base.errors import AppError, NotFound, Problem
from ledger.batch import Idempotency
from parties.access import Action
from schemas.epcis import read_document
from web.captures import queue_document
from web.issuing import party_of
from web.pages.languages import say as _
from web.pages.work_blueprint import blueprint
from web.pages.work_forms import Form, blank, once_of, typed
from web.pages.work_refusals import Refusals, refusal_words
from web.services import services
from web.session import page_actor, page_requires

_FILE: Final = "file"
_TOLD_MAX: Final = 20


@blueprint.get("/document")
@page_requires(Action.CAPTURE)
def document() -> str:
    """Ask for the file."""
    return _page(blank("document"))


@blueprint.post("/document")
@page_requires(Action.CAPTURE)
def send_document() -> WerkzeugResponse | tuple[str, int]:
    """Record a document, a large one by a worker; what came of it is on its own page."""
    parts, actor, form = services(), page_actor(), typed("document")
    party_of(actor, Action.CAPTURE)
    sent = request.files.get(_FILE)
    body = b"" if sent is None else sent.stream.read(parts.settings.capture_bytes_max + 1)
    if not body:
        form.wrong(_FILE, _("Choose the filled-in file."))
        return _page(form), 400
    once = once_of(form)
    same = None if once is None else Idempotency(
        key=f"document:{once}", request_hash=sha256(body).digest()
    )  # fmt: skip
    try:
        read = read_document(body, limits=parts.document_limits)
        if len(read.events) > parts.settings.capture_direct_events_max:
            capture_id = queue_document(
                parts,
                actor,
                body,
                behaviour=ErrorBehaviour.ROLLBACK,
                event_count=len(read.events),
                idempotency=same,
            ).id
        else:
            submission = Submission(actor=actor, document=read, idempotency=same)
            capture_id, _receipt = submit(parts.desk, submission)
    except AppError as refusal:
        form.wrong(_FILE, _("Nothing was recorded."))
        return _page(form, _told(refusal)), 400
    return redirect(f"/work/documents/{capture_id}", 303)


@blueprint.get("/documents/<uuid:capture_id>")
@page_requires(Action.CAPTURE)
def document_state(capture_id: UUID) -> str:
    """Show what became of a document of one's own."""
    parts, actor = services(), page_actor()
    with reading(parts.engine) as connection:
        capture = read_capture(connection, parts.log, capture_id)
    if capture.party_id != actor.party_id:
        raise NotFound("There is no document of yours under this number.")
    told = [one for one in capture.problems if not is_advice(one)][:_TOLD_MAX]
    return render_template(
        "work/document_state.html",
        capture=capture,
        problems=[_said(problem) for problem in told],
    )


def _told(refusal: AppError) -> list[str]:
    whole = Problem(path="", code=refusal.code, message=refusal.message)
    return [_said(problem) for problem in refusal.problems[:_TOLD_MAX] or (whole,)]


def _said(problem: Problem) -> str:
    words = refusal_words(problem, Refusals())
    return f"{problem.path}: {words}" if problem.path else words


def _page(form: Form, told: Sequence[str] = ()) -> str:
    return render_template("work/document.html", form=form, told=told)
