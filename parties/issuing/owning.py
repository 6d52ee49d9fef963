"""Owners that know prefixes and issued codes beside the register."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import Connection, Engine

from base.clock import Clock
from base.installation_secret import InstallationSecret
from parties.directory import Owners
from parties.issuing.prefixes import prefix_owners
from parties.issuing.state import owners_of_codes


def open_owners(engine: Engine, clock: Clock, secret: InstallationSecret, log: int) -> Owners:
    """Return the owners of one process: the register, then prefixes, then what was issued."""

    def issued(connection: Connection, uris: Collection[str]) -> Mapping[str, UUID]:
        return owners_of_codes(connection, secret, log, uris)

    return Owners(engine, clock, (prefix_owners, issued))
