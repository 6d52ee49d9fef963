"""Signed snapshots of lists on pages: taken, listed, handed out.

The rule that must stay true: pressed twice, one snapshot is taken; and what is handed out here is
for whoever may check credit alone.
"""

from typing import Final

from flask import Response, redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from base.errors import AppError
from credit.reporting.layout import layout
from credit.reporting.numbers import number_typed
from credit.reporting.timed_snapshots import TIMETABLE
from ledger.batch import Idempotency
from parties.access import Action, has_role_for
from web.credit import today
from web.credit_lists import any_list, as_known
from web.credit_snapshots import snapshot_download, snapshot_link, snapshots_for, take_for
from web.idempotency import request_hash
from web.pages.credit.asking import come_day_asked
from web.pages.work_blueprint import blueprint, page_rows
from web.pages.work_forms import Form, once_of, typed
from web.pages.work_refusals import Refusals
from web.services import services
from web.session import page_actor, page_requires

_SEQ_DIGITS_MAX: Final = 18


@blueprint.get("/credit/lists/<list_id>/snapshots")
@page_requires(Action.CHECK_CREDIT)
def credit_snapshots(list_id: str) -> str:
    """List the snapshots of a list, and offer to take one."""
    return _page(list_id, Form(name="snapshot", values=request.args.to_dict()))


@blueprint.post("/credit/lists/<list_id>/snapshots")
@page_requires(Action.SNAPSHOT_CREDIT, keeps_typed=True)
def credit_snapshot_take(list_id: str) -> WerkzeugResponse | tuple[str, int]:
    """Take a snapshot of a list on a day as known on a day."""
    parts, form, found = services(), typed("snapshot"), any_list(list_id)
    day, known_on = come_day_asked(form, "day"), come_day_asked(form, "known")
    if not form.is_good:
        return _page(list_id, form), 400
    once, idempotency = once_of(form), None
    if once is not None:
        asked_hash = request_hash((found.id, day, known_on))
        idempotency = Idempotency(key=f"page:{once}", request_hash=asked_hash)
    try:
        asked = as_known(parts, found.id, day=day, known_on=known_on)
        taken = take_for(parts, page_actor(), asked, idempotency=idempotency)
    except AppError as refusal:
        form.refuse(refusal, Refusals())
        return _page(list_id, form), 400
    return redirect(f"/work/credit/lists/{found.id}/snapshots?taken={taken.number}", 303)


@blueprint.get("/credit/snapshots/<number>/<name>")
@page_requires(Action.CHECK_CREDIT)
def credit_snapshot_file(number: str, name: str) -> Response:
    """Give a snapshot as `list.json`, which proves itself, `list.csv` or `list.pdf`."""
    return snapshot_download(services(), number, name)


def _page(list_id: str, form: Form) -> str:
    parts, found, rows = services(), any_list(list_id), page_rows()
    before = request.args.get("before", "")
    is_seq = before.isascii() and before.isdigit() and len(before) <= _SEQ_DIGITS_MAX
    taken = snapshots_for(
        parts, found.id, before=int(before) if is_seq else None, rows_max=rows + 1
    )
    shown = taken[:rows]
    return render_template(
        "credit/snapshots.html",
        form=form,
        list=found,
        snapshots=shown,
        taken=number_typed(request.args.get("taken", "")),
        links={one.number: snapshot_link(parts, one.number) for one in shown},
        before=shown[-1].seq if len(taken) > rows else None,
        today=today(parts),
        may_take=has_role_for(page_actor(), Action.SNAPSHOT_CREDIT),
        every_days=layout().snapshot_days(today(parts)) if found.is_public else 0,
        timetable=TIMETABLE.id,
    )
