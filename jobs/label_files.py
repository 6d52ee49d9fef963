"""Files of labels that a worker makes.

One rule: a file is written under another name and moved when it is whole, so that nobody ever
fetches half of one.
"""

import os
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import structlog

from base.db import reading
from jobs.instance import Instance, instance
from parties.actors import Actor
from parties.issuing.blocks import read_block
from parties.issuing.label_orders import LABELS, desk_of, message_of, order_of
from parties.issuing.labels import FORMATS, write_order
from parties.tasks import Made, Task, Tell

_log = structlog.get_logger(__name__)

__all__ = ["LABELS", "make_label_file", "sweep_files"]


def make_label_file(parts: Instance, actor: Actor, task: Task, tell: Tell) -> Made:  # noqa: ARG001 -- every kind of work has one shape
    """Write the file of an order and return its name."""
    order = order_of(task.arguments)
    with reading(parts.engine) as connection:
        block = read_block(connection, parts.secret, parts.desk.journal.log, UUID(task.subject))
    desk = desk_of(parts.engine, parts.settings, parts.secret, block)
    # Each try has a file of its own: one that was taken for dead may still be writing.
    name = f"{task.id}-{task.attempt}.{FORMATS[order.file_format].suffix}"
    folder = parts.settings.effective_files_dir
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = folder / f".{name}.part"
    try:
        with fresh.open("wb") as out:
            written = write_order(desk, block, order, out, progress=lambda done, _total: tell(done))
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(folder / name)
    finally:
        fresh.unlink(missing_ok=True)
    return Made(file_name=name, message=message_of(written))


def sweep_files() -> None:
    """Delete files that were kept long enough; they can be made again at any time."""
    parts = instance()
    oldest = parts.clock.now() - timedelta(days=parts.settings.files_days_max)
    gone = [
        path
        for path in _files(parts.settings.effective_files_dir)
        if _made_at(path) < oldest.timestamp()
    ]
    for path in gone:
        path.unlink(missing_ok=True)
    if gone:
        _log.info("files_deleted", count=len(gone))


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []


def _made_at(path: Path) -> float:
    return path.stat().st_mtime
