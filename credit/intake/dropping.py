"""Folders that senders leave their files in: one for each sender, and in it one for each feed.

    drop/<sender>/in/<feed>/<name>        what is waiting; `<name>.sig` signs it
    drop/<sender>/done|held|refused/...   what was looked at, with a report beside it

The rule that must stay true: a file is moved out of the way only after its batch is settled, and by
one worker at a time; one that is still being written is not touched. Whoever may write into the
folder names no file outside of it: links are not followed.
"""

import fcntl
import os
import stat
from base64 import b64decode
from binascii import Error as NoBase64
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

from base.errors import AppError, InputTooLarge, InvalidInput
from base.strict_json import loads
from credit.intake.batches import BatchState
from credit.intake.senders import Sender, Signed
from credit.intake.signing import read_made_at

FOLDER: Final = "drop"
SIGNATURE: Final = ".sig"
SETTLES_AFTER: Final = timedelta(minutes=2)
"""A file without a signature is whole when nobody has written to it for so long."""

REPORT: Final = ".txt"
ROWS_REPORT: Final = ".report.csv"
_UNFINISHED: Final = (SIGNATURE, ".part", ".tmp", ".filepart", ".crdownload")
_SIGNATURE_BYTES_MAX: Final = 4096
PLACES: Final = {
    BatchState.ACCEPTED: "done",
    BatchState.HELD: "held",
    BatchState.REFUSED: "refused",
}
PUT_AWAY: Final = tuple(PLACES.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """A file that is whole, and whose."""

    sender: Sender
    feed: str
    path: Path

    @property
    def signature(self) -> Path:
        """Return where its signature is, where it has one."""
        return self.path.with_name(self.path.name + SIGNATURE)


def folder_of(files: Path, sender: Sender) -> Path:
    """Return the folder of a sender."""
    return files / FOLDER / str(sender.id)


def make_folders(files: Path, sender: Sender) -> Path:
    """Make the folders of a sender; return where its files are to be left."""
    own = folder_of(files, sender)
    for feed in sender.feeds:
        (own / "in" / feed).mkdir(parents=True, exist_ok=True, mode=0o770)
    return own / "in"


@contextmanager
def at_folder(files: Path, sender: Sender) -> Iterator[bool]:
    """Hold the folder of a sender; False where another worker is at it, or there is none."""
    own = folder_of(files, sender)
    if not own.is_dir():
        yield False
        return
    handle = os.open(own, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        yield False
    else:
        yield True
    finally:
        os.close(handle)


def dropped_files(files: Path, sender: Sender, *, now: datetime) -> list[Dropped]:
    """Return the files of a sender that are whole, the oldest first."""
    found: list[tuple[float, Dropped]] = []
    for feed in sender.feeds:
        for one, written in left_files(files, sender, feed):
            is_still = now.timestamp() - written.st_mtime >= SETTLES_AFTER.total_seconds()
            if is_still or one.signature.is_file():
                found.append((written.st_mtime, one))
    return [one for _, one in sorted(found, key=lambda told: (told[0], told[1].path.name))]


def left_files(files: Path, sender: Sender, feed: str) -> Iterator[tuple[Dropped, os.stat_result]]:
    """Yield the files that a sender left of a feed, whole or not yet, with what is known of each.

    Names that say that they are not finished, links and whatever is no file are left alone.
    """
    names, _ = names_in(inbox_of(files, sender, feed), None)
    yield from left_among(files, sender, feed, names)


def left_among(
    files: Path, sender: Sender, feed: str, names: Iterable[str]
) -> Iterator[tuple[Dropped, os.stat_result]]:
    """Yield those of some names that are files which a sender left; see `left_files`."""
    place = inbox_of(files, sender, feed)
    for name in names:
        if name.startswith(".") or name.endswith(_UNFINISHED):
            continue
        path = place / name
        written = path.lstat()
        if stat.S_ISREG(written.st_mode):
            yield Dropped(sender=sender, feed=feed, path=path), written


def inbox_of(files: Path, sender: Sender, feed: str) -> Path:
    """Return where a sender leaves its files of a feed."""
    return folder_of(files, sender) / "in" / feed


def names_in(place: Path, names_max: int | None) -> tuple[list[str], bool]:
    """Return the names in a folder, in order, and whether they are all.

    Of more than `names_max` it is some, whichever the folder gives first. A link is no folder.
    """
    if place.is_symlink() or not place.is_dir():
        return [], True
    with os.scandir(place) as found:
        names = [one.name for one in islice(found, names_max)]
        return sorted(names), next(found, None) is None


def read_dropped(dropped: Dropped, *, bytes_max: int) -> bytes:
    """Return the bytes of a file; raises `InputTooLarge`, and `InvalidInput` for an empty one."""
    body = read_at_most(dropped.path, bytes_max)
    if not body:
        raise InvalidInput("There is nothing in the file.")
    return body


def signed_of(dropped: Dropped) -> Signed:
    """Return what the sender signed; one that cannot be read is no signature."""
    none = Signed(sender_id=dropped.sender.id, rows=None, signature=None)
    try:
        raw = read_at_most(dropped.signature, _SIGNATURE_BYTES_MAX)
        told: Any = loads(raw, bytes_max=_SIGNATURE_BYTES_MAX, depth_max=1)
        rows, made_at = told["rows"], told.get("made_at")
        return Signed(
            sender_id=dropped.sender.id,
            rows=rows if type(rows) is int else None,
            signature=b64decode(told["signature"], validate=True),
            made_at=None if made_at is None else read_made_at(made_at),
        )
    except (AppError, OSError, NoBase64, KeyError, TypeError, ValueError, AttributeError):
        return none


def put_away(
    files: Path, dropped: Dropped, state: BatchState, *, now: datetime, told: str, rows: bytes
) -> Path:
    """Move a file to where it belongs, its reports first; return where it is now."""
    place = folder_of(files, dropped.sender) / PLACES[state] / dropped.feed
    place.mkdir(parents=True, exist_ok=True, mode=0o770)
    path = place / f"{now:%Y%m%dT%H%M%SZ}-{token_hex(4)}-{dropped.path.name[-120:]}"
    _write(path.with_name(path.name + REPORT), told.encode())
    if rows:
        _write(path.with_name(path.name + ROWS_REPORT), rows)
    if dropped.signature.is_file():
        dropped.signature.replace(path.with_name(path.name + SIGNATURE))
    dropped.path.replace(path)
    return path


def read_at_most(path: Path, bytes_max: int) -> bytes:
    """Read a file whole; a link, a pipe or a device is none."""
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise InvalidInput("This is no file.")
        body = file.read(bytes_max + 1)
    if len(body) > bytes_max:
        raise InputTooLarge(f"A file has at most {bytes_max} bytes.")
    return body


def _write(path: Path, body: bytes) -> None:
    fresh = path.with_name(f".{path.name}.part")
    fresh.write_bytes(body)
    fresh.replace(path)
