"""Documents that are too large to be captured while their sender waits.

One rule: the document is durable before it is acknowledged, and its capture may be started twice
with no harm: its own id is its idempotency key in the ledger. The sender's key is claimed in the
same transaction, so that it means one request whichever way a document goes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from trace.capture import Desk, Submission, submit
from trace.captures import (
    Capture,
    ErrorBehaviour,
    Upload,
    count_waiting,
    finish_stored,
    finished_values,
    read_capture,
    read_upload,
    store_upload,
)
from uuid import UUID

from sqlalchemy import Connection

from base.db import reading, transaction
from base.errors import AppError, Busy, Problem
from ledger.append import lock_head
from ledger.batch import Batch, Idempotency, Outcome, Receipt
from ledger.idempotency import claim, replays
from parties.actors import Actor
from parties.ids import new_id
from schemas.epcis import DocumentLimits, read_document

ActorOf = Callable[[Upload], Actor]
"""Returns who handed a document in, as it may act today; raises `Unauthenticated`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """How many documents may wait for a worker: in all, and of one party."""

    waiting_max: int = 1000
    party_waiting_max: int = 100


class _Known(Exception):
    """Takes a transaction back: the sender's key was used before."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


def accept_upload(
    desk: Desk,
    actor: Actor,
    body: bytes,
    *,
    behaviour: ErrorBehaviour,
    event_count: int,
    idempotency: Idempotency | None = None,
    limits: UploadLimits | None = None,
) -> Capture:
    """Keep a document until a worker captures it; return its job.

    The same request again returns the same job, also where it was captured while its sender
    waited; another one under its key raises `Conflict`. Raises `Busy` where too many wait.
    """
    if (actor.key_id is None) is (actor.account_id is None):
        raise ValueError("only the holder of a key or of an account hands documents in")
    now = desk.clock.now()
    capture = Capture(
        log=desk.journal.log,
        id=new_id(now),
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
    )
    upload = Upload(capture=capture, key_id=actor.key_id, account_id=actor.account_id, body=body)
    claimed = Batch(actor=actor.id, subject=str(capture.id), drafts=(), idempotency=idempotency)
    try:
        _keep(desk, upload, claimed, limits or UploadLimits())
    except _Known as known:
        return _answer_of(desk, known.outcome)
    return capture


def _keep(desk: Desk, upload: Upload, claimed: Batch, limits: UploadLimits) -> None:
    """Store a document with its sender's key, or raise and leave nothing."""
    log = desk.journal.log
    with reading(desk.journal.engine) as connection:
        # Asked before the document goes over the wire to the database, decided below.
        (known,) = replays(connection, log, (claimed,))
        if known is not None:
            raise _Known(known)
        _require_room(connection, upload.capture, limits, more=1)
    with transaction(desk.journal.engine) as connection:
        # A large row is written before the lock is taken: who waits for the head waits shortly.
        store_upload(connection, upload)
        head = lock_head(connection, log)
        known = claim(connection, head, claimed, upload.capture.created_at)
        if known is not None:
            raise _Known(known)
        _require_room(connection, upload.capture, limits, more=0)


def _require_room(
    connection: Connection, capture: Capture, limits: UploadLimits, *, more: int
) -> None:
    whole, own = count_waiting(connection, capture.log, party_id=capture.party_id)
    if own + more > limits.party_waiting_max:
        message = f"{limits.party_waiting_max} documents of this party wait for a worker already"
    elif whole + more > limits.waiting_max:
        message = f"{limits.waiting_max} documents wait for a worker already"
    else:
        return
    raise Busy(f"{message}; nothing was kept. Send it again later.", retry_after_s=30)


def _answer_of(desk: Desk, outcome: Outcome) -> Capture:
    if not isinstance(outcome, Receipt):
        raise outcome
    with reading(desk.journal.engine) as connection:
        return read_capture(connection, outcome.log, UUID(outcome.subject))


def capture_upload(
    desk: Desk, capture_id: UUID, *, actor_of: ActorOf, limits: DocumentLimits
) -> Capture:
    """Capture a waiting document and return its job; a document captured before changes nothing.

    Raises `Busy` where the ledger is away: the document then goes on waiting.
    """
    engine, log = desk.journal.engine, desk.journal.log
    with reading(engine) as connection:
        upload = read_upload(connection, log, capture_id)
    if upload is not None:
        try:
            _submit(desk, upload, actor_of(upload), limits)
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
