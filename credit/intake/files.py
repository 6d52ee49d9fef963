"""The files of batches as they came, by their SHA-256: held ones can be released, rows read again.

The rule that must stay true: a file is written under another name and moved when it is whole, and
what is read back is what came.
"""

import os
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Final

from base.errors import LedgerCorrupt, NotFound

FOLDER: Final = "credit"


def keep_file(folder: Path, body: bytes) -> bytes:
    """Keep the bytes of a batch and return their SHA-256; the same bytes are kept once."""
    file_hash = sha256(body).digest()
    path = _path(folder, file_hash)
    if path.exists():
        return file_hash
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = path.with_name(f".{path.name}.{token_hex(4)}.part")
    try:
        with fresh.open("wb") as out:
            out.write(body)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    return file_hash


def read_file(folder: Path, file_hash: bytes) -> bytes:
    """Return the bytes of a batch; raises `NotFound` where they were deleted meanwhile."""
    try:
        body = _path(folder, file_hash).read_bytes()
    except FileNotFoundError:
        raise NotFound("The file of this batch is not kept any more; send it again.") from None
    if sha256(body).digest() != file_hash:
        raise LedgerCorrupt("the file of a batch is not the one that came")
    return body


def _path(folder: Path, file_hash: bytes) -> Path:
    return folder / FOLDER / file_hash.hex()
