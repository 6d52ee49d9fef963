"""Opening a log, and the key it names in its first entry.

One rule: a log is opened once. Its entry 0 names its origin and the key that signs its
checkpoints, so whoever holds the log holds the key to check it by.
"""

import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import Connection, insert, select

from base.clock import Clock
from base.errors import ConfigurationError, LedgerCorrupt, Problem
from base.folders import make_private_folder, sync_folder
from ledger.append import AppendRules, append_batches
from ledger.batch import Appended, Batch, Receipt
from ledger.checkpoint import origin_of_log
from ledger.draft import draft_of_parts
from ledger.entry import NO_PREVIOUS
from ledger.merkle import EMPTY_FRONTIER
from ledger.note import SignerKey, VerifierKey
from ledger.parts import Part, merge
from ledger.store import StoredEntry, parse_part, read_entries
from ledger.tables import LEDGER_HEAD

LOG_OPENED = "log_opened"
SYSTEM_ACTOR = "system"

# The one log of an installation that is not spread over several.
DEFAULT_LOG = 1

_SEED_BYTES = 32


class NoIndex:
    """The index writer of entries that have no rows but their own."""

    def admit(
        self,
        connection: Connection,  # noqa: ARG002 -- the protocol's name
        batches: Sequence[Batch],
    ) -> Sequence[Mapping[int, Problem]]:
        """Admit everything."""
        return [{} for _ in batches]

    def write(self, connection: Connection, appended: Sequence[Appended]) -> None:
        """Write nothing."""


def is_open(connection: Connection, log: int) -> bool:
    """Return whether the log has a head."""
    statement = select(LEDGER_HEAD.c.log).where(LEDGER_HEAD.c.log == log)
    return connection.execute(statement).one_or_none() is not None


def open_log(
    connection: Connection, *, log: int, origin: str, verifier: VerifierKey, clock: Clock
) -> None:
    """Make the head of a new log and append its entry 0.

    Raises `LedgerCorrupt` where the log is open already: a second opening would fork it.
    """
    if is_open(connection, log):
        raise LedgerCorrupt(f"log {log} is open already; opening it again would fork it")
    now = clock.now()
    connection.execute(
        insert(LEDGER_HEAD).values(
            log=log,
            origin=origin_of_log(origin, log),
            size=0,
            last_leaf=NO_PREVIOUS,
            frontier=EMPTY_FRONTIER.to_bytes(),
            recorded_at=now,
        )
    )
    draft = draft_of_parts(
        LOG_OPENED,
        {Part.PUBLIC: {"origin": origin_of_log(origin, log), "verifierKey": verifier.text()}},
    )
    batch = Batch(actor=SYSTEM_ACTOR, subject=LOG_OPENED, drafts=(draft,))
    rules = AppendRules(log=log, clock=clock, skew_max_ms=0)
    (outcome,) = append_batches(connection, rules, NoIndex(), (batch,))
    if not isinstance(outcome, Receipt):
        raise outcome


def read_verifiers(connection: Connection, log: int) -> tuple[VerifierKey, ...]:
    """Return the keys that sign the log's checkpoints, as the log itself names them."""
    entry = read_entries(connection, log, [0]).get(0)
    if entry is None:
        raise LedgerCorrupt(f"log {log} has no entry 0")
    return (verifier_in(entry),)


def require_named(connection: Connection, log: int, signer: SignerKey) -> None:
    """Raise `ConfigurationError` unless the log names this key as the one that signs it."""
    if signer.verifier() not in read_verifiers(connection, log):
        raise ConfigurationError(
            "The signing key in the data folder is not the one that this ledger names:"
            " SUXIN_ORIGIN or SUXIN_DATA_DIR is another instance's."
        )


def verifier_in(entry: StoredEntry) -> VerifierKey:
    """Return the key that an opening entry names; raises `LedgerCorrupt` where it is damaged."""
    stored = entry.parts.get(Part.PUBLIC)
    if stored is None or entry.damaged_parts():
        raise LedgerCorrupt(f"log {entry.log}: entry 0 is damaged")
    key = merge([parse_part(stored)]).get("verifierKey")
    if not isinstance(key, str):
        raise LedgerCorrupt(f"log {entry.log}: entry 0 names no key")
    return VerifierKey.parse(key)


def load_signer(folder: Path, origin: str, log: int, *, may_create: bool) -> SignerKey:
    """Return the log's signing key from its file in `folder`, readable by its owner only.

    Raises `ConfigurationError` where the file is missing and may not be made, or is not a key.
    """
    path = folder / f"log-{log}.seed"
    if not path.exists():
        if not may_create:
            raise ConfigurationError(
                f"The signing key of log {log} is missing: expected in {path.name} of the data"
                " folder's keys. Restore it from its backup; a new key cannot sign for this log."
            )
        make_private_folder(folder)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_bytes(_SEED_BYTES).hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        sync_folder(folder)
    try:
        seed = bytes.fromhex(path.read_text().strip())
    except ValueError:
        raise ConfigurationError(f"{path.name} does not hold a signing key") from None
    if len(seed) != _SEED_BYTES:
        raise ConfigurationError(f"{path.name} does not hold a signing key")
    return SignerKey.from_seed(origin_of_log(origin, log), seed)
