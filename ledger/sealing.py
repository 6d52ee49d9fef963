"""Sealing: a signed checkpoint over whatever was appended since the last one.

One rule: a checkpoint is stored before anybody can read it, and none is ever smaller than, or
contradicts, one that was stored before, or one that the sealer itself remembers.
"""

from typing import Protocol

import structlog
from sqlalchemy import Connection, Engine, insert
from sqlalchemy.exc import OperationalError

from base.clock import Clock
from base.db import describe_error, reading, transaction
from base.errors import LedgerCorrupt, NotFound
from ledger.append import lock_head
from ledger.checkpoint import Checkpoint, sign_checkpoint
from ledger.kept_note import KeptNote
from ledger.merkle import consistency_path, verify_consistency
from ledger.note import SignerKey
from ledger.proof import VerificationError
from ledger.store import Head, StoredCheckpoint, read_checkpoint, read_head, tile_reader
from ledger.tables import LEDGER_CHECKPOINT

_log = structlog.get_logger(__name__)

_ADVICE = (
    "the database is an older copy, or it was rewritten. Nothing is signed over it. Restore the"
    " newest backup or standby; the file {name} beside the key is what was signed last, so keep it"
    " as it is. If those entries are lost for good, this log ends there: open a new one under"
    " another SUXIN_ORIGIN"
)


def seal(
    engine: Engine, log: int, signer: SignerKey, clock: Clock, memory: KeptNote | None = None
) -> StoredCheckpoint | None:
    """Sign and store the newest state of the log; nothing where it is sealed already.

    Raises `LedgerCorrupt` where the log does not continue its last checkpoint, or the last one in
    `memory`: the checkpoints in a database that was rolled back are rolled back with it.
    """
    # Before the snapshot: a sealer that is faster writes down only what is committed already.
    remembered = _recall(memory, log, signer)
    with reading(engine) as connection:
        head = read_head(connection, log)
        root = head.frontier.root()
        stored = _last_checkpoint(connection, log)
        if stored is not None:
            _require_continuation(connection, stored, head.size, root)
        if remembered is not None:
            _require_remembered(connection, remembered, head, memory)
    if stored is not None and stored.size == head.size and _is_kept(memory, remembered, head):
        return None
    note = sign_checkpoint(Checkpoint(origin=head.origin, size=head.size, root=root), (signer,))
    sealed = StoredCheckpoint(log=log, size=head.size, root=root, note=note)
    with transaction(engine) as connection:
        # Two sealers wait for each other here, so that the slower one cannot store an older state
        # behind the newer checkpoint of the faster one.
        lock_head(connection, log)
        newest = _last_checkpoint(connection, log)
        return _store(connection, sealed, newest, clock, (memory, _recall(memory, log, signer)))


def _store(
    connection: Connection,
    sealed: StoredCheckpoint,
    newest: StoredCheckpoint | None,
    clock: Clock,
    kept: tuple[KeptNote | None, StoredCheckpoint | None],
) -> StoredCheckpoint | None:
    """Store a checkpoint under the head's lock, in the sealer's memory first."""
    memory, remembered = kept
    stored_size = -1 if newest is None else newest.size
    if max(stored_size, -1 if remembered is None else remembered.size) > sealed.size:
        return None
    if remembered is not None and stored_size < remembered.size < sealed.size:
        # It was signed, and the sealer ended before its row was written.
        _insert(connection, remembered, clock)
    if memory is not None and (remembered is None or remembered.size < sealed.size):
        memory.write(sealed.note)
    if stored_size == sealed.size:
        return None
    _insert(connection, sealed, clock)
    return sealed


def _insert(connection: Connection, sealed: StoredCheckpoint, clock: Clock) -> None:
    connection.execute(
        insert(LEDGER_CHECKPOINT).values(
            log=sealed.log,
            size=sealed.size,
            root=sealed.root,
            note=sealed.note,
            signed_at=clock.now(),
        )
    )


class Stop(Protocol):
    """Whatever can be waited on for a request to stop."""

    def wait(self, timeout: float, /) -> bool:
        """Wait at most `timeout` seconds; return whether to stop."""


def seal_until(
    stop: Stop,
    engine: Engine,
    log: int,
    signer: SignerKey,
    *,
    clock: Clock,
    interval_s: float,
    memory: KeptNote | None = None,
) -> None:
    """Seal the log every `interval_s` seconds until `stop` is set, then once more.

    A database that is away is asked again; a corrupt ledger ends the loop with its error.
    """
    is_away = False
    while not stop.wait(interval_s):
        try:
            seal(engine, log, signer, clock, memory)
            is_away = False
        except OperationalError as error:
            # Entries wait for their checkpoint while the database is away; nothing is lost.
            if not is_away:
                _log.warning("sealing_waits_for_database", error=describe_error(error))
            is_away = True
    seal(engine, log, signer, clock, memory)


def _last_checkpoint(connection: Connection, log: int) -> StoredCheckpoint | None:
    try:
        return read_checkpoint(connection, log)
    except NotFound:
        return None


def _recall(memory: KeptNote | None, log: int, signer: SignerKey) -> StoredCheckpoint | None:
    """Return the last checkpoint that the sealer wrote down; raises `LedgerCorrupt`."""
    note = None if memory is None else memory.read()
    if memory is None or note is None:
        return None
    opened = memory.open(note, signer.verifier())
    return StoredCheckpoint(log=log, size=opened.size, root=opened.root, note=note)


def _is_kept(memory: KeptNote | None, remembered: StoredCheckpoint | None, head: Head) -> bool:
    return memory is None or (remembered is not None and remembered.size == head.size)


def _require_remembered(
    connection: Connection, remembered: StoredCheckpoint, head: Head, memory: KeptNote | None
) -> None:
    try:
        _require_continuation(connection, remembered, head.size, head.frontier.root())
    except LedgerCorrupt as error:
        name = "" if memory is None else memory.path.name
        raise LedgerCorrupt(f"{error}: {_ADVICE.format(name=name)}.") from None


def _require_continuation(
    connection: Connection, last: StoredCheckpoint, size: int, root: bytes
) -> None:
    if last.size > size:
        raise LedgerCorrupt(
            f"log {last.log}: a checkpoint of {last.size} entries was signed, {size} are left"
        )
    if last.size == size:
        if last.root != root:
            raise LedgerCorrupt(f"log {last.log}: its {size} entries were signed with another root")
        return
    path = consistency_path(last.size, size, tile_reader(connection, last.log).get_node)
    try:
        verify_consistency(last.size, size, last.root, root, path)
    except VerificationError as error:
        raise LedgerCorrupt(
            f"log {last.log}: its entries no longer lead to the checkpoint of {last.size}: {error}"
        ) from None
