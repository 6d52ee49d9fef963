"""The worker's side of capture: documents too large to be captured while their sender waits.

One rule: a job carries the id of a durable row and nothing else, so that running it twice, or not
at all until the sweep finds the row, does no harm.
"""

from trace.capture import document_limits
from trace.captures import Upload, waiting_uploads
from trace.uploads import capture_upload
from uuid import UUID

import structlog

from base.db import reading
from jobs.instance import instance
from parties.accounts import actor_of_open_account
from parties.actors import Actor

_log = structlog.get_logger(__name__)


def capture_queued(capture_id: str) -> None:
    """Capture one waiting document."""
    parts = instance()
    capture = capture_upload(
        parts.desk,
        UUID(capture_id),
        actor_of=_holder,
        limits=document_limits(parts.settings),
    )
    _log.info("capture_finished", capture=capture_id, events=capture.kept_count)


def _holder(upload: Upload) -> Actor:
    """Return who handed a document in, as its key or its account stands now."""
    parts = instance()
    if upload.key_id is not None:
        return parts.key_ring.actor_of(upload.key_id)
    with reading(parts.engine) as connection:
        return actor_of_open_account(connection, upload.account_id)


def sweep_captures() -> None:
    """Capture every document that still waits: its job was lost, or Redis was away."""
    parts = instance()
    with reading(parts.engine) as connection:
        waiting = waiting_uploads(connection, parts.desk.journal.log)
    for capture_id in waiting:
        capture_queued(str(capture_id))
