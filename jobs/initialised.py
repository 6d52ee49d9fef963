"""Says whether an installation has its ledger yet, without making anything."""

from typing import Final

from sqlalchemy import inspect

from base.config import Settings
from base.db import open_engine, reading
from base.errors import ConfigurationError
from ledger.opening import DEFAULT_LOG, is_open
from ledger.tables import LEDGER_HEAD

_MESSAGE: Final = "There is no ledger here yet: run `manage.py init` first."


def require_initialised(settings: Settings) -> None:
    """Raise `ConfigurationError` where `manage.py init` has not opened the ledger yet."""
    if not settings.database_url and not (settings.data_dir / "suxin.db").exists():
        # Opening it would make the file.
        raise ConfigurationError(f"{_MESSAGE} The data folder is {settings.data_dir}.")
    engine = open_engine(settings.effective_database_url, pool_size=1)
    try:
        is_there = inspect(engine).has_table(LEDGER_HEAD.name)
        if is_there:
            with reading(engine) as connection:
                is_there = is_open(connection, DEFAULT_LOG)
    finally:
        engine.dispose()
    if not is_there:
        raise ConfigurationError(_MESSAGE)
