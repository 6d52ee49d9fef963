"""What a holder of recalled goods did with them, as events of its own.

One rule: an event is offered and recorded for the holder's own lines of an open recall alone, and
reaches the ledger as every other does. A drill moves no goods.
"""

from trace.capture import Submission, submit
from trace.recall.handling import Act, ready_events
from typing import Any
from uuid import UUID

import orjson

from base.errors import Conflict, NotFound
from ledger.batch import Idempotency
from parties.access import Action, Subject, require
from parties.actors import Actor
from schemas.epcis import read_document
from schemas.visibility import SUXIN_NAMESPACE
from web.recalls import lines_for, recall_for
from web.services import Services

_CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"


def ready_document(parts: Services, actor: Actor, recall_id: UUID, act: Act) -> dict[str, Any]:
    """Return the document of a holder's own lines; `Conflict` for a drill or a closed recall."""
    if actor.party_id is None:
        raise NotFound("There is no notice of this recall to you.")
    require(actor, Action.ANSWER_RECALLS, Subject(party_ids=frozenset({actor.party_id})))
    whole = recall_for(parts, actor, recall_id)
    if whole.own is None:
        raise NotFound("There is no notice of this recall to you.")
    if whole.recall.is_mock or whole.recall.closing is not None:
        raise Conflict("In a drill, and after a recall was closed, no goods are moved for it.")
    lines = lines_for(parts, actor, recall_id)
    events = ready_events(whole.recall, lines, act, parts.clock.now())
    if not events:
        raise Conflict("None of these goods should be with you any more.")
    return {
        "@context": [_CONTEXT, {"sx": f"{SUXIN_NAMESPACE}:"}],
        "type": "EPCISDocument",
        "schemaVersion": "2.0",
        "creationDate": events[0]["eventTime"],
        "epcisBody": {"eventList": events},
    }


def record_ready(
    parts: Services, actor: Actor, recall_id: UUID, act: Act, *, idempotency: Idempotency | None
) -> int | None:
    """Capture the document as it is offered; return its first entry."""
    body = orjson.dumps(ready_document(parts, actor, recall_id, act))
    document = read_document(body, limits=parts.document_limits)
    submission = Submission(actor=actor, document=document, idempotency=idempotency)
    return submit(parts.desk, submission)[1].first_seq
