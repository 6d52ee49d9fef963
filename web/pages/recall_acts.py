"""What a holder did with recalled goods, recorded with one press on the page of its answer.

One rule: what is recorded is the event that the API offers, as every event through the one door.
"""

from trace.recall.handling import Act
from uuid import UUID

from flask import redirect
from werkzeug.wrappers import Response as WerkzeugResponse

from base.errors import AppError, NotFound
from parties.access import Action
from web.pages.languages import say as _
from web.pages.recall_forms import once
from web.pages.recalls import answer_page
from web.pages.work_blueprint import blueprint
from web.pages.work_forms import typed
from web.pages.work_refusals import whole_refusal
from web.recall_events import record_ready
from web.services import services
from web.session import page_actor, page_requires


@blueprint.post("/recalls/<uuid:recall_id>/act")
@page_requires(Action.ANSWER_RECALLS)
def record_act(recall_id: UUID) -> WerkzeugResponse | tuple[str, int]:
    """Record that a holder set its lines' goods aside, sent them back or destroyed them."""
    form = typed("act")
    act = form.choice("act", {one.value: one for one in Act})
    if not form.is_ticked("is_sure"):
        form.wrong("is_sure", _("Tick this after you have counted."))
    try:
        if form.is_good:
            parts, actor = services(), page_actor()
            record_ready(parts, actor, recall_id, Act(act), idempotency=once(form))
            return redirect(f"/work/recalls/{recall_id}/answer?done=acted", 303)
    except NotFound:
        raise
    except AppError as refusal:
        form.wrong("", whole_refusal(refusal))
    return answer_page(recall_id, form), 400
