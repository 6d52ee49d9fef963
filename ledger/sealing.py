"""Sealing: a signed checkpoint over whatever was appended since the last one.

One rule: a checkpoint is stored before anybody can read it, and none is ever smaller than, or
contradicts, one that was stored before.
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
from ledger.merkle import consistency_path, verify_consistency
from ledger.note import SignerKey
from ledger.proof import VerificationError
from ledger.store import StoredCheckpoint, read_checkpoint, read_head, tile_reader
from ledger.tables import LEDGER_CHECKPOINT

_log = structlog.get_logger(__name__)


def seal(engine: Engine, log: int, signer: SignerKey, clock: Clock) -> StoredCheckpoint | None:
    """Sign and store the newest state of the log; nothing where it is sealed already.

    Raises `LedgerCorrupt` where the log does not continue its last checkpoint.
    """
    with reading(engine) as connection:
        head = read_head(connection, log)
        root = head.frontier.root()
        last = _last_checkpoint(connection, log)
        if last is not None:
            _require_continuation(connection, last, head.size, root)
            if last.size == head.size:
                return None
    note = sign_checkpoint(Checkpoint(origin=head.origin, size=head.size, root=root), (signer,))
    sealed = StoredCheckpoint(log=log, size=head.size, root=root, note=note)
    with transaction(engine) as connection:
        # Two sealers wait for each other here, so that the slower one cannot store an older state
        # behind the newer checkpoint of the faster one.
        lock_head(connection, log)
        newest = _last_checkpoint(connection, log)
        if newest is not None and newest.size >= head.size:
            return None
        connection.execute(
            insert(LEDGER_CHECKPOINT).values(
                log=log, size=head.size, root=root, note=note, signed_at=clock.now()
            )
        )
    return sealed


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
) -> None:
    """Seal the log every `interval_s` seconds until `stop` is set, then once more.

    A database that is away is asked again; a corrupt ledger ends the loop with its error.
    """
    is_away = False
    while not stop.wait(interval_s):
        try:
            seal(engine, log, signer, clock)
            is_away = False
        except OperationalError as error:
            # Entries wait for their checkpoint while the database is away; nothing is lost.
            if not is_away:
                _log.warning("sealing_waits_for_database", error=describe_error(error))
            is_away = True
    seal(engine, log, signer, clock)


def _last_checkpoint(connection: Connection, log: int) -> StoredCheckpoint | None:
    try:
        return read_checkpoint(connection, log)
    except NotFound:
        return None


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
