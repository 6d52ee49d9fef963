"""What a process opens to issue codes: the installation's secret, and owners that know codes."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import Connection, Engine, select, update

from base.clock import Clock
from base.config import Settings
from base.db import reading, transaction
from base.errors import ConfigurationError
from base.installation_secret import FILE_NAME, InstallationSecret, load_secret
from parties.directory import Owners
from parties.issuing.prefixes import prefix_owners
from parties.issuing.series import has_series
from parties.issuing.state import owners_of_codes
from parties.issuing.tables import SECRET_MARK
from parties.rows import insert_once

Need: TypeAlias = Callable[[Connection], bool]
"""Says whether a database holds what the installation's secret alone gives again."""


def open_secret(settings: Settings, engine: Engine, *, needs: Sequence[Need]) -> InstallationSecret:
    """Return the installation's secret, made where nothing was ever made from one.

    `needs` are what rooms above ask their own rows, beside the series of codes. Raises
    `ConfigurationError` where something was made and the secret is not there, or another one is.
    """
    with reading(engine) as connection:
        is_new = not any(need(connection) for need in (has_series, *needs))
    secret = load_secret(settings.effective_shared_dir / "keys", may_create=is_new)
    _require_marked(engine, secret.key_for("installation-mark", length=8), is_new=is_new)
    return secret


def _require_marked(engine: Engine, mark: bytes, *, is_new: bool) -> None:
    """Refuse a secret that is another one than things were made from; a first one leaves its mark.

    A database from before there were marks takes the one that it is opened with.
    """
    held = select(SECRET_MARK.c.mark)
    with reading(engine) as connection:
        if connection.execute(held).scalar() == mark:
            return
    with transaction(engine) as connection:
        if insert_once(connection, SECRET_MARK, {"id": 1, "mark": mark}):
            return
        if is_new:
            connection.execute(update(SECRET_MARK).values(mark=mark))
        elif connection.execute(held).scalar() != mark:
            raise ConfigurationError(
                f"{FILE_NAME} is not the one that persons were keyed and codes and papers were"
                " made with here: restore it from its backup."
            )


def open_owners(engine: Engine, clock: Clock, secret: InstallationSecret, log: int) -> Owners:
    """Return the owners of one process: the register, then prefixes, then what was issued."""

    def issued(connection: Connection, uris: Collection[str]) -> Mapping[str, UUID]:
        return owners_of_codes(connection, secret, log, uris)

    return Owners(engine, clock, (prefix_owners, issued))
