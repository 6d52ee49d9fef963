"""What a process opens to issue codes: the installation's secret, and owners that know codes."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import Connection, Engine

from base.clock import Clock
from base.config import Settings
from base.db import reading
from base.installation_secret import InstallationSecret, load_secret
from parties.directory import Owners
from parties.issuing.prefixes import prefix_owners
from parties.issuing.series import has_series
from parties.issuing.state import owners_of_codes

Need: TypeAlias = Callable[[Connection], bool]
"""Says whether a database holds what the installation's secret alone gives again."""


def open_secret(settings: Settings, engine: Engine, *, needs: Sequence[Need]) -> InstallationSecret:
    """Return the installation's secret, made where nothing was ever made from one.

    `needs` are what rooms above ask their own rows, beside the series of codes. Raises
    `ConfigurationError` where something was made and the secret is not there.
    """
    with reading(engine) as connection:
        is_new = not any(need(connection) for need in (has_series, *needs))
    return load_secret(settings.effective_shared_dir / "keys", may_create=is_new)


def open_owners(engine: Engine, clock: Clock, secret: InstallationSecret, log: int) -> Owners:
    """Return the owners of one process: the register, then prefixes, then what was issued."""

    def issued(connection: Connection, uris: Collection[str]) -> Mapping[str, UUID]:
        return owners_of_codes(connection, secret, log, uris)

    return Owners(engine, clock, (prefix_owners, issued))
