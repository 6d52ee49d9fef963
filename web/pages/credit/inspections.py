"""Inspections on pages: what is due, one with its order, and the result that is entered.

One rule: each page shows and does what the interface would for the same actor.
"""

from typing import Final
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from base.errors import AppError, InvalidInput, NotFound
from credit.inspecting.drawing import is_inspector
from credit.inspecting.reading import InspectionQuery, InspectionRow
from credit.inspecting.results import Result, ResultAsked
from parties.access import Action
from web.credit import today
from web.credit_inspections import (
    inspection_for,
    inspections_for,
    record_for,
    result_for,
)
from web.pages.credit import warning_words
from web.pages.credit.asking import legal_day
from web.pages.credit.case_forms import once
from web.pages.credit.refused import Meanwhile, refused_view
from web.pages.languages import say as _
from web.pages.work_blueprint import blueprint
from web.pages.work_forms import Form, blank, typed
from web.services import services
from web.session import page_actor, page_requires

_DONE: Final = "done"


@blueprint.get("/credit/inspections")
@page_requires(Action.READ_WARNINGS)
def credit_inspections() -> str | tuple[str, int]:
    """List inspections, those without a result first by the day they are due; or one's own."""
    parts = services()
    form = Form(name="filter", values=request.args.to_dict())
    inspector = form.code("inspector")
    if inspector and not is_inspector(inspector):
        form.wrong("inspector", _("A number of a certificate: letters, digits and hyphens."))
    query = InspectionQuery(
        only_open=form.text("state") != "all",
        inspector=inspector if form.is_good else "",
        after=form.text("after"),
        rows_max=parts.settings.page_size_max,
    )
    try:
        page = inspections_for(parts, query)
    except InvalidInput as refusal:
        raise NotFound("There is no such page.") from refusal
    on = today(parts)
    told = render_template(
        "credit/inspections/list.html",
        rows=page.rows,
        form=form,
        today=on,
        overdue=sum(one.is_overdue(on) for one in page.rows),
        is_first=not query.after,
        next_query={**request.args.to_dict(), "after": page.next_after} if page.next_after else {},
    )
    return told if form.is_good else (told, 400)


@blueprint.get("/credit/inspections/<uuid:inspection_id>")
@page_requires(Action.READ_WARNINGS)
def credit_inspection(inspection_id: UUID) -> str:
    """Show one inspection: why, by whom, by when, and what was found."""
    return _page(inspection_id)


@blueprint.get("/credit/inspections/<uuid:inspection_id>/result")
@page_requires(Action.READ_WARNINGS)
def credit_result_again(inspection_id: UUID) -> WerkzeugResponse:
    """Lead whoever signed in anew back to the inspection."""
    return redirect(f"/work/credit/inspections/{inspection_id}", 303)


@blueprint.post("/credit/inspections/<uuid:inspection_id>/result")
@page_requires(Action.ACT_ON_WARNINGS, keeps_typed=True)
def credit_result(inspection_id: UUID) -> WerkzeugResponse | tuple[str, int]:
    """Record what an inspection found."""
    form = typed("result")
    inspected_on = legal_day(form, "inspected_on")
    if inspected_on is None:
        form.wrong("inspected_on", _("Name the day of the inspection."))
    result = form.choice("result", {one.value: one for one in Result})
    if form.is_good and inspected_on is not None:
        asked = ResultAsked(
            inspection_id=inspection_id,
            result=result,
            inspected_on=inspected_on,
            failed_item=form.text("failed_item"),
            note=form.text("note"),
            authority=form.text("authority"),
        )
        try:
            record_for(services(), page_actor(), asked, idempotency=once(form))
        except AppError as refusal:
            warning_words.refuse(form, refusal)
    if not form.is_good:
        return _page(inspection_id, form), 400
    return redirect(f"/work/credit/inspections/{inspection_id}?{_DONE}=1", 303)


def _page(inspection_id: UUID, form: Form | None = None) -> str:
    parts = services()
    row, on = inspection_for(parts, inspection_id), today(parts)
    return render_template(
        "credit/inspections/inspection.html",
        row=row,
        told=result_for(parts, row),
        form=form or blank("result", inspected_on=on),
        today=on,
        done=form is None and bool(row.result) and _DONE in request.args,
        refused=refused_view(
            form,
            is_shown=not row.result,
            meanwhile=_told(row),
            onward=_("A result is entered once. If it is wrong, the party objects to the record."),
        ),
    )


def _told(row: InspectionRow) -> list[Meanwhile]:
    """Return the result that stands, for whoever wanted to enter another one."""
    if row.result_seq is None or row.inspected_on is None:
        return []
    title = warning_words.said_title(f"inspected_{row.result}")
    return [Meanwhile(title=title, by=row.inspected_on.isoformat(), seq=row.result_seq)]
