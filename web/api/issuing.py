"""Issued codes: blocks, their codes, and what is known of one code.

One rule: a block of somebody else is not there at all.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from flask import Response

from base.db import reading
from base.errors import InvalidInput, NotFound, Problem
from codes.canonical import uri_of_text
from ledger.batch import Idempotency
from parties.access import Action, Allowed, Subject, may
from parties.issuing.addresses import PrintedCode, printed
from parties.issuing.blocks import Block, BlockRequest, issue_block, list_blocks, texts_of
from parties.issuing.labels import LabelOrder
from parties.issuing.ranges import CodeRange, ranges_of
from parties.issuing.runs import tallies_of
from parties.issuing.state import states_of
from parties.issuing.tables import RangeAction
from web.api import issuing_shapes as shapes
from web.api.blueprint import ApiBlueprint
from web.auth import current_actor, requires
from web.idempotency import idempotency_key, request_hash
from web.issuing import block_for, issuer_of, party_of
from web.label_files import file_now, file_response
from web.services import Services, services

BLUEPRINT = ApiBlueprint(
    "issuing", __name__, url_prefix="/api/v1", description="Codes: issued, printed, activated."
)

_RANGES_SHOWN: Final = 100
_ACTIONS: Final = {RangeAction.ACTIVATED: "activated", RangeAction.VOIDED: "voided"}
_Answer = tuple[dict[str, Any], int, dict[str, str]]


@BLUEPRINT.route("/code-blocks", methods=["POST"])
@requires(Action.ISSUE_CODES)
@BLUEPRINT.arguments(shapes.BlockIn)
@BLUEPRINT.response(201, shapes.BlockOut)
def post_block(values: dict[str, Any]) -> _Answer:
    """Issue a block of codes; durable in the ledger when this answers."""
    parts, actor = services(), current_actor()
    party_of(actor, Action.ISSUE_CODES)
    key = idempotency_key()
    once = None
    if key is not None:
        once = Idempotency(key=key, request_hash=request_hash(sorted(values.items())))
    block = issue_block(issuer_of(parts), actor, BlockRequest(**values), idempotency=once)
    return _block_json(block), 201, {"Location": f"/api/v1/code-blocks/{block.id}"}


@BLUEPRINT.route("/code-blocks", methods=["GET"])
@requires(Action.READ_CODES)
@BLUEPRINT.arguments(shapes.BlockQuery, location="query")
@BLUEPRINT.response(200, shapes.BlockPage)
def get_blocks(query: dict[str, Any]) -> _Answer:
    """List blocks, newest first: a producer's own, or everybody's for whoever may."""
    parts, actor = services(), current_actor()
    party_id = query["party_id"] if actor.party_id is None else party_of(actor, Action.READ_CODES)
    if query["party_id"] not in (None, party_id):
        return {"items": [], "next": None}, 200, {}
    rows_max = min(query["limit"], parts.settings.page_size_max)
    with reading(parts.engine) as connection:
        blocks = list_blocks(
            connection,
            parts.secret,
            parts.log,
            party_id=party_id,
            before=query["after"],
            rows_max=rows_max + 1,
        )
    items = [_block_json(block) for block in blocks[:rows_max]]
    if len(blocks) <= rows_max:
        return {"items": items, "next": None}, 200, {}
    after = blocks[rows_max - 1].seq
    asked = {"limit": rows_max, "after": after}
    if query["party_id"] is not None:
        asked["party_id"] = query["party_id"]
    return {"items": items, "next": after}, 200, next_link("/api/v1/code-blocks", asked)


@BLUEPRINT.route("/code-blocks/<uuid:block_id>", methods=["GET"])
@requires(Action.READ_CODES)
@BLUEPRINT.response(200, shapes.WholeBlockOut)
def get_block(block_id: UUID) -> dict[str, Any]:
    """Return a block with what became of its codes."""
    parts = services()
    with reading(parts.engine) as connection:
        block = block_for(connection, parts, current_actor(), Action.READ_CODES, block_id)
        ranges = ranges_of(connection, block, rows_max=_RANGES_SHOWN + 1)
        tally = tallies_of(connection, parts.log, [block])[block.id]
    return {
        **_block_json(block),
        "counts": asdict(tally),
        "ranges": [_range_json(one) for one in ranges[:_RANGES_SHOWN]],
        "has_more_ranges": len(ranges) > _RANGES_SHOWN,
    }


@BLUEPRINT.route("/code-blocks/<uuid:block_id>/codes", methods=["GET"])
@requires(Action.READ_CODES)
@BLUEPRINT.arguments(shapes.CodesQuery, location="query")
@BLUEPRINT.response(200, shapes.CodePage)
def get_codes(query: dict[str, Any], block_id: UUID) -> _Answer:
    """Return codes of a block, from number `first` on."""
    parts = services()
    block = _readable_block(parts, block_id)
    first = query["first"]
    count = min(query["count"], parts.settings.page_size_max)
    _require_in(block, first, first)
    last = min(first + count - 1, block.count)
    items = [
        {
            "number": number,
            "code": one.code,
            "uri": block.kind.uri_of_text(block.series.scope, one.code),
            "address": one.address,
            "elements": dict(one.elements),
        }
        for number, one in enumerate(_printed(parts, block, first, last), start=first)
    ]
    if last == block.count:
        return {"items": items, "next": None}, 200, {}
    asked = {"first": last + 1, "count": count}
    path = f"/api/v1/code-blocks/{block_id}/codes"
    return {"items": items, "next": last + 1}, 200, next_link(path, asked)


@BLUEPRINT.route("/code-blocks/<uuid:block_id>/codes.csv", methods=["GET"])
@requires(Action.READ_CODES)
@BLUEPRINT.arguments(shapes.RangeQuery, location="query")
@BLUEPRINT.response(200)
def get_codes_csv(query: dict[str, Any], block_id: UUID) -> Response:
    """Return codes of a block as a list for a print house; a long one is a task of labels."""
    parts = services()
    block = _readable_block(parts, block_id)
    last = query["last"] or block.count
    order = LabelOrder(first=query["first"], last=last, file_format="csv")
    return file_response(file_now(parts, block, order))


@BLUEPRINT.route("/codes/state", methods=["GET"])
@requires(Action.READ_CODES)
@BLUEPRINT.arguments(shapes.StateQuery, location="query")
@BLUEPRINT.response(200, shapes.StateOut)
def get_state(query: dict[str, Any]) -> dict[str, Any]:
    """Return whose an issued code is and what became of it; 404 for one that is not issued here."""
    parts, actor = services(), current_actor()
    uri = uri_of_text(query["code"])
    with reading(parts.engine) as connection:
        state = states_of(connection, parts.secret, parts.log, [uri]).get(uri)
    subject = Subject() if state is None else Subject(party_ids=frozenset({state.party_id}))
    if state is None or not isinstance(may(actor, Action.READ_CODES, subject), Allowed):
        raise NotFound("This code was not issued here, or it is not yours.")
    return {
        **asdict(state),
        "uri": uri,
        "is_activated": state.is_activated,
        "is_void": state.is_void,
    }


def _readable_block(parts: Services, block_id: UUID) -> Block:
    with reading(parts.engine) as connection:
        return block_for(connection, parts, current_actor(), Action.READ_CODES, block_id)


def _require_in(block: Block, first: int, last: int) -> None:
    if not 1 <= first <= last <= block.count:
        message = f"the block has codes 1 to {block.count}"
        problem = Problem(path="first", code="range", message=message)
        raise InvalidInput(f"first: {message}", problems=(problem,))


def _printed(parts: Services, block: Block, first: int, last: int) -> Iterator[PrintedCode]:
    base = parts.settings.effective_public_url
    for code in texts_of(block, parts.secret, first=first, count=last - first + 1):
        yield printed(block, code, base=base, secret=parts.secret)


def next_link(path: str, asked: dict[str, Any]) -> dict[str, str]:
    """Return the header that names the next page (RFC 8288)."""
    return {"Link": f'<{path}?{urlencode(asked)}>; rel="next"'}


def _block_json(block: Block) -> dict[str, Any]:
    return {
        "id": block.id,
        "kind": block.kind.name,
        "scope": block.series.scope,
        "party_id": block.party_id,
        "product_id": block.product_id,
        "count": block.count,
        "tag_key": block.tag_key,
        "recorded_at": block.recorded_at,
        "entry": {"log": block.log, "seq": block.seq},
    }


def _range_json(one: CodeRange) -> dict[str, Any]:
    return {
        "id": one.id,
        "action": _ACTIONS[one.action],
        "first": one.first,
        "last": one.last,
        "lot": one.lot,
        "reason": one.reason,
        "recorded_at": one.recorded_at,
        "entry": {"log": one.log, "seq": one.seq},
    }
