"""Measures in use over HTTP: a counter reports what it applied, and that it lifted it again.

One rule: what the gate refuses is not recorded, and the refusal says why.
"""

from typing import Any, Final
from uuid import UUID

import marshmallow as ma

from ledger.batch import Idempotency
from parties.access import Action
from parties.ids import new_id
from web.api.blueprint import ApiBlueprint
from web.api.fields import LegalDay, StrictSchema, text
from web.auth import current_actor, requires
from web.credit_applying import (
    Report,
    application_page_for,
    apply_for,
    lift_for,
    standing_again_for,
)
from web.idempotency import id_of_request, idempotency_key, request_hash
from web.services import services

BLUEPRINT = ApiBlueprint(
    "credit-applying", __name__, url_prefix="/api/v1", description="Measures in use."
)

_CODE_CHARS_MAX: Final = 40
_REFERENCE_CHARS_MAX: Final = 200
_TOKEN_CHARS_MAX: Final = 60


class ApplicationIn(StrictSchema):
    """A measure applied to a party in a matter; `reference` is the counter's own number."""

    uscc = text(_CODE_CHARS_MAX, required=True)
    measure = text(_CODE_CHARS_MAX, required=True)
    matter = text(_CODE_CHARS_MAX, required=True)
    on = LegalDay(load_default=None)
    reference = text(_REFERENCE_CHARS_MAX, load_default="")


class LiftIn(StrictSchema):
    """The receipt that a measure was lifted; one that still binds with a `reason`."""

    on = LegalDay(load_default=None)
    reference = text(_REFERENCE_CHARS_MAX, load_default="")
    reason = text(_REFERENCE_CHARS_MAX, load_default="")


class ApplicationQuery(StrictSchema):
    """With `to_lift` only what has to be lifted and was not."""

    to_lift = ma.fields.Boolean(load_default=False)
    after = text(_TOKEN_CHARS_MAX, load_default="", data_key="nextPageToken")


class ApplicationOut(ma.Schema):
    """A measure in use. `must_lift` where its basis fell away and no receipt has come."""

    id = ma.fields.UUID()
    measure = ma.fields.String()
    matter = ma.fields.String()
    facts = ma.fields.List(ma.fields.UUID(), attribute="fact_ids")
    applied_on = ma.fields.Date()
    seq = ma.fields.Integer()
    must_lift = ma.fields.Boolean()
    must_lift_since = ma.fields.AwareDateTime(format="iso", allow_none=True)
    lifted_on = ma.fields.Date(allow_none=True)
    lifted_seq = ma.fields.Integer(allow_none=True)


class ListedApplicationOut(ApplicationOut):
    """A measure in use, or one that was lifted and whose ground came back since."""

    binds_again = ma.fields.Boolean(
        metadata={"description": "Lifted, and a record that it stood on counts again: check anew."}
    )


class ApplicationsOut(ma.Schema):
    """Measures in use, the oldest first; the token is "" on the last page."""

    next_after = ma.fields.String(data_key="nextPageToken")
    applications = ma.fields.List(ma.fields.Nested(ListedApplicationOut))


_TOLD: Final = tuple(field.attribute or name for name, field in ApplicationOut().fields.items())


@BLUEPRINT.route("/credit/applications", methods=["GET"])
@requires(Action.APPLY_MEASURES, Action.CHECK_CREDIT)
@BLUEPRINT.arguments(ApplicationQuery, location="query")
@BLUEPRINT.response(200, ApplicationsOut)
def get_applications(query: dict[str, Any]) -> dict[str, Any]:
    """List the measures that one applied oneself; an auditor sees everybody's."""
    page = application_page_for(
        services(), current_actor(), only_to_lift=query["to_lift"], after=query["after"]
    )
    again = standing_again_for(services(), page.applications)
    told = [
        {**{name: getattr(one, name) for name in _TOLD}, "binds_again": one.id in again}
        for one in page.applications
    ]
    return {"applications": told, "next_after": page.next_after}


@BLUEPRINT.route("/credit/applications", methods=["POST"])
@requires(Action.APPLY_MEASURES)
@BLUEPRINT.arguments(ApplicationIn)
@BLUEPRINT.response(201, ApplicationOut)
def post_application(body: dict[str, Any]) -> Any:
    """Report that a measure was applied; refused where its row is not in force or not meant."""
    key = idempotency_key()
    now = services().clock.now()
    report = Report(
        id=new_id(now) if key is None else id_of_request(current_actor().id, key), **body
    )
    return apply_for(services(), current_actor(), report, idempotency=_once(body))


@BLUEPRINT.route("/credit/applications/<uuid:application_id>/lift", methods=["POST"])
@requires(Action.APPLY_MEASURES)
@BLUEPRINT.arguments(LiftIn)
@BLUEPRINT.response(200, ApplicationOut)
def post_lift(body: dict[str, Any], application_id: UUID) -> Any:
    """Give the receipt that a measure was lifted; one that still binds is refused unreasoned."""
    return lift_for(
        services(),
        current_actor(),
        application_id,
        on=body["on"],
        reference=body["reference"],
        reason=body["reason"],
        idempotency=_once(body),
    )


def _once(values: object) -> Idempotency | None:
    key = idempotency_key()
    return None if key is None else Idempotency(key=key, request_hash=request_hash(values))
