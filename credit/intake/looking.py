"""What lies in the folders of senders, and what came of asking addresses, as somebody reads it.

The rule that must stay true: whoever looks moves nothing and takes nothing. A folder may hold any
number of files: they are counted, and a few of them named.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from uuid import UUID

from base.clock import parse_instant
from base.errors import AppError
from credit.intake.batches import BatchState
from credit.intake.dropping import PLACES, folder_of, left_files, read_at_most
from credit.intake.senders import Sender

_PUT_AWAY: Final = re.compile(r"(\d{8}T\d{6}Z)-[0-9a-f]{8}-(.+)", re.DOTALL)
_OF_BATCH: Final = re.compile(r"batch ([0-9a-f-]{36}): [^.]*\.? ?(.*)", re.DOTALL)
_REPORT: Final = ".txt"
_REPORT_BYTES_MAX: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a file that came in unattended: its batch, or why it is none."""

    at: datetime
    state: BatchState
    batch_id: UUID | None
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftFile:
    """A file that waits in a folder. `is_signed`: its signature lies beside it."""

    name: str
    bytes: int
    written_at: datetime
    is_signed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PutAway:
    """A file that was taken, held or refused, and moved out of the way."""

    name: str
    outcome: Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class DropFolder:
    """The folder of a sender for a feed. `is_made`: there is one to leave files in.

    `waiting` and `put_away` are the first and the newest ones, `counts` how many there are.
    """

    sender: Sender
    is_made: bool
    waiting: tuple[LeftFile, ...]
    waiting_count: int
    put_away: tuple[PutAway, ...]
    counts: Mapping[BatchState, int]


def outcome_of(told: str | None) -> Outcome | None:
    """Read what is kept of asking an address (`<instant> <state> <words>`); None for nothing."""
    at, _, rest = (told or "").partition(" ")
    state, _, message = rest.partition(" ")
    try:
        return _outcome(parse_instant(at), BatchState(state), message)
    except ValueError:
        return None


def look_into(files: Path, sender: Sender, feed: str, *, names_max: int) -> DropFolder:
    """Return what lies in a sender's folder for a feed; a worker may move it in the meantime."""
    own = folder_of(files, sender)
    waiting = []
    with suppress(OSError):
        for dropped, written in left_files(files, sender, feed):
            one = LeftFile(
                name=dropped.path.name,
                bytes=written.st_size,
                written_at=datetime.fromtimestamp(written.st_mtime, UTC),
                is_signed=dropped.signature.is_file(),
            )
            waiting.append(one)
    waiting.sort(key=lambda one: (one.written_at, one.name))
    piles = {state: list(_originals(own / place / feed)) for state, place in PLACES.items()}
    newest = sorted(
        ((path.name, state, path) for state, pile in piles.items() for path in pile), reverse=True
    )
    return DropFolder(
        sender=sender,
        is_made=(own / "in" / feed).is_dir(),
        waiting=tuple(waiting[:names_max]),
        waiting_count=len(waiting),
        put_away=tuple(
            one for _, state, path in newest[:names_max] for one in _put_away(path, state)
        ),
        counts={state: len(pile) for state, pile in piles.items()},
    )


def _originals(place: Path) -> Iterator[Path]:
    """Yield the files that were put away, and none of the reports beside them."""
    if place.is_symlink() or not place.is_dir():
        return
    names = {path.name for path in place.iterdir()}
    for name in sorted(names):
        # A report is written before its file is moved: what has none is a report itself.
        if name + _REPORT in names and _put_away_at(name) is not None:
            yield place / name


def _put_away_at(name: str) -> tuple[datetime, str] | None:
    """Return when a file was put away and what it was called, None where it is no such file."""
    found = _PUT_AWAY.fullmatch(name)
    try:
        at = datetime.strptime(found[1] if found else "", "%Y%m%dT%H%M%S%z")
    except ValueError:
        return None
    return (at, found[2]) if found else None


def _put_away(path: Path, state: BatchState) -> Iterator[PutAway]:
    read = _put_away_at(path.name)
    told = ""
    # The report may be gone by now, or another one in its place.
    with suppress(OSError, AppError):
        report = read_at_most(path.with_name(path.name + _REPORT), _REPORT_BYTES_MAX)
        told = report.decode("utf-8", "replace").partition("\n")[2].strip()
    if read is not None:
        yield PutAway(name=read[1], outcome=_outcome(read[0], state, told))


def _outcome(at: datetime, state: BatchState, told: str) -> Outcome:
    found = _OF_BATCH.fullmatch(told)
    if found is None:
        return Outcome(at=at, state=state, batch_id=None, message=told)
    return Outcome(at=at, state=state, batch_id=UUID(found[1]), message=found[2])
