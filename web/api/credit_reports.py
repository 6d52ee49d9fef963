"""Credit reports over HTTP: asked for, handed out, verified, and who looked at whose record.

One rule: whoever verifies a report needs its number and its code and is told no fact of it.
"""

from datetime import datetime
from typing import Any, Final

import marshmallow as ma
from flask import Response, request

from credit.reporting.making import Edition
from credit.reporting.reading import IssuedReport, Standing
from ledger.batch import Idempotency
from parties.access import Action
from web.api.blueprint import ApiBlueprint
from web.api.fields import Instant, LegalDay, StrictSchema, text
from web.api.pages_before import NEXT_TOLD, page_before
from web.auth import current_actor, requires
from web.credit_report_files import report_download
from web.credit_reports import (
    GUARDIAN_CHARS_MAX,
    PersonTyped,
    ReportTyped,
    accesses_for,
    compare_file,
    issue_for,
    issue_personal_for,
    link_of,
    person_asked,
    reports_for,
    verify_report,
)
from web.idempotency import idempotency_key, request_hash
from web.services import services

BLUEPRINT = ApiBlueprint(
    "credit-reports", __name__, url_prefix="/api/v1", description="Credit reports."
)

_CODE_CHARS_MAX: Final = 40
_NAME_CHARS_MAX: Final = 200
_PURPOSE_CHARS_MAX: Final = 400
_HASH: Final = ma.validate.Regexp(r"[0-9a-f]{64}\Z", error="Is no SHA-256 in hex.")


class CreditReportIn(StrictSchema):
    """Whose report, in which edition, of which day, for whom and what for."""

    uscc = text(_CODE_CHARS_MAX, load_default="")
    edition = ma.fields.String(
        load_default=Edition.PUBLIC.value,
        validate=ma.validate.OneOf([Edition.PUBLIC.value, Edition.FULL.value]),
    )
    issued_to = text(_NAME_CHARS_MAX, load_default="")
    purpose = text(_PURPOSE_CHARS_MAX, chars_min=1, required=True)
    day = LegalDay(load_default=None)
    known_at = Instant(load_default=None, format="iso")


class PersonalReportIn(StrictSchema):
    """Whose report, by an ID number that is kept nowhere, and by what authorisation."""

    number = text(_CODE_CHARS_MAX, required=True)
    issued_to = text(_NAME_CHARS_MAX, chars_min=1, required=True)
    purpose = text(_PURPOSE_CHARS_MAX, chars_min=1, required=True)
    authorisation_sha256 = ma.fields.String(required=True, validate=_HASH)
    authorised_until = LegalDay(required=True)
    guardian = text(
        GUARDIAN_CHARS_MAX,
        load_default="",
        metadata={"description": "Of a minor: who consented as guardian, and why it is needed."},
    )


class ReportListQuery(StrictSchema):
    """The number of the entry before which the page begins."""

    before = ma.fields.Integer(load_default=None, validate=ma.validate.Range(min=0, max=2**53))


class ReportCodeQuery(StrictSchema):
    """The code that stands beside the number on the paper."""

    code = text(_CODE_CHARS_MAX, required=True)


class AccessQuery(StrictSchema):
    """The instant before which the page begins."""

    before = Instant(load_default=None, format="iso")


class CreditReportOut(ma.Schema):
    """A report that was issued; `link` is what the code on its paper leads to."""

    number = ma.fields.String()
    edition = ma.fields.String()
    seq = ma.fields.Integer(metadata={"description": "Its entry of the ledger."})
    day = ma.fields.Date()
    issued_at = ma.fields.AwareDateTime(format="iso")
    issued_to = ma.fields.String()
    purpose = ma.fields.String()
    report_sha256 = ma.fields.String()
    pdf_sha256 = ma.fields.String()
    erased = ma.fields.Boolean()
    link = ma.fields.String()


class CreditReportsOut(ma.Schema):
    """Reports, the newest first."""

    reports = ma.fields.List(ma.fields.Nested(CreditReportOut))
    next_before = ma.fields.Integer(allow_none=True, metadata={"description": NEXT_TOLD})


class VerifiedReportOut(ma.Schema):
    """What a report is worth today: `changed` means that facts have changed since."""

    number = ma.fields.String()
    edition = ma.fields.String()
    standing = ma.fields.Enum(Standing, by_value=ma.fields.String)
    name = ma.fields.String()
    uscc = ma.fields.String()
    day = ma.fields.Date()
    issued_at = ma.fields.AwareDateTime(format="iso")
    seq = ma.fields.Integer()
    report_sha256 = ma.fields.String()
    pdf_sha256 = ma.fields.String()


class ComparedFileOut(ma.Schema):
    """Which of the issued files it is: `json`, `pdf`, or "" for none of them."""

    sha256 = ma.fields.String()
    same_as = ma.fields.String()


class AccessOut(ma.Schema):
    """Somebody looked at a record. `actor` is the ledger's name of whoever did."""

    at = ma.fields.AwareDateTime(format="iso")
    actor = ma.fields.String()
    what = ma.fields.String()
    purpose = ma.fields.String()
    issued_to = ma.fields.String()
    number = ma.fields.String()
    person = ma.fields.Boolean(attribute="is_person")
    kept_until = ma.fields.Date()


class AccessesOut(ma.Schema):
    """Who looked, the newest first."""

    accesses = ma.fields.List(ma.fields.Nested(AccessOut))
    next_before = ma.fields.AwareDateTime(
        format="iso", allow_none=True, metadata={"description": NEXT_TOLD}
    )


@BLUEPRINT.route("/credit/reports", methods=["POST"])
@requires(Action.ISSUE_CREDIT_REPORTS)
@BLUEPRINT.arguments(CreditReportIn)
@BLUEPRINT.response(201, CreditReportOut)
def post_report(body: dict[str, Any]) -> dict[str, Any]:
    """Issue a report of an enterprise: a public one, or a full one where one has a right to it."""
    typed = ReportTyped(
        edition=Edition(body["edition"]),
        uscc=body["uscc"].strip().upper(),
        issued_to=body["issued_to"],
        purpose=body["purpose"],
        day=body["day"],
        known_at=body["known_at"],
    )
    return _told(issue_for(services(), current_actor(), typed, idempotency=_once(body)))


@BLUEPRINT.route("/credit/personal-reports", methods=["POST"])
@requires(Action.ISSUE_PERSONAL_REPORTS)
@BLUEPRINT.arguments(PersonalReportIn)
@BLUEPRINT.response(201, CreditReportOut)
def post_personal_report(body: dict[str, Any]) -> dict[str, Any]:
    """Issue a natural person's report under the person's own authorisation; it is logged."""
    typed = PersonTyped(
        number=body["number"],
        issued_to=body["issued_to"],
        purpose=body["purpose"],
        authorisation_hash=bytes.fromhex(body["authorisation_sha256"]),
        authorised_until=body["authorised_until"],
        guardian=" ".join(body["guardian"].split()),
    )
    parts = services()
    # The number is in no hash: whoever has few to try out would find it. Its keyed id is.
    asked = {**body, "number": str(person_asked(parts, body["number"]))}
    return _told(issue_personal_for(parts, current_actor(), typed, idempotency=_once(asked)))


@BLUEPRINT.route("/credit/reports", methods=["GET"])
@requires(Action.READ_CREDIT)
@BLUEPRINT.arguments(ReportListQuery, location="query")
@BLUEPRINT.response(200, CreditReportsOut)
def get_reports(query: dict[str, Any]) -> dict[str, Any]:
    """List the reports that one asked for oneself; an auditor sees everybody's."""
    parts = services()
    most = parts.settings.page_size_max
    found = reports_for(parts, current_actor(), before=query["before"], rows_max=most + 1)
    shown, following = page_before(found, most, lambda one: one.seq)
    return {"reports": [_told(one) for one in shown], "next_before": following}


@BLUEPRINT.route("/credit/reports/<number>/report.json", methods=["GET"])
@requires(Action.ISSUE_CREDIT_REPORTS)
@BLUEPRINT.response(200)
def get_report_json(number: str) -> Response:
    """Give the file of a report of one's own that proves itself."""
    return report_download(services(), current_actor(), number, "report.json")


@BLUEPRINT.route("/credit/reports/<number>/report.pdf", methods=["GET"])
@requires(Action.ISSUE_CREDIT_REPORTS)
@BLUEPRINT.response(200)
def get_report_pdf(number: str) -> Response:
    """Give the paper of a report of one's own, as it was issued."""
    return report_download(services(), current_actor(), number, "report.pdf")


@BLUEPRINT.route("/credit/reports/<number>/verification", methods=["GET"])
@requires(Action.READ_CREDIT_LISTS)
@BLUEPRINT.arguments(ReportCodeQuery, location="query")
@BLUEPRINT.response(200, VerifiedReportOut)
def get_verification(query: dict[str, Any], number: str) -> dict[str, Any]:
    """Tell what a report is worth today to whoever has its number and code."""
    found = verify_report(services(), number, query["code"])
    return {
        **_told(found.report),
        "standing": found.standing,
        "name": found.name,
        "uscc": found.uscc,
    }


@BLUEPRINT.route("/credit/reports/<number>/comparison", methods=["POST"])
@requires(Action.READ_CREDIT_LISTS)
@BLUEPRINT.arguments(ReportCodeQuery, location="query")
@BLUEPRINT.response(200, ComparedFileOut)
def post_comparison(query: dict[str, Any], number: str) -> Any:
    """Tell whether the bytes of the body are the report's paper, or say what the report says."""
    return compare_file(services(), number, query["code"], request.get_data(cache=False))


@BLUEPRINT.route("/credit/accesses", methods=["GET"])
@requires(Action.READ_CREDIT)
@BLUEPRINT.arguments(AccessQuery, location="query")
@BLUEPRINT.response(200, AccessesOut)
def get_accesses(query: dict[str, Any]) -> dict[str, Any]:
    """Tell who looked at one's own record and why; an auditor sees every look."""
    parts = services()
    before: datetime | None = query["before"]
    most = parts.settings.page_size_max
    found = accesses_for(parts, current_actor(), before=before, rows_max=most + 1)
    shown, following = page_before(found, most, lambda one: one.at)
    return {"accesses": shown, "next_before": following}


def _told(report: IssuedReport) -> dict[str, Any]:
    return {
        "number": report.number,
        "edition": report.edition.value,
        "seq": report.seq,
        "day": report.day,
        "issued_at": report.issued_at,
        "issued_to": report.issued_to,
        "purpose": report.purpose,
        "report_sha256": report.report_hash.hex(),
        "pdf_sha256": report.pdf_hash.hex(),
        "erased": report.erased_at is not None,
        "link": link_of(services(), report.number),
    }


def _once(values: object) -> Idempotency | None:
    key = idempotency_key()
    return None if key is None else Idempotency(key=key, request_hash=request_hash(values))
