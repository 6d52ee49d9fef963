"""The doors of feeds that nobody knocks at, as their desk shows them: addresses and folders.

One rule: who looks changes nothing. Of an address its question is left out: what stands there may
be a secret between the sender and us.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from base.db import reading
from base.errors import NotFound
from credit.feeds.model import Feed
from credit.intake.batches import BatchState
from credit.intake.looking import (
    DropFolder,
    Outcome,
    Tally,
    count_waiting,
    look_into,
    outcome_of,
)
from credit.intake.senders import Sender, list_senders
from credit.intake.sources import Source, list_sources, read_source, want_source
from web.services import Services

_NAMES_MAX: Final = 5
"""So many files of a folder are named; the others are counted."""

_FILES_MAX: Final = 1000
"""So many files of a folder are counted: of more it is said that there are more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRow:
    """An address with what came of asking it. `next_at` is None where the next look asks it."""

    source: Source
    sender: Sender
    place: str
    is_asked: bool
    next_at: datetime | None
    last: Outcome | None
    failure: Outcome | None

    @property
    def has_failed(self) -> bool:
        """Return whether nothing came of asking it last."""
        return self.is_asked and self.last is not None and self.last.state is BatchState.REFUSED


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedDoors:
    """Where batches of a feed come from by themselves."""

    sources: Sequence[SourceRow]
    folders: Sequence[DropFolder]


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorCounts:
    """How many addresses of a feed are asked and gave nothing last, and how many files wait."""

    asked: int
    failed: int
    waits: Tally


def feed_doors(parts: Services, feed: Feed) -> FeedDoors:
    """Return the addresses and folders of a feed, of every sender that may hand it in."""
    files = parts.settings.effective_files_dir
    senders, rows = _senders_and_rows(parts)
    return FeedDoors(
        sources=[one for one in rows if one.source.feed == feed.id],
        folders=[
            look_into(files, one, feed.id, names_max=_NAMES_MAX, files_max=_FILES_MAX)
            for one in _leaving(senders, feed)
        ],
    )


def door_counts(parts: Services, feeds: Sequence[Feed]) -> dict[str, DoorCounts]:
    """Return what there is to say about the doors of each feed; what was put away is not read."""
    files = parts.settings.effective_files_dir
    senders, rows = _senders_and_rows(parts)
    found: dict[str, DoorCounts] = {}
    for feed in feeds:
        own = [one for one in rows if one.source.feed == feed.id]
        waits = [
            count_waiting(files, one, feed.id, files_max=_FILES_MAX)
            for one in _leaving(senders, feed)
        ]
        found[feed.id] = DoorCounts(
            asked=sum(one.is_asked for one in own),
            failed=sum(one.has_failed for one in own),
            waits=Tally(
                count=sum(one.count for one in waits),
                is_whole=all(one.is_whole for one in waits),
            ),
        )
    return found


def ask_soon(parts: Services, feed: Feed, source_id: UUID) -> None:
    """Let an address of a feed be asked at the worker's next look; raises `NotFound`."""
    with reading(parts.engine) as connection:
        if read_source(connection, source_id).feed != feed.id:
            raise NotFound("There is no address with that id.")
    want_source(parts.engine, source_id, now=parts.clock.now())


def _senders_and_rows(parts: Services) -> tuple[Sequence[Sender], Sequence[SourceRow]]:
    now = parts.clock.now()
    with reading(parts.engine) as connection:
        senders = {one.id: one for one in list_senders(connection)}
        sources = list_sources(connection)
    return list(senders.values()), [_row(one, senders[one.sender_id], now) for one in sources]


def _leaving(senders: Sequence[Sender], feed: Feed) -> Sequence[Sender]:
    """Return the senders that may leave files of a feed."""
    return [one for one in senders if feed.id in one.feeds and one.revoked_at is None]


def _row(source: Source, sender: Sender, now: datetime) -> SourceRow:
    next_at = source.next_at
    scheme, netloc, path, *_rest = urlsplit(source.url)
    return SourceRow(
        source=source,
        sender=sender,
        place=urlunsplit((scheme, netloc, path, "", "")),
        is_asked=source.ended_at is None and sender.revoked_at is None,
        next_at=next_at if next_at is not None and next_at > now else None,
        last=outcome_of(source.outcome),
        failure=outcome_of(source.failure),
    )
