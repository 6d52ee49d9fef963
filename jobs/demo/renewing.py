"""The operator's key that the demonstration works with, as it is kept on this machine.

The rule that must stay true: a key that ran out is made anew by whoever sits at the machine, told
in the ledger; one that was revoked stays so.
"""

from collections.abc import MutableMapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Engine, select

from base.db import reading
from jobs.console import console_desk
from jobs.key_files import operator_key_file, read_key_file, write_key_file
from parties.keys import KeyRequest, grant
from parties.tables import API_KEY, Role

_PARTS: Final = 3


def kept_operator_key(environ: MutableMapping[str, str]) -> str | None:
    """Return the operator's key of the data folder, made anew where it ran out; None for none."""
    with console_desk(environ) as desk:
        path = operator_key_file(desk.settings.data_dir)
        kept = read_key_file(path)
        if kept is None or not _has_run_out(desk.engine, kept, desk.now):
            return kept
        request = KeyRequest(label="first operator", role=Role.OPERATOR)
        fresh = grant(desk.engine, request, now=desk.now, record=desk.record).text
        if fresh is None:
            raise ValueError("a key that was just made has its text")
        write_key_file(path, fresh)
        return fresh


def _has_run_out(engine: Engine, key: str, now: datetime) -> bool:
    """Return whether a key of this installation is over by its time, and by nothing else."""
    parts = key.split("_")
    try:
        key_id = UUID(parts[1]) if len(parts) == _PARTS else None
    except ValueError:
        return False
    statement = select(API_KEY.c.expires_at).where(
        API_KEY.c.id == key_id,
        API_KEY.c.role == Role.OPERATOR.value,
        API_KEY.c.revoked_at.is_(None),
    )
    with reading(engine) as connection:
        expires_at = connection.execute(statement).scalar()
    return expires_at is not None and bool(expires_at <= now)
