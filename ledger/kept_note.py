"""The sealer's own memory: the last checkpoint it signed, in a file beside its seed.

The database is restored, rolled back and owned by others; this file is not in it. One rule: a
checkpoint is in the file, on the disk, before anybody else can read it, so that whatever was shown
to somebody is remembered here.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from base.errors import InvalidInput, LedgerCorrupt
from base.folders import sync_folder
from ledger.checkpoint import Checkpoint, open_checkpoint
from ledger.note import NOTE_BYTES_MAX, VerifierKey
from ledger.proof import VerificationError

_SUFFIX = "checkpoint"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptNote:
    """The file of one log's last signed checkpoint."""

    path: Path

    def read(self) -> bytes | None:
        """Return the note, None where nothing was signed yet."""
        try:
            with self.path.open("rb") as file:
                return file.read(NOTE_BYTES_MAX + 1)
        except FileNotFoundError:
            return None

    def open(self, note: bytes, verifier: VerifierKey) -> Checkpoint:
        """Return the checkpoint of the note; raises `LedgerCorrupt` where the key signed none."""
        try:
            return open_checkpoint(note, [verifier]).checkpoint
        except (VerificationError, InvalidInput) as error:
            raise LedgerCorrupt(
                f"{self.path.name} beside the key is not a checkpoint that this key signed"
                f" ({error}). Put back the newest checkpoint of this log that anybody kept;"
                " nothing is signed until then."
            ) from None

    def write(self, note: bytes) -> None:
        """Replace the note; when this returns, it outlives a loss of power."""
        # One name for all: sealers write one after the other, under the lock of the log's head,
        # and what one of them left behind when it was killed is written over by the next.
        fresh = self.path.with_name(f".{self.path.name}.new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(note)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)
        sync_folder(self.path.parent)


def kept_note(keys: Path, log: int) -> KeptNote:
    """Return the memory of the log whose seed is in the folder `keys`."""
    return KeptNote(path=keys / f"log-{log}.{_SUFFIX}")
