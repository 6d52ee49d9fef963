"""The doors that nobody knocks at: files left in a sender's folder, and addresses that are asked.

One rule: what came in is a batch with a task before anything is done with it, so that a worker that
dies loses nothing and a second one takes nothing twice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from base.clock import format_instant
from base.db import reading
from base.errors import AppError, Busy
from base.log import get_logger
from credit.casework.trial import try_held
from credit.feeds.registry import FEEDS
from credit.intake.batches import BatchState, CreditBatch, Door, read_batch
from credit.intake.desk import AS_IT_CAME
from credit.intake.dropping import (
    Dropped,
    at_folder,
    dropped_files,
    put_away,
    read_dropped,
    signed_of,
)
from credit.intake.fetching import FetchLimits, fetch
from credit.intake.files import keep_pieces
from credit.intake.handing import HandingDesk, plan_batch
from credit.intake.reports import csv_told, report_csv, told_row
from credit.intake.senders import Sender, Signed, list_senders, sent_of
from credit.intake.sources import Source, claim_source, due_sources, note_outcome
from jobs.instance import Instance, instance
from jobs.tasks import intake_desk, work_on
from parties.actors import Actor, Role

_LOG: Final = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A file that was looked at: where it came from, and what became of it."""

    name: str
    state: BatchState
    message: str


def take_dropped() -> None:
    """Take every file that senders left in their folders."""
    for looked in look_at_folders(instance()):
        _LOG.info("credit_file_taken", file=looked.name, state=looked.state.value)


def ask_sources() -> None:
    """Ask every address whose time has come."""
    for looked in look_at_sources(instance()):
        _LOG.info("credit_source_asked", source=looked.name, state=looked.state.value)


def look_at_folders(parts: Instance) -> Iterator[Looked]:
    """Yield each file that was left in a folder, once it was taken and put away."""
    files = parts.settings.effective_files_dir
    with reading(parts.engine) as connection:
        senders = [one for one in list_senders(connection) if one.revoked_at is None]
    for sender in senders:
        with at_folder(files, sender) as is_ours:
            if is_ours:
                yield from _look_at_folder(parts, files, sender)


def look_at_sources(parts: Instance) -> Iterator[Looked]:
    """Yield each address whose time has come, once it was asked."""
    now = parts.clock.now()
    with reading(parts.engine) as connection:
        due = due_sources(connection, now=now)
    for source in due:
        if claim_source(parts.engine, source, now=now):
            looked = _ask(parts, source)
            told = f"{looked.state.value} {looked.message}".strip()
            is_failure = looked.state is BatchState.REFUSED
            outcome = f"{format_instant(now)} {told}"
            note_outcome(parts.engine, source, outcome, is_failure=is_failure)
            yield looked


def _look_at_folder(parts: Instance, files: Path, sender: Sender) -> Iterator[Looked]:
    for dropped in dropped_files(files, sender, now=parts.clock.now()):
        try:
            yield _take(parts, files, dropped)
        except Busy:
            # It stays where it is until the next look.
            return
        except OSError as error:
            _LOG.warning("credit_file_away", file=dropped.path.name, error=type(error).__name__)


def _take(parts: Instance, files: Path, dropped: Dropped) -> Looked:
    report = b""
    try:
        body = read_dropped(dropped, bytes_max=parts.settings.credit_bytes_max)
        batch = _settle(parts, dropped.feed, dropped.sender, body, Door.DROP, signed_of(dropped))
        state, message = batch.state, _told(batch)
        report = _rows_report(parts, batch, body)
    except Busy:
        raise
    except AppError as refusal:
        state, message = BatchState.REFUSED, refusal.message
    now = parts.clock.now()
    put_away(files, dropped, state, now=now, told=f"{state.value}\n{message}\n", rows=report)
    return Looked(name=dropped.path.name, state=state, message=message)


def _rows_report(parts: Instance, batch: CreditBatch, body: bytes) -> bytes:
    """Return why rows of a batch were not understood; nothing where all were, or too many are."""
    rows_max = parts.settings.credit_told_max
    if batch.quarantined and batch.seq is not None:
        with reading(parts.engine) as connection:
            return report_csv(connection, parts.desk.journal.log, batch.id, rows_max=rows_max)
    if not batch.quarantined or batch.received > rows_max:
        return b""
    # Of one that is held nothing is kept but its file, which its sender has to mend all the same.
    trial = try_held(intake_desk(parts), batch, body, rows_max=rows_max)
    found = () if trial is None else trial.quarantined
    return csv_told(FEEDS[batch.feed], map(told_row, found))


def _ask(parts: Instance, source: Source) -> Looked:
    settings = parts.settings
    limits = FetchLimits(
        bytes_max=settings.credit_bytes_max,
        seconds_max=settings.task_seconds_max,
        may_be_private=bool(settings.hooks_private_allowed),
    )
    with reading(parts.engine) as connection:
        (sender,) = [one for one in list_senders(connection) if one.id == source.sender_id]
    try:
        if sender.revoked_at is not None:
            return _refused(source, "Its sender's key was revoked.")
        fetched = fetch(source, limits)
        signed = fetched.signed if source.is_signed else None
        batch = _settle(parts, source.feed, sender, fetched.body, Door.PULL, signed)
    except AppError as refusal:
        return _refused(source, refusal.message)
    return Looked(name=str(source.id), state=batch.state, message=_told(batch))


def _settle(
    parts: Instance, name: str, sender: Sender, body: bytes, door: Door, signed: Signed | None
) -> CreditBatch:
    """Take a file of a sender and return its batch; raises `Busy` where it was not taken yet.

    Without `signed` its address says enough about whose it is.
    """
    feed, actor = FEEDS[name], Actor(id=f"sender:{sender.id}", role=Role.AUTHORITY)
    handing = HandingDesk(
        intake=intake_desk(parts),
        folder=parts.settings.effective_files_dir,
        waiting_max=parts.settings.tasks_waiting_party_max,
    )
    came = keep_pieces(handing.folder, (body,))
    with reading(parts.engine) as connection:
        sent = AS_IT_CAME if signed is None else sent_of(connection, feed.id, signed, came.hash)
    batch, task = plan_batch(handing, actor, feed, came, door=door, sent=sent)
    if task is not None:
        work_on(parts, task.id)
        with reading(parts.engine) as connection:
            batch = read_batch(connection, parts.desk.journal.log, batch.id)
    if batch.state is BatchState.WAITING:
        raise Busy("Another worker is at this batch.", retry_after_s=60)
    return batch


def _told(batch: CreditBatch) -> str:
    counts = (
        f"batch {batch.id}: {batch.received} rows, {batch.accepted} new, {batch.duplicates} known,"
        f" {batch.quarantined} not understood, {batch.ended} ended"
    )
    return f"{counts}. {batch.message}" if batch.message else counts


def _refused(source: Source, message: str) -> Looked:
    return Looked(name=str(source.id), state=BatchState.REFUSED, message=message)
