"""What lies in the folders of senders, and what came of asking addresses, as somebody reads it.

The rule that must stay true: whoever looks moves nothing and takes nothing. A folder may hold any
number of files: no more of them are looked at than whoever looks allows, and a few are named.
"""

import os
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import nlargest
from itertools import islice
from pathlib import Path
from typing import Final
from uuid import UUID

from base.clock import parse_instant
from base.errors import AppError
from credit.intake.batches import BatchState
from credit.intake.dropping import (
    PLACES,
    REPORT,
    ROWS_REPORT,
    SIGNATURE,
    Dropped,
    folder_of,
    inbox_of,
    left_among,
    names_in,
    read_at_most,
)
from credit.intake.senders import Sender

_PUT_AWAY: Final = re.compile(
    r"(\d{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])T\d{6}Z)-[0-9a-f]{8}-(.+)", re.ASCII | re.DOTALL
)
_OF_BATCH: Final = re.compile(r"batch ([0-9a-f-]{36}): [^.]*\.? ?(.*)", re.DOTALL)
_BESIDE: Final = (REPORT, ROWS_REPORT, SIGNATURE)
"""What lies beside a file that was put away; beside one that waits lies its signature alone."""
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
class Tally:
    """How many files were counted; where it is not whole there are more than were looked at."""

    count: int
    is_whole: bool

    @property
    def told(self) -> str:
        """Return the number as it is read, with a plus where it is not whole."""
        return f"{self.count:,}" if self.is_whole else f"{self.count:,}+"


@dataclass(frozen=True, slots=True, kw_only=True)
class DropFolder:
    """The folder of a sender for a feed. `is_made`: there is one to leave files in.

    `waiting` and `put_away` are the first and the newest ones of those that were counted.
    """

    sender: Sender
    is_made: bool
    waiting: tuple[LeftFile, ...]
    waits: Tally
    put_away: tuple[PutAway, ...]
    counts: Mapping[BatchState, Tally]

    @property
    def names_newest(self) -> bool:
        """Return whether all were looked at, so that the newest are the newest there are."""
        return all(one.is_whole for one in self.counts.values())


def outcome_of(told: str | None) -> Outcome | None:
    """Read what is kept of asking an address (`<instant> <state> <words>`); None for nothing."""
    at, _, rest = (told or "").partition(" ")
    state, _, message = rest.partition(" ")
    try:
        return _outcome(parse_instant(at), BatchState(state), message)
    except ValueError:
        return None


def look_into(
    files: Path, sender: Sender, feed: str, *, names_max: int, files_max: int
) -> DropFolder:
    """Return what lies in a sender's folder for a feed; a worker may move it in the meantime.

    In each place `files_max` files are looked at, and of them `names_max` named.
    """
    own = folder_of(files, sender)
    left, is_whole = _left(files, sender, feed, files_max)
    left.sort(key=lambda one: (one[1].st_mtime, one[0].path.name))
    piles, counts = list[tuple[str, BatchState, Path]](), dict[BatchState, Tally]()
    for state, place in PLACES.items():
        names, is_all = _originals(own / place / feed, files_max)
        counts[state] = Tally(count=len(names), is_whole=is_all)
        piles += [(name, state, own / place / feed / name) for name in names]
    newest = nlargest(names_max, piles)
    return DropFolder(
        sender=sender,
        is_made=inbox_of(files, sender, feed).is_dir(),
        waiting=tuple(_left_file(*one) for one in left[:names_max]),
        waits=Tally(count=len(left), is_whole=is_whole),
        put_away=tuple(one for _, state, path in newest for one in _put_away(path, state)),
        counts=counts,
    )


def count_waiting(files: Path, sender: Sender, feed: str, *, files_max: int) -> Tally:
    """Return how many files wait in a sender's folder for a feed."""
    left, is_whole = _left(files, sender, feed, files_max)
    return Tally(count=len(left), is_whole=is_whole)


def _left(
    files: Path, sender: Sender, feed: str, files_max: int
) -> tuple[list[tuple[Dropped, os.stat_result]], bool]:
    """Return files that wait, and whether they are all."""
    left = list[tuple[Dropped, os.stat_result]]()
    names, is_whole = names_in(inbox_of(files, sender, feed), 2 * files_max)
    with suppress(OSError):
        left.extend(islice(left_among(files, sender, feed, names), files_max + 1))
    return left[:files_max], is_whole and len(left) <= files_max


def _left_file(dropped: Dropped, written: os.stat_result) -> LeftFile:
    return LeftFile(
        name=dropped.path.name,
        bytes=written.st_size,
        written_at=datetime.fromtimestamp(written.st_mtime, UTC),
        is_signed=dropped.signature.is_file(),
    )


def _originals(place: Path, files_max: int) -> tuple[list[str], bool]:
    """Return files that were put away, and none of the reports beside them; whether it is all."""
    names, is_whole = names_in(place, (1 + len(_BESIDE)) * files_max)
    if is_whole:
        known = set(names)
        # A report is written before its file is moved: what has none is a report itself.
        found = [one for one in names if one + REPORT in known and _PUT_AWAY.fullmatch(one)]
    else:
        # The report of a file may be among those that were not read.
        found = [one for one in names if not one.endswith(_BESIDE) and _PUT_AWAY.fullmatch(one)]
    return found[-files_max:], is_whole and len(found) <= files_max


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
        report = read_at_most(path.with_name(path.name + REPORT), _REPORT_BYTES_MAX)
        told = report.decode("utf-8", "replace").partition("\n")[2].strip()
    if read is not None:
        yield PutAway(name=read[1], outcome=_outcome(read[0], state, told))


def _outcome(at: datetime, state: BatchState, told: str) -> Outcome:
    found = _OF_BATCH.fullmatch(told)
    if found is None:
        return Outcome(at=at, state=state, batch_id=None, message=told)
    return Outcome(at=at, state=state, batch_id=UUID(found[1]), message=found[2])
