"""Files of batches that nobody needs any more; pools of draws lie among them.

The rule that must stay true: the file of a batch that waits or is held is kept, and that of one
whose rows were not understood so long as its feed says; the pool of a draw is kept for ever, as
anybody may check it again; every other one goes after a day. A document that no case came of
goes like what was put away.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from sqlalchemy import Engine, exists, func, select

from base.db import reading
from base.log import get_logger
from credit.feeds.registry import EVERY_FEED
from credit.inspecting.tables import CREDIT_DRAW
from credit.intake.batches import BatchState
from credit.intake.dropping import FOLDER as DROPPED
from credit.intake.dropping import PUT_AWAY
from credit.intake.files import FOLDER as KEPT
from credit.intake.files import OF_PARTIES
from credit.tables import CREDIT_ALIAS, CREDIT_BATCH, CREDIT_CASE, CREDIT_QUARANTINE
from jobs.instance import instance

_LOG: Final = get_logger(__name__)
_AT_LEAST: Final = timedelta(days=1)
_HASH_CHARS: Final = 64


def sweep_batch_files() -> None:
    """Delete the files of batches that are needed no more, and what was put away long ago."""
    parts = instance()
    count = sweep_files(
        parts.engine,
        parts.desk.journal.log,
        folder=parts.settings.effective_files_dir,
        now=parts.clock.now(),
    )
    if count:
        _LOG.info("credit_files_deleted", count=count)


def sweep_files(engine: Engine, log: int, *, folder: Path, now: datetime) -> int:
    """Delete what is needed no more at an instant; return how many files went."""
    gone = [
        *_unneeded(engine, log, folder / KEPT, now),
        *_put_away(folder / DROPPED, now),
        *_of_no_case(engine, log, folder, now),
    ]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _unneeded(engine: Engine, log: int, folder: Path, now: datetime) -> Iterator[Path]:
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        age = now.timestamp() - path.stat().st_mtime
        is_batch = len(path.name) == _HASH_CHARS
        kept_for = _kept_for(engine, log, bytes.fromhex(path.name)) if is_batch else _AT_LEAST
        if kept_for is not None and age > kept_for.total_seconds():
            yield path


def _kept_for(engine: Engine, log: int, file_hash: bytes) -> timedelta | None:
    """Return how long a file is kept; None for one that somebody still has to look at."""
    batch, row = CREDIT_BATCH.c, CREDIT_QUARANTINE.c
    unread = (
        select(func.count())
        .where(row.log == log, row.batch_id == batch.id, row.state == "open")
        .correlate(CREDIT_BATCH)
        .scalar_subquery()
    )
    statement = select(batch.feed, batch.state, unread.label("unread")).where(
        batch.log == log, batch.file_hash == file_hash
    )
    is_pool = exists().where(CREDIT_DRAW.c.log == log, CREDIT_DRAW.c.pool_hash == file_hash)
    kept = _AT_LEAST
    with reading(engine) as connection:
        if connection.execute(select(is_pool)).scalar_one():
            return None
        for one in connection.execute(statement):
            if one.state in (BatchState.WAITING, BatchState.HELD):
                return None
            if one.unread:
                kept = max(kept, timedelta(days=EVERY_FEED[one.feed].files_days))
    return kept


def _of_no_case(engine: Engine, log: int, folder: Path, now: datetime) -> Iterator[Path]:
    """Yield documents of parties that no case came of; they are kept as what was put away is.

    One of a party that has cases, or was joined to another, may be the only one there is, whatever
    lies with the cases of others.
    """
    oldest = now - timedelta(days=_files_days())
    for path in sorted(folder.glob(f"{OF_PARTIES}/*/{KEPT}/*")):
        is_old = path.lstat().st_mtime < oldest.timestamp()
        if is_old and _is_unused(engine, log, path.parent.parent.name):
            yield path


def _is_unused(engine: Engine, log: int, drawer: str) -> bool:
    try:
        party = UUID(drawer)
    except ValueError:
        # Somebody else's folder is not ours to empty.
        return False
    case, alias = CREDIT_CASE.c, CREDIT_ALIAS.c
    used = (
        exists().where(case.log == log, case.subject_id == party),
        exists().where(alias.log == log, alias.subject_id == party),
    )
    with reading(engine) as connection:
        return not any(connection.execute(select(one)).scalar_one() for one in used)


def _files_days() -> int:
    return max(feed.files_days for feed in EVERY_FEED.values())


def _put_away(folder: Path, now: datetime) -> Iterator[Path]:
    """Yield what was moved out of the senders' way longer ago than any feed asks for."""
    oldest = now - timedelta(days=_files_days())
    for place in PUT_AWAY:
        for path in sorted(folder.glob(f"*/{place}/*/*")):
            if path.is_file() and path.lstat().st_mtime < oldest.timestamp():
                yield path
