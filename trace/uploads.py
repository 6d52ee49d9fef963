"""Documents that are too large to be captured while their sender waits.

One rule: the document is durable before it is acknowledged, and its capture may be started twice
with no harm: its own id is its idempotency key in the ledger.
"""

from collections.abc import Callable
from hashlib import sha256
from trace.capture import Desk, Submission, submit
from trace.captures import (
    Capture,
    ErrorBehaviour,
    Upload,
    finish_stored,
    finished_values,
    read_capture,
    read_upload,
    store_upload,
)
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from base.db import reading, transaction
from base.errors import AppError, Busy, Conflict, Problem
from ledger.batch import Idempotency
from parties.actors import Actor
from parties.ids import new_id
from schemas.epcis import DocumentLimits, read_document

ActorOfKey = Callable[[UUID], Actor]


def accept_upload(
    desk: Desk,
    actor: Actor,
    body: bytes,
    *,
    behaviour: ErrorBehaviour,
    event_count: int,
    request: tuple[UUID, bytes] | None = None,
) -> Capture:
    """Keep a document until a worker captures it; return its job.

    `request` is the capture id that an idempotency key stands for and the hash of the request: the
    same request again returns the same job, another one under this id raises `Conflict`.
    """
    if actor.key_id is None:
        raise ValueError("only the holder of a key hands documents in")
    now = desk.clock.now()
    capture_id, request_hash = request or (new_id(now), None)
    capture = Capture(
        log=desk.journal.log,
        id=capture_id,
        actor=actor.id,
        party_id=actor.party_id,
        created_at=now,
        finished_at=None,
        is_running=True,
        is_success=True,
        behaviour=behaviour,
        event_count=event_count,
        kept_count=None,
        first_seq=None,
        problems=(),
        request_hash=request_hash,
    )
    try:
        with transaction(desk.journal.engine) as connection:
            store_upload(connection, Upload(capture=capture, key_id=actor.key_id, body=body))
    except IntegrityError:
        return _same_request(desk, capture)
    return capture


def _same_request(desk: Desk, capture: Capture) -> Capture:
    with reading(desk.journal.engine) as connection:
        existing = read_capture(connection, capture.log, capture.id)
    if existing.request_hash != capture.request_hash:
        raise Conflict("This idempotency key was used for another request body; use a new key.")
    return existing


def capture_upload(
    desk: Desk, capture_id: UUID, *, actor_of_key: ActorOfKey, limits: DocumentLimits
) -> Capture:
    """Capture a waiting document and return its job; a document captured before changes nothing.

    Raises `Busy` where the ledger is away: the document then goes on waiting.
    """
    engine, log = desk.journal.engine, desk.journal.log
    with reading(engine) as connection:
        upload = read_upload(connection, log, capture_id)
    if upload is not None:
        try:
            _submit(desk, upload, actor_of_key(upload.key_id), limits)
        except Busy:
            raise
        except AppError as error:
            _refuse(desk, upload, error)
    with reading(engine) as connection:
        return read_capture(connection, log, capture_id)


def _submit(desk: Desk, upload: Upload, actor: Actor, limits: DocumentLimits) -> None:
    submission = Submission(
        actor=actor,
        document=read_document(upload.body, limits=limits),
        behaviour=upload.capture.behaviour,
        idempotency=Idempotency(
            key=f"capture:{upload.capture.id}", request_hash=sha256(upload.body).digest()
        ),
        capture_id=upload.capture.id,
        is_stored=True,
    )
    submit(desk, submission)


def _refuse(desk: Desk, upload: Upload, error: AppError) -> None:
    problems = error.problems or (Problem(path="", code=error.code, message=error.message),)
    values = finished_values(
        finished_at=desk.clock.now(),
        kept_count=0,
        first_seq=None,
        problems=problems,
        is_success=False,
    )
    with transaction(desk.journal.engine) as connection:
        finish_stored(connection, desk.journal.log, upload.capture.id, values, only_running=True)
