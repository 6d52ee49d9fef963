"""Company prefixes on pages: a producer claims and ends its own, an operator confirms or ends."""

from uuid import UUID

from flask import redirect, render_template
from werkzeug.wrappers import Response as WerkzeugResponse

from base.db import reading, transaction
from base.errors import AppError
from parties.access import Action, require_role
from parties.actors import Role
from parties.directory import parties_by_id
from parties.issuing.prefixes import confirm_prefix, list_prefixes
from web.issuing import claim, end_claim
from web.pages.work_blueprint import blueprint, id_asked, page_rows
from web.pages.work_forms import Form, blank, typed
from web.pages.work_refusals import Refusals
from web.services import services
from web.session import page_actor, page_requires


@blueprint.get("/prefixes")
@page_requires(Action.READ_SELF)
def prefixes() -> str:
    """Show a producer its claims, an operator those that wait."""
    if page_actor().role is not Role.OPERATOR:
        require_role(page_actor(), Action.CLAIM_PREFIX)
    return _page(blank("claim"))


@blueprint.post("/prefixes")
@page_requires(Action.CLAIM_PREFIX, keeps_typed=True)
def claim_one() -> WerkzeugResponse | tuple[str, int]:
    """Claim a prefix for one's own party."""
    parts, form = services(), typed("claim")
    if not form.is_good:
        return _page(form), 400
    try:
        with transaction(parts.engine) as connection:
            claim(
                connection,
                parts,
                page_actor(),
                prefix=form.code("prefix"),
                evidence=form.text("evidence"),
            )
    except AppError as refusal:
        form.refuse(refusal, Refusals(fields={"": "prefix"}))
        return _page(form), 400
    return redirect("/work/prefixes", 303)


@blueprint.post("/prefixes/<uuid:row_id>/confirm")
@page_requires(Action.CONFIRM_PREFIX)
def confirm(row_id: UUID) -> WerkzeugResponse:
    """Confirm a claim."""
    parts = services()
    record = parts.recorder(page_actor().id)
    confirm_prefix(parts.engine, row_id, now=parts.clock.now(), record=record)
    return redirect("/work/prefixes", 303)


@blueprint.post("/prefixes/<uuid:row_id>/end")
@page_requires(Action.READ_SELF)
def end(row_id: UUID) -> WerkzeugResponse:
    """End a claim or a prefix, a producer one of its own."""
    end_claim(services(), page_actor(), row_id)
    return redirect("/work/prefixes", 303)


def _page(form: Form) -> str:
    actor = page_actor()
    with reading(services().engine) as connection:
        page = list_prefixes(
            connection,
            actor.party_id,
            after=id_asked("after"),
            rows_max=page_rows(),
            # Of its own a producer looks for the newest; what waits is looked at in turn.
            newest_first=actor.party_id is not None,
        )
        parties = parties_by_id(connection, {row.party_id for row in page.rows})
    return render_template(
        "work/prefixes.html",
        form=form,
        claims=page.rows,
        after=page.next_after,
        parties=parties,
        is_operator=actor.role is Role.OPERATOR,
    )
