"""The ledger's own doors: checkpoint, key, proofs. What is here is evidence and mostly public.

One rule: bytes of the evidence go out as they are stored, and a proof shows its reader's parts and
nothing more.
"""

from trace.proofs import bundle_of_entry, bundle_of_history
from typing import Any, Final

import marshmallow as ma
from flask import Response

from base.db import reading
from base.errors import NotFound
from codes.canonical import uri_of_text
from ledger.bundle import Bundle, dump
from ledger.canonical import encode_base64
from ledger.merkle import consistency_path
from ledger.opening import read_verifiers
from ledger.store import read_checkpoint, tile_reader
from parties.access import Action
from web.api.blueprint import ApiBlueprint
from web.api.fields import SizeText, StrictSchema, text
from web.auth import current_actor, requires
from web.services import Services, services

BLUEPRINT = ApiBlueprint(
    "ledger", __name__, url_prefix="/ledger", description="Checkpoints and proofs (RFC 9162)."
)

_BUNDLE_TYPE: Final = "application/json"
_NO_CACHE: Final = {"Cache-Control": "no-cache"}


class BundleQuery(StrictSchema):
    """Whose history: any written form of a code."""

    code = text(2048, chars_min=1, required=True)


class ConsistencyQuery(StrictSchema):
    """Between which two sizes of the log."""

    first = SizeText(required=True)
    second = SizeText(required=True)


class ConsistencyOut(ma.Schema):
    """That size `second` extends size `first`: base64 hashes (RFC 9162 2.1.4)."""

    first = ma.fields.Integer()
    second = ma.fields.Integer()
    path = ma.fields.List(ma.fields.String())


@BLUEPRINT.route("/checkpoint", methods=["GET"])
@requires(Action.READ_LOG)
@BLUEPRINT.response(200)
def get_checkpoint() -> Response:
    """Return the newest checkpoint: a C2SP signed note as text."""
    parts = services()
    with reading(parts.engine) as connection:
        note = read_checkpoint(connection, parts.log).note
    return Response(note, content_type="text/plain; charset=utf-8", headers=_NO_CACHE)


@BLUEPRINT.route("/key", methods=["GET"])
@requires(Action.READ_LOG)
@BLUEPRINT.response(200)
def get_key() -> Response:
    """Return the key that checkpoints are checked with: `name+id+base64`, one line each."""
    parts = services()
    with reading(parts.engine) as connection:
        keys = read_verifiers(connection, parts.log)
    lines = "".join(f"{key.text()}\n" for key in keys)
    return Response(lines, content_type="text/plain; charset=utf-8", headers=_NO_CACHE)


@BLUEPRINT.route("/proof/<int:log>/<int:seq>", methods=["GET"])
@requires(Action.READ_LOG)
@BLUEPRINT.response(200)
def get_proof(log: int, seq: int) -> Response:
    """Return the proof bundle of one entry with the parts that the asker may see."""
    parts = services()
    if log != parts.log or seq >= 1 << 63:
        raise NotFound(f"There is no entry {seq} of log {log} here.")
    with reading(parts.engine) as connection:
        bundle = bundle_of_entry(connection, log, seq, current_actor())
    return bundle_response(bundle, f"suxin-{log}-{seq}.json")


@BLUEPRINT.route("/bundle", methods=["GET"])
@requires(Action.TRACE)
@BLUEPRINT.arguments(BundleQuery, location="query")
@BLUEPRINT.response(200)
def get_bundle(query: dict[str, Any]) -> Response:
    """Return the proof bundle of a code's whole history, checkable offline."""
    parts = services()
    subject = uri_of_text(query["code"])
    with reading(parts.engine) as connection:
        bundle = bundle_of_history(
            connection, parts.log, subject, current_actor(), parts.walk_limits
        )
    return bundle_response(bundle, "suxin-proof.json")


@BLUEPRINT.route("/consistency", methods=["GET"])
@requires(Action.READ_LOG)
@BLUEPRINT.arguments(ConsistencyQuery, location="query")
@BLUEPRINT.response(200, ConsistencyOut)
def get_consistency(query: dict[str, int]) -> dict[str, Any]:
    """Return the proof that the log of the second size extends that of the first."""
    parts: Services = services()
    first, second = query["first"], query["second"]
    with reading(parts.engine) as connection:
        sealed = read_checkpoint(connection, parts.log).size
        if second > sealed:
            raise NotFound(f"The log is sealed up to {sealed} entries.")
        path = consistency_path(first, second, tile_reader(connection, parts.log).get_node)
    return {"first": first, "second": second, "path": [encode_base64(node) for node in path]}


def bundle_response(bundle: Bundle, name: str) -> Response:
    """Return a bundle as a file to be kept."""
    return Response(
        dump(bundle),
        content_type=_BUNDLE_TYPE,
        headers={"Content-Disposition": f'inline; filename="{name}"', **_NO_CACHE},
    )
