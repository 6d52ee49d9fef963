"""A worker of an installation, and a sender of it with a key and a folder of its own."""

import base64
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from base.config import Settings
from base.db import reading
from credit.intake.batches import CreditBatch, list_batches
from credit.intake.dropping import SETTLES_AFTER, make_folders
from credit.intake.senders import Sender, add_sender, signed_bytes
from jobs.instance import Instance
from tests.jobs.workshop import open_installed

KEY = Ed25519PrivateKey.from_private_bytes(bytes([3] * 32))


@dataclass(slots=True, kw_only=True)
class Yard:
    """A worker's instance, and a sender with a folder of its own."""

    parts: Instance
    sender: Sender
    inside: Path

    def leave(self, name: str, body: bytes, *, rows: int | None = None, old: bool = False) -> Path:
        """Leave a file, signed where its rows are told, as if written long ago where `old`."""
        path = self.inside / "penalty" / name
        path.write_bytes(body)
        if rows is not None:
            signature = base64.b64encode(KEY.sign(signed_bytes("penalty", rows, body))).decode()
            told = json.dumps({"rows": rows, "signature": signature})
            path.with_name(f"{name}.sig").write_text(told)
        if old:
            long_ago = path.stat().st_mtime - SETTLES_AFTER.total_seconds() - 5
            os.utime(path, (long_ago, long_ago))
        return path

    def put(self, place: str) -> dict[str, str]:
        """Return what lies in one of the folders, by the end of its name."""
        folder = self.inside.parent / place / "penalty"
        found = sorted(folder.iterdir()) if folder.is_dir() else []
        return {
            one.name.partition("Z-")[2][9:]: one.read_text("utf-8-sig", "replace") for one in found
        }

    def batches(self) -> list[CreditBatch]:
        with reading(self.parts.engine) as connection:
            log = self.parts.desk.journal.log
            return list_batches(connection, log, feed=None, state=None, rows_max=10)


def open_yard(url: str, folder: Path) -> Iterator[Yard]:
    """Give such a yard."""
    settings = Settings(data_dir=folder, database_url=url, hooks_private_allowed=1)
    parts = open_installed(settings)
    sender = add_sender(
        parts.engine,
        name="青岛市农业农村局",
        feeds=["penalty", "permit"],
        public_key=KEY.public_key().public_bytes_raw(),
        now=parts.clock.now(),
        record=lambda *_: None,
    )
    inside = make_folders(settings.effective_files_dir, sender)
    yield Yard(parts=parts, sender=sender, inside=inside)
    parts.engine.dispose()
