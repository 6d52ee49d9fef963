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
from credit.intake.looking import DropFolder, Outcome, look_into, outcome_of
from credit.intake.senders import Sender, list_senders
from credit.intake.sources import Source, list_sources, read_source, want_source
from web.services import Services

_NAMES_MAX: Final = 5
"""So many files of a folder are named; the others are counted."""


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

    @property
    def waiting(self) -> int:
        """Return how many files wait in folders."""
        return sum(one.waiting_count for one in self.folders)

    @property
    def asked(self) -> int:
        """Return how many addresses are asked."""
        return sum(one.is_asked for one in self.sources)

    @property
    def failed(self) -> int:
        """Return how many addresses gave nothing when they were asked last."""
        return sum(one.has_failed for one in self.sources)


def feed_doors(parts: Services, feeds: Sequence[Feed]) -> dict[str, FeedDoors]:
    """Return the addresses and folders of feeds, by feed."""
    files, now = parts.settings.effective_files_dir, parts.clock.now()
    with reading(parts.engine) as connection:
        senders = {one.id: one for one in list_senders(connection)}
        sources = list_sources(connection)
    return {
        feed.id: FeedDoors(
            sources=[
                _row(one, senders[one.sender_id], now) for one in sources if one.feed == feed.id
            ],
            folders=[
                look_into(files, one, feed.id, names_max=_NAMES_MAX)
                for one in senders.values()
                if feed.id in one.feeds and one.revoked_at is None
            ],
        )
        for feed in feeds
    }


def ask_soon(parts: Services, feed: Feed, source_id: UUID) -> None:
    """Let an address of a feed be asked at the worker's next look; raises `NotFound`."""
    with reading(parts.engine) as connection:
        if read_source(connection, source_id).feed != feed.id:
            raise NotFound("There is no address with that id.")
    want_source(parts.engine, source_id, now=parts.clock.now())


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
