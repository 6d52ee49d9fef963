"""Signed snapshots of lists as the interface and the pages ask for them.

The rule that must stay true: whoever may check credit gets any snapshot; anybody with number and
code learns whether it is genuine, and gets its lines only where the law lets the list be public
and every line of it still stands today.
"""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from flask import Response

from base.db import reading
from base.errors import Forbidden, InputTooLarge, NotFound
from credit.folding.projector import bring_up_credit
from credit.list_reading import AsKnown
from credit.reporting.layout import layout
from credit.reporting.numbers import is_code_of, number_typed
from credit.reporting.snapshot_desk import link_of, snapshot_desk
from credit.reporting.snapshot_files import hash_of_snapshot_file, snapshot_csv, snapshot_json
from credit.reporting.snapshot_reading import (
    ListStanding,
    Snapshot,
    read_snapshot,
    snapshot_paper,
    snapshots_of,
    standing_of_snapshot,
)
from credit.reporting.snapshots import take_snapshot
from credit.rulebook.lists import credit_lists
from ledger.batch import Idempotency
from parties.actors import Actor
from web.credit import today
from web.credit_reading import brought_up, caught_up
from web.credit_reports import Compared
from web.services import Services

NAMES: Final = ("list.pdf", "list.csv", "list.json")
_MEDIA: Final = {
    "list.pdf": "application/pdf",
    "list.csv": "text/csv; charset=utf-8",
    "list.json": "application/json",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedSnapshot:
    """What anybody with a snapshot in hand is told. `is_open`: its lines may be told to anybody."""

    snapshot: Snapshot
    standing: ListStanding

    @property
    def is_open(self) -> bool:
        """Return whether anybody may have its lines."""
        is_public = credit_lists()[self.snapshot.list].is_public
        return is_public and self.standing is ListStanding.CURRENT


def take_for(
    parts: Services, actor: Actor, asked: AsKnown, *, idempotency: Idempotency | None
) -> Snapshot:
    """Take a snapshot of a list; raises what `take_snapshot` does."""
    desk = snapshot_desk(
        parts.settings,
        parts.credit_journal,
        parts.clock,
        parts.secret,
        bring_up=lambda: bring_up_credit(parts.engine, parts.log),
    )
    caught_up(parts)
    number = take_snapshot(desk, actor, asked, idempotency=idempotency)
    with reading(parts.engine) as connection:
        return read_snapshot(connection, parts.log, number)


def snapshots_for(
    parts: Services, list_id: str, *, before: int | None, rows_max: int
) -> list[Snapshot]:
    """Return the newest snapshots of a list, or of all."""
    with reading(parts.engine) as connection:
        return snapshots_of(
            connection, parts.log, list_id=list_id, before=before, rows_max=rows_max
        )


def snapshot_download(parts: Services, typed: str, name: str) -> Response:
    """Return a file of a snapshot, not to be kept on the way."""
    if name not in NAMES:
        raise NotFound("There is no such file of a snapshot.")
    with reading(parts.engine) as connection:
        found = read_snapshot(connection, parts.log, number_typed(typed))
        if name == "list.pdf":
            body = snapshot_paper(connection, parts.log, found)
        elif name == "list.csv":
            body = snapshot_csv(connection, parts.log, found)
        else:
            body = snapshot_json(connection, parts.log, found)
    answer = Response(body, content_type=_MEDIA[name])
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.number}-{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def verify_snapshot(parts: Services, typed: str, code: str) -> VerifiedSnapshot:
    """Return what a snapshot is worth today; `NotFound` for a wrong number or code alike."""
    number = number_typed(typed)
    if not number or not is_code_of(parts.secret, number, code):
        raise NotFound("There is no snapshot of that number and code.")
    brought_up(parts)
    with reading(parts.engine) as connection:
        found = read_snapshot(connection, parts.log, number)
        standing = standing_of_snapshot(connection, parts.log, found, today=today(parts))
    return VerifiedSnapshot(snapshot=found, standing=standing)


def open_download(parts: Services, typed: str, code: str, name: str) -> Response:
    """Return a file of a snapshot to anybody, where everybody may know each line of it."""
    if not verify_snapshot(parts, typed, code).is_open:
        raise Forbidden("The lines of this snapshot are not for everybody, or not any more.")
    return snapshot_download(parts, typed, name)


def compare_snapshot(parts: Services, found: Snapshot, data: bytes) -> Compared:
    """Return whether a file is the snapshot's paper or table, or says what its lines say."""
    bytes_max = layout().limits.compare_bytes
    if len(data) > bytes_max:
        raise InputTooLarge(f"A file to compare has up to {bytes_max} bytes.")
    told, root = sha256(data).digest(), hash_of_snapshot_file(data)
    if root is not None:
        return Compared(sha256=told.hex(), same_as="json" if root == found.root else "")
    if told == found.paper_hash:
        return Compared(sha256=told.hex(), same_as="pdf")
    with reading(parts.engine) as connection:
        is_table = data == snapshot_csv(connection, parts.log, found)
    return Compared(sha256=told.hex(), same_as="csv" if is_table else "")


def snapshot_link(parts: Services, number: str) -> str:
    """Return what the code on a snapshot's paper leads to."""
    return link_of(parts.settings, parts.secret, number)
