"""Credit reports on pages: asked for, handed out, and who looked at whose record.

The rule that must stay true: a party gets a full report of itself alone; and the number of a
natural person is in no answer and no kept form, whatever else was wrong.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from base.clock import has_day_in_every_zone
from base.db import reading
from base.errors import AppError, Forbidden, NotFound
from codes.cn.persons import is_id_number
from credit.looking_up import SubjectCard, subjects_by_id
from credit.reporting.issuing import authorised_to
from credit.reporting.making import Edition
from credit.reporting.numbers import number_typed
from credit.reporting.reading import Access, IssuedReport
from credit.reporting.tables import PURPOSE_CHARS_MAX
from credit.tables import NAME_CHARS_MAX
from ledger.batch import Idempotency
from parties.access import Action, has_role_for
from parties.actors import Role
from parties.directory import parties_by_id
from web.credit import today
from web.credit_lists import end_of
from web.credit_report_files import NAMES, report_download
from web.credit_reports import (
    GUARDIAN_CHARS_MAX,
    PersonTyped,
    ReportTyped,
    accesses_for,
    is_minor_today,
    issue_for,
    issue_personal_for,
    link_of,
    person_asked,
    reports_for,
)
from web.idempotency import request_hash
from web.pages.credit.asking import come_day_asked, legal_day, party_asked
from web.pages.credit.report_words import EDITIONS, looked
from web.pages.languages import say as _
from web.pages.work_blueprint import blueprint, page_rows
from web.pages.work_forms import Form, once_of, typed
from web.pages.work_refusals import Refusals
from web.services import services
from web.session import page_actor, page_requires

_SEQ_DIGITS_MAX: Final = 18
_EARLIER: Final = ("day", "known_on")
_FIELDS: Final = Refusals(fields={"known_at": "known_on"})
_ASKED_EDITIONS: Final = (Edition.FULL, Edition.PUBLIC)


@blueprint.get("/credit/reports")
@page_requires(Action.READ_CREDIT)
def credit_reports() -> str:
    """List the reports that one asked for oneself, and everybody's for an auditor."""
    parts, actor = services(), page_actor()
    before = request.args.get("before", "")
    is_seq = before.isascii() and before.isdigit() and len(before) <= _SEQ_DIGITS_MAX
    rows = page_rows()
    found = reports_for(parts, actor, before=int(before) if is_seq else None, rows_max=rows + 1)
    shown = found[:rows]
    return render_template(
        "credit/reports/list.html",
        reports=shown,
        cards=_cards(shown),
        before=shown[-1].seq if len(found) > rows else None,
        issued=number_typed(request.args.get("issued", "")),
        editions=EDITIONS,
        links={one.number: link_of(parts, one.number) for one in shown},
        may_ask=has_role_for(actor, Action.ISSUE_CREDIT_REPORTS),
        may_ask_personal=has_role_for(actor, Action.ISSUE_PERSONAL_REPORTS),
        is_auditor=actor.role is Role.AUDITOR,
    )


@blueprint.get("/credit/reports/new")
@page_requires(Action.ISSUE_CREDIT_REPORTS)
def credit_report_form() -> str:
    """Ask whose report is wanted, in which edition and what for."""
    return _form_page(Form(name="report", values=request.args.to_dict()))


@blueprint.post("/credit/reports/new")
@page_requires(Action.ISSUE_CREDIT_REPORTS, keeps_typed=True)
def credit_report_issue() -> WerkzeugResponse | tuple[str, int]:
    """Issue a report, or say beside its field what is wrong."""
    parts, actor, form = services(), page_actor(), typed("report")
    edition = form.choice("edition", {one.value: one for one in _ASKED_EDITIONS})
    is_party = actor.role is Role.PRODUCER
    code = party_asked(form.text("uscc")).code
    if not code and not (is_party and not form.text("uscc")):
        form.wrong("uscc", _("This is no social credit code whose check fits."))
    purpose = _said(form, "purpose", PURPOSE_CHARS_MAX)
    issued_to = "" if is_party else _said(form, "issued_to", NAME_CHARS_MAX)
    day, known_on = (None if is_party else come_day_asked(form, one) for one in _EARLIER)
    if not form.is_good:
        return _form_page(form), 400
    wanted = ReportTyped(
        edition=Edition(edition),
        uscc=code,
        issued_to=issued_to,
        purpose=purpose,
        day=day,
        known_at=None if known_on is None or known_on >= today(parts) else end_of(known_on),
    )
    asked = (edition, code, issued_to, purpose, day, known_on)
    try:
        report = issue_for(parts, actor, wanted, idempotency=_once(form, asked))
    except Forbidden:
        form.wrong("edition", _("Of another party everybody but an authority gets a public one."))
        return _form_page(form), 403
    except AppError as refusal:
        form.refuse(refusal, _FIELDS)
        return _form_page(form), 400
    return _issued(report)


@blueprint.get("/credit/reports/personal")
@page_requires(Action.ISSUE_PERSONAL_REPORTS)
def personal_report_form() -> str:
    """Ask whose report is wanted and by which authorisation."""
    return _personal_page(Form(name="personal"))


@blueprint.post("/credit/reports/personal")
@page_requires(Action.ISSUE_PERSONAL_REPORTS)
def personal_report_issue() -> WerkzeugResponse | tuple[str, int]:
    """Issue a natural person's report under the person's own authorisation."""
    parts, actor, form = services(), page_actor(), typed("personal")
    number = "".join(form.code("number").split()).upper()
    form.values = {name: text for name, text in form.values.items() if name != "number"}
    if not is_id_number(number):
        form.wrong("number", _("This is no ID number whose check fits."))
    purpose = _said(form, "purpose", PURPOSE_CHARS_MAX)
    issued_to = _said(form, "issued_to", NAME_CHARS_MAX)
    until = legal_day(form, "authorised_until")
    if until is None:
        form.wrong("authorised_until", _("This is needed."))
    elif until < today(parts):
        form.wrong("authorised_until", _("The authorisation is not in force any more."))
    elif until > authorised_to(today(parts)):
        last = authorised_to(today(parts))
        form.wrong("authorised_until", _("At most until %(day)s.", day=last.isoformat()))
    guardian = " ".join(form.text("guardian").split())
    is_minor = is_id_number(number) and is_minor_today(parts, number)
    if is_minor and not guardian:
        form.wrong(
            "guardian",
            _("The person is a minor: say who consented as guardian, and why it is needed."),
        )
    elif len(guardian) > GUARDIAN_CHARS_MAX:
        form.wrong("guardian", _("At most %(most)s characters.", most=str(GUARDIAN_CHARS_MAX)))
    paper_hash = _hash_of_paper(form)
    if not form.is_good or until is None:
        return _personal_page(form), 400
    wanted = PersonTyped(
        number=number,
        issued_to=issued_to,
        purpose=purpose,
        authorisation_hash=paper_hash,
        authorised_until=until,
        guardian=guardian,
    )
    # The number is in no hash either: whoever has few to try out would find it. Its keyed id is,
    # so that nobody gets the report of another who was asked for with the same form.
    asked = (str(person_asked(parts, number)), issued_to, purpose, paper_hash, until, guardian)
    once = _once(form, asked)
    try:
        report = issue_personal_for(parts, actor, wanted, idempotency=once)
    except AppError as refusal:
        form.refuse(refusal, Refusals())
        return _personal_page(form), 400
    return _issued(report)


@blueprint.get("/credit/reports/<number>/<name>")
@page_requires(Action.ISSUE_CREDIT_REPORTS)
def credit_report_file(number: str, name: str) -> Response:
    """Give the paper or the file of a report that one asked for oneself."""
    if name not in NAMES:
        raise NotFound("There is no such file of a report.")
    return report_download(services(), page_actor(), number, name)


@blueprint.get("/credit/accesses")
@page_requires(Action.READ_CREDIT)
def credit_accesses() -> str:
    """Tell who looked: at one's own record, or at anybody's for an auditor."""
    parts, actor, rows = services(), page_actor(), page_rows()
    before = _instant(request.args.get("before", ""))
    found = accesses_for(parts, actor, before=before, rows_max=rows + 1)
    shown = found[:rows]
    return render_template(
        "credit/reports/accesses.html",
        accesses=shown,
        cards=_cards(shown),
        looked=looked,
        before=shown[-1].at.isoformat() if len(found) > rows else None,
        role=actor.role.value if actor.role else "",
    )


def _form_page(form: Form) -> str:
    actor = page_actor()
    is_party = actor.role is Role.PRODUCER
    own = None
    if actor.party_id is not None:
        with reading(services().engine) as connection:
            own = parties_by_id(connection, [actor.party_id]).get(actor.party_id)
    return render_template(
        "credit/reports/new.html",
        form=form,
        editions=[(one.value, EDITIONS[one]()) for one in _ASKED_EDITIONS],
        is_party=is_party,
        own=own,
        code=party_asked(form.text("uscc")).code,
        purpose_max=PURPOSE_CHARS_MAX,
        name_max=NAME_CHARS_MAX,
        today=today(services()),
    )


def _personal_page(form: Form) -> str:
    return render_template(
        "credit/reports/personal.html",
        form=form,
        today=today(services()),
        last_on=authorised_to(today(services())),
        guardian_max=GUARDIAN_CHARS_MAX,
        purpose_max=PURPOSE_CHARS_MAX,
        name_max=NAME_CHARS_MAX,
    )


def _said(form: Form, name: str, chars_max: int) -> str:
    text = " ".join(form.text(name).split())
    if not text:
        form.wrong(name, _("This is needed."))
    elif len(text) > chars_max:
        form.wrong(name, _("At most %(most)s characters.", most=str(chars_max)))
    return text


def _hash_of_paper(form: Form) -> bytes:
    """Return the SHA-256 of the authorisation; the paper itself is not kept here."""
    file, bytes_max = request.files.get("paper"), services().settings.sheet_bytes_max
    data = b"" if file is None else file.stream.read(bytes_max + 1)
    if not data:
        form.wrong("paper", _("Choose the file of the authorisation."))
    elif len(data) > bytes_max:
        form.wrong("paper", _("The file is too large."))
    return sha256(data).digest()


def _once(form: Form, values: object) -> Idempotency | None:
    once = once_of(form)
    if once is None:
        return None
    return Idempotency(key=f"page:{once}", request_hash=request_hash(values))


def _issued(report: IssuedReport) -> WerkzeugResponse:
    return redirect(f"/work/credit/reports?issued={report.number}", 303)


def _cards(found: Iterable[IssuedReport | Access]) -> Mapping[UUID, SubjectCard]:
    ids = {one.subject_id for one in found if not one.is_person}
    parts = services()
    with reading(parts.engine) as connection:
        return subjects_by_id(connection, parts.log, ids)


def _instant(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if has_day_in_every_zone(at) else None
