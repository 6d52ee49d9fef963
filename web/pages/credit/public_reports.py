"""The page that a report's QR leads to: whether it is genuine, of which day, and what it is worth.

The rule that must stay true: without number and code of one report nothing is told, not even that
there is such a number; with them nothing but what the paper itself says, and no fact.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from flask import Blueprint, Response, redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from base.errors import InputTooLarge, InvalidInput, NotFound
from credit.reporting.layout import layout
from credit.reporting.making import Edition
from credit.reporting.numbers import SNAPSHOT_PREFIX, number_typed
from credit.reporting.reading import Standing
from web.credit_reports import Compared, Verified, compare_file, verify_report
from web.form_file import file_of_form
from web.pages.credit import words
from web.pages.credit.report_words import EDITIONS
from web.pages.languages import say as _
from web.pages.work_blueprint import when
from web.services import services

blueprint = Blueprint("credit_verification", __name__)

_TYPED_CHARS_MAX: Final = 40
NOT_KEPT: Final = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer in one glance: a tone, a headline and what follows from it."""

    tone: str
    headline: str
    advice: str


_VERDICTS: Final[Mapping[Standing, Callable[[], Verdict]]] = {
    Standing.VALID: lambda: Verdict(
        tone="good",
        headline=_("Genuine, and still current"),
        advice=_("This service issued it, and a report of today would say the same."),
    ),
    Standing.CHANGED: lambda: Verdict(
        tone="warn",
        headline=_("Genuine, but superseded"),
        advice=_("This service issued it, but facts have changed since. Ask for a new report."),
    ),
    Standing.LOOK_BACK: lambda: Verdict(
        tone="warn",
        headline=_("Genuine, a look back"),
        advice=_("It tells what was known of another day and says nothing of today."),
    ),
    Standing.ERASED: lambda: Verdict(
        tone="warn",
        headline=_("Issued once, and erased since"),
        advice=_("What is kept of the person was erased; the report is worth nothing any more."),
    ),
}


@blueprint.context_processor
def _shared() -> dict[str, object]:
    return {"credit_words": words, "credit_log": services().log, "when": when}


@blueprint.get("/credit/reports")
def ask_for_report() -> WerkzeugResponse | str:
    """Take number and code from whoever cannot scan the paper, and lead to the page of it."""
    number, code = _typed("number"), typed_code()
    known = number_typed(number)
    if known and code:
        kind = "snapshots" if known.startswith(SNAPSHOT_PREFIX) else "reports"
        return redirect(f"/credit/{kind}/{known}?{urlencode({'code': code})}", 303)
    return _ask(number, code, is_wrong=bool(number or code))


@blueprint.get("/credit/reports/<number>")
def verification(number: str) -> Response:
    """Tell whoever holds a report whether it is genuine and still current."""
    try:
        return _told(verify_report(services(), number, typed_code()))
    except NotFound:
        return unknown(number)


@blueprint.post("/credit/reports/<number>")
def comparison(number: str) -> Response:
    """Tell whether a file is the report that was issued, byte for byte or word for word."""
    parts, code = services(), typed_code()
    try:
        found = verify_report(parts, number, code)
    except NotFound:
        return unknown(number)
    try:
        data = file_of_form(request, "file", layout().limits.compare_bytes)
        compared = compare_file(parts, number, code, data)
    except InputTooLarge:
        return _told(found, problem=too_large(), status=413)
    except InvalidInput:
        return _told(found, problem=_("Choose the file of the report."), status=400)
    return _told(found, compared=compared)


def _told(
    found: Verified, *, compared: Compared | None = None, problem: str = "", status: int = 200
) -> Response:
    report = found.report
    body = render_template(
        "credit/public_report.html",
        paper=report,
        is_comparable=report.erased_at is None,
        name=found.name,
        uscc=found.uscc,
        verdict=_VERDICTS[found.standing](),
        edition=EDITIONS[report.edition](),
        is_person=report.edition is Edition.PERSONAL,
        code=typed_code(),
        compared=compared,
        problem=problem,
        size_mb=layout().limits.compare_bytes >> 20,
    )
    return Response(body, status=status, headers=NOT_KEPT)


def unknown(number: str) -> Response:
    """Answer a wrong number, a wrong code and none at all alike."""
    body = _ask(number[:_TYPED_CHARS_MAX], typed_code(), is_wrong=True)
    return Response(body, status=404, headers=NOT_KEPT)


def _ask(number: str, code: str, *, is_wrong: bool) -> str:
    return render_template(
        "credit/public_report_ask.html",
        number=number,
        code=code,
        is_wrong=is_wrong,
        is_snapshot=number.strip().upper().startswith(SNAPSHOT_PREFIX),
    )


def too_large() -> str:
    """Return that a file is no report."""
    size = str(layout().limits.compare_bytes >> 20)
    return _("The file is larger than %(size)s MB: that is no report of this service.", size=size)


def typed_code() -> str:
    """Return the code of the address."""
    return _typed("code")


def _typed(name: str) -> str:
    return request.args.get(name, "").strip()[:_TYPED_CHARS_MAX]
