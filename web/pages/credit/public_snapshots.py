"""The page that a snapshot's QR leads to: whether it is genuine, and whether the list changed.

The rule that must stay true: without number and code nothing is told; and lines are given to
anybody only where the law lets the list be public and every one of them still stands today.
"""

from collections.abc import Callable, Mapping
from typing import Final

from flask import Blueprint, Response, render_template, request

from base.errors import InputTooLarge, InvalidInput, NotFound
from credit.reporting.layout import layout
from credit.reporting.snapshot_reading import ListStanding
from credit.rulebook.lists import credit_lists
from web.credit_reports import Compared
from web.credit_snapshots import (
    NAMES,
    VerifiedSnapshot,
    compare_snapshot,
    open_download,
    verify_snapshot,
)
from web.form_file import file_of_form
from web.pages.credit import words
from web.pages.credit.public_reports import NOT_KEPT, Verdict, too_large, typed_code, unknown
from web.pages.languages import say as _
from web.pages.work_blueprint import when
from web.services import services

blueprint = Blueprint("credit_snapshots_public", __name__)

_VERDICTS: Final[Mapping[ListStanding, Callable[[], Verdict]]] = {
    ListStanding.CURRENT: lambda: Verdict(
        tone="good",
        headline=_("Genuine, and still current"),
        advice=_("This service took it, and the list of today says the same."),
    ),
    ListStanding.CHANGED: lambda: Verdict(
        tone="warn",
        headline=_("Genuine, but the list has changed"),
        advice=_("It tells what was known of its day. Who is on the list today says the list."),
    ),
    ListStanding.NOT_COMPARED: lambda: Verdict(
        tone="warn",
        headline=_("Genuine, of its day"),
        advice=_("The list is too long to be compared with today's here. Ask the list itself."),
    ),
}


@blueprint.context_processor
def _shared() -> dict[str, object]:
    return {"credit_words": words, "credit_log": services().log, "when": when}


@blueprint.get("/credit/snapshots/<number>")
def snapshot_verification(number: str) -> Response:
    """Tell whoever holds a snapshot whether it is genuine and whether the list changed."""
    try:
        return _told(verify_snapshot(services(), number, typed_code()))
    except NotFound:
        return unknown(number)


@blueprint.post("/credit/snapshots/<number>")
def snapshot_comparison(number: str) -> Response:
    """Tell whether a file is one of the snapshot's own."""
    parts = services()
    try:
        found = verify_snapshot(parts, number, typed_code())
    except NotFound:
        return unknown(number)
    try:
        data = file_of_form(request, "file", layout().limits.compare_bytes)
    except InputTooLarge:
        return _told(found, problem=too_large(), status=413)
    except InvalidInput:
        data = b""
    if not data:
        return _told(found, problem=_("Choose the file of the snapshot."), status=400)
    return _told(found, compared=compare_snapshot(parts, found.snapshot, data))


@blueprint.get("/credit/snapshots/<number>/<name>")
def open_snapshot_file(number: str, name: str) -> Response:
    """Give a file of a snapshot whose every line anybody may know."""
    return open_download(services(), number, typed_code(), name)


def _told(
    found: VerifiedSnapshot,
    *,
    compared: Compared | None = None,
    problem: str = "",
    status: int = 200,
) -> Response:
    body = render_template(
        "credit/public_snapshot.html",
        paper=found.snapshot,
        is_comparable=True,
        list=credit_lists()[found.snapshot.list],
        verdict=_VERDICTS[found.standing](),
        files=NAMES if found.is_open else (),
        code=typed_code(),
        compared=compared,
        problem=problem,
        size_mb=layout().limits.compare_bytes >> 20,
    )
    return Response(body, status=status, headers=NOT_KEPT)
