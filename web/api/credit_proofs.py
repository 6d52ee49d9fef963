"""The proof of one row over HTTP.

One rule: everything that a check needs is in the answer, the signed checkpoint too.
"""

from typing import Any, Final
from uuid import UUID

import marshmallow as ma
from flask import Response

from parties.access import Action
from web.api.blueprint import ApiBlueprint
from web.api.fields import StrictSchema
from web.auth import current_actor, requires
from web.credit_proofs import fact_proof_for, row_proof_for
from web.services import services

BLUEPRINT = ApiBlueprint(
    "credit-proofs", __name__, url_prefix="/api/v1", description="Proofs of rows of credit feeds."
)

_NUMBER_MAX: Final = (1 << 31) - 1
_NO_CACHE: Final = {"Cache-Control": "no-cache"}


class FactProofQuery(StrictSchema):
    """Which version of the fact; the newest where none is said."""

    version = ma.fields.Integer(load_default=None, validate=ma.validate.Range(1, _NUMBER_MAX))


@BLUEPRINT.route("/credit/batches/<uuid:batch_id>/rows/<int:row>/proof", methods=["GET"])
@requires(Action.READ_CREDIT_FEEDS)
@BLUEPRINT.response(200)
def get_row_proof(batch_id: UUID, row: int) -> Response:
    """Give the proof of a row of a batch, by its number in the file (the headers' is 1)."""
    asked = min(row, _NUMBER_MAX)
    return _file(row_proof_for(services(), current_actor(), batch_id, asked), str(batch_id), asked)


@BLUEPRINT.route("/credit/facts/<uuid:fact_id>/proof", methods=["GET"])
@requires(Action.READ_CREDIT)
@BLUEPRINT.arguments(FactProofQuery, location="query")
@BLUEPRINT.response(200)
def get_fact_proof(query: dict[str, Any], fact_id: UUID) -> Response:
    """Give the proof of the row that a fact was made of; a producer gets its own alone."""
    version = query["version"]
    proof = fact_proof_for(services(), current_actor(), fact_id, version=version)
    return _file(proof, str(fact_id), version or "newest")


def _file(proof: bytes, name: str, part: int | str) -> Response:
    inline = f'inline; filename="suxin-{name}-{part}.json"'
    return Response(
        proof,
        content_type="application/json",
        headers={"Content-Disposition": inline, **_NO_CACHE},
    )
