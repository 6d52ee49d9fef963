"""Large documents handed over to a worker: one way for the interface and for the pages.

One rule: the document is durable before a worker hears of it.
"""

from trace.captures import Capture, ErrorBehaviour
from trace.uploads import UploadLimits, accept_upload
from typing import Final

import structlog

from base.errors import Busy
from base.queue import enqueue
from ledger.batch import Idempotency
from parties.actors import Actor
from web.services import Services

CAPTURE_JOB: Final = "jobs.capture.capture_queued"

_log = structlog.get_logger(__name__)


def queue_document(
    parts: Services,
    actor: Actor,
    body: bytes,
    *,
    behaviour: ErrorBehaviour,
    event_count: int,
    idempotency: Idempotency | None,
) -> Capture:
    """Keep a document until a worker captures it; raises as `accept_upload`."""
    capture = accept_upload(
        parts.desk,
        actor,
        body,
        behaviour=behaviour,
        event_count=event_count,
        idempotency=idempotency,
        limits=UploadLimits(
            waiting_max=parts.settings.capture_waiting_max,
            party_waiting_max=parts.settings.capture_waiting_party_max,
        ),
    )
    if not capture.is_running:
        return capture
    arguments = {"capture_id": str(capture.id)}
    try:
        enqueue(parts.queue, CAPTURE_JOB, arguments, job_id=f"capture-{capture.id}")
    except Busy:
        # The document is durable; the timetable's sweep finds it once the queue is back.
        _log.warning("capture_waits_for_queue", capture=str(capture.id))
    return capture
