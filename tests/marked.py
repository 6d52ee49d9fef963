"""Finds the processes a test started, whoever is their parent by now."""

import os
import uuid
from pathlib import Path

MARK_NAME = "TEST_RUN_MARK"


def new_mark() -> str:
    """Return a mark nobody else uses."""
    return uuid.uuid4().hex


def marked_pids(mark: str, folder: Path | None = None) -> dict[int, str]:
    """Return the number and the command of every living process with this mark.

    Or that works in `folder`: Redis writes its title over its environment, but it goes to its
    own folder at start.
    """
    wanted = f"{MARK_NAME}={mark}".encode()
    found: dict[int, str] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            is_marked = wanted in (entry / "environ").read_bytes().split(b"\0")
            is_there = folder is not None and (entry / "cwd").readlink().is_relative_to(folder)
            is_gone = (entry / "stat").read_text().rpartition(")")[2].split()[0] in "ZX"
            command = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (OSError, IndexError):
            continue  # It ended while it was looked at, or it is somebody else's.
        if (is_marked or is_there) and not is_gone:
            found[int(entry.name)] = command
    return found
