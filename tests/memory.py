"""Where a run keeps what it forgets: in the machine's memory, if there is plenty of it.

A test's files outlive the processes that it kills and never the machine, so none of them needs a
disk; on one, every commit of SQLite waits for it, in a dozen places of each test.
"""

import os
import shutil
from pathlib import Path

_FOLDER = Path("/dev/shm")  # noqa: S108 -- what is made in it is private
_MEMINFO = Path("/proc/meminfo")
# A whole run held less than a tenth of this at a time.
_FREE_BYTES_MIN = 6 << 30


def folder_in_memory() -> Path | None:
    """Return a folder of the machine's memory in which anything may be made, or None."""
    if not (_FOLDER.is_dir() and os.access(_FOLDER, os.W_OK | os.X_OK)):
        return None
    free = min(shutil.disk_usage(_FOLDER).free, _bytes_available())
    return _FOLDER if free >= _FREE_BYTES_MIN else None


def _bytes_available() -> int:
    """Return how much memory could still be asked for without swapping (proc(5))."""
    if not _MEMINFO.is_file():
        return 0
    rows = (line.split() for line in _MEMINFO.read_text(encoding="ascii").splitlines())
    return next((int(row[1]) << 10 for row in rows if row[0] == "MemAvailable:"), 0)
