"""Filled-in sheets on a page: get the template, send it, see what is wrong or what was recorded.

One rule: a sheet that was sent twice from one page is recorded once.
"""

from hashlib import sha256
from trace.sheets.capturing import WrongRows
from trace.sheets.choosing import Chosen, choose
from trace.sheets.exported import ChangedRows
from typing import Final
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from base.errors import AppError, Problem
from parties.access import Action
from schemas.profiles.registry import catalogue
from web.idempotency import id_of_request
from web.issuing import party_of
from web.pages.languages import chosen_lang
from web.pages.languages import say as _
from web.pages.sheet_words import label_of, way_title
from web.pages.work_blueprint import blueprint
from web.pages.work_forms import Form, blank, once_of, typed
from web.pages.work_refusals import Refusals, refusal_words
from web.services import services
from web.session import page_actor, page_requires
from web.sheets import Sent, check_sheet, record_sheet

_FILE: Final = "file"
_REFUSED_MAX: Final = 20


@blueprint.get("/upload")
@page_requires(Action.ISSUE_CODES)
def upload() -> str:
    """Ask of which goods and which step the records are; then for the sheet."""
    party_of(page_actor(), Action.ISSUE_CODES)
    name = request.args.get("class", "")
    if name not in catalogue().names():
        return _choose_class()
    profile = catalogue().profile(name)
    step, _slash, way = request.args.get("step", "").partition("/")
    if not step:
        return render_template(
            "work/upload_step.html", profile=profile, label=label_of, title=way_title
        )
    return _page(choose(name, step, way), blank("upload", wrong=WrongRows.REFUSE.value))


@blueprint.post("/upload")
@page_requires(Action.ISSUE_CODES)
def send_sheet() -> WerkzeugResponse | tuple[str, int]:
    """Check a sheet and record its rows; what came of it is on the page of its task."""
    parts, actor = services(), page_actor()
    party_of(actor, Action.ISSUE_CODES)
    form = typed("upload")
    step, _slash, way = form.text("step").partition("/")
    chosen = choose(form.text("class"), step, way)
    sent = request.files.get(_FILE)
    data = b"" if sent is None else sent.stream.read(parts.settings.sheet_bytes_max + 1)
    if not data:
        form.wrong(_FILE, _("Choose the filled-in file."))
        return _page(chosen, form), 400
    wrong = WrongRows.LEAVE_OUT if form.is_ticked("leave_out") else WrongRows.REFUSE
    try:
        changed = ChangedRows.CORRECT if form.is_ticked("correct") else ChangedRows.REFUSE
        with check_sheet(parts, actor, chosen, data, changed=changed) as checked:
            task = record_sheet(
                parts,
                actor,
                checked,
                Sent(
                    chosen=chosen,
                    data=data,
                    wrong=wrong,
                    lang=chosen_lang(),
                    task_id=_task_id(form, actor.id, data, f"{wrong}:{changed}"),
                ),
            )
    except AppError as refusal:
        _refuse(form, refusal)
        return _page(chosen, form), 400
    return redirect(f"/work/tasks/{task.id}", 303)


def _task_id(form: Form, actor: str, data: bytes, how: str) -> UUID | None:
    once = once_of(form)
    # The same page with another file is another request.
    asked = f"page:{once}:{how}:{sha256(data).hexdigest()}"
    return None if once is None else id_of_request(actor, asked)


def _refuse(form: Form, refusal: AppError) -> None:
    whole = Problem(path="", code=refusal.code, message=refusal.message)
    said = [_said(problem) for problem in refusal.problems[:_REFUSED_MAX]] or [_said(whole)]
    form.wrong(_FILE, ("；" if chosen_lang() == "zh" else "; ").join(said))


def _said(problem: Problem) -> str:
    words = refusal_words(problem, Refusals())
    if not problem.path:
        return words
    return f"{problem.path}{'：' if chosen_lang() == 'zh' else ': '}{words}"


def _choose_class() -> str:
    profiles = sorted(catalogue().newest(), key=lambda one: label_of(one.label))
    return render_template("work/upload_class.html", profiles=profiles, label=label_of)


def _page(chosen: Chosen, form: Form) -> str:
    return render_template(
        "work/upload.html",
        chosen=chosen,
        profile=chosen.profile,
        step=f"{chosen.sheet.cte.id}/{chosen.sheet.way.name}",
        template=f"/api/v1/profiles/{chosen.profile.name}/{chosen.sheet.cte.id}/template",
        query=f"?lang={chosen_lang()}&way={chosen.sheet.way.name}",
        columns=[one for one in chosen.sheet.columns if one.is_required],
        form=form,
        label=label_of,
        most=services().settings.sheet_rows_max,
    )
