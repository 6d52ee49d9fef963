"""A subscriber's page of changes, with the measures of its own office that each calls to be lifted.

The rule that must stay true: whoever may check a party is told of every record, whoever else may
watch of entries of public lists alone; and this holds for a program that is told as for a page.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from base.clock import CIVIL_ZONE
from credit.applying.desk import (
    Application,
    ApplicationPage,
    ApplicationQuery,
    applications_of,
)
from credit.offices import colleagues_of
from credit.rulebook.model import Book
from credit.watching.history import ChangeKind, View
from credit.watching.keeping import watches_among, watches_of
from credit.watching.telling import (
    Feed,
    Told,
    changes_after,
    changes_between,
    position_now,
    stretch_after,
)
from parties.access import Action, has_role_for
from parties.actors import Actor

_ENDS: Final = (ChangeKind.RECORD_ENDED, ChangeKind.MEASURE_ENDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedAsked:
    """What a subscriber asks: behind which token, how much at most, by which rules, and when.

    `to_lift_max` is how many measures of one party are told that have to be lifted.
    """

    after: str
    rows_max: int
    to_lift_max: int
    book: Book
    now: datetime

    @property
    def day(self) -> date:
        """The day that it is in China."""
        return self.now.astimezone(CIVIL_ZONE).date()


@dataclass(frozen=True, slots=True, kw_only=True)
class ToLift:
    """The measures that a change calls upon to be lifted; with `is_cut` there may be more."""

    applications: tuple[Application, ...] = ()
    is_cut: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of changes, with the measures of one's own office that each calls to be lifted."""

    feed: Feed
    to_lift: Sequence[tuple[Told, ToLift]]


def view_of(actor: Actor, book: Book) -> View:
    """Return what a subscriber may be told of."""
    return View(book=book, is_public=not has_role_for(actor, Action.CHECK_CREDIT))


def page_of(connection: Connection, log: int, actor: Actor, asked: FeedAsked) -> Page:
    """Return what changed of the parties that one watches; the facts were brought up before."""
    now = position_now(connection, log, asked.now)
    view = view_of(actor, asked.book)
    stretch = stretch_after(
        connection, log, actor.id, view, after=asked.after, now=now, rows_max=asked.rows_max
    )
    # Whoever asks often hears of few or of nobody, and so does who reads on where a page ended:
    # then the others' watches are not even read.
    if stretch.parties is None:
        watches = watches_of(connection, log, actor)
    else:
        watches = watches_among(connection, log, actor, stretch.parties)
    feed = changes_after(connection, log, watches, view, stretch)
    return Page(feed=feed, to_lift=with_to_lift(connection, log, actor, asked, feed.told))


def page_again(
    connection: Connection, log: int, actor: Actor, asked: FeedAsked, *, until: str
) -> Sequence[tuple[Told, ToLift]]:
    """Return again a page that was told up to a token, with what may be said of it by now."""
    told = changes_between(
        connection,
        log,
        watches_of(connection, log, actor),
        view_of(actor, asked.book),
        after=asked.after,
        until=until,
        now=position_now(connection, log, asked.now),
    )
    return with_to_lift(connection, log, actor, asked, told)


def with_to_lift(
    connection: Connection, log: int, actor: Actor, asked: FeedAsked, told: Collection[Told]
) -> Sequence[tuple[Told, ToLift]]:
    """Return changes, each with the measures of the subscriber's office that have to be lifted."""
    ended = {one.change.place.subject_id for one in told if one.change.kind in _ENDS}
    due: Mapping[UUID, ApplicationPage] = {}
    if ended and has_role_for(actor, Action.APPLY_MEASURES):
        actors = colleagues_of(connection, actor.id)
        due = {
            one: applications_of(
                connection,
                log,
                ApplicationQuery(
                    day=asked.day,
                    actors=actors,
                    subject_id=one,
                    only_to_lift=True,
                    rows_max=asked.to_lift_max,
                ),
            )
            for one in sorted(ended)
        }
    return [(one, _called(one, due.get(one.change.place.subject_id))) for one in told]


def _called(told: Told, due: ApplicationPage | None) -> ToLift:
    """Return the measures that a change calls upon to be lifted."""
    change = told.change
    if due is None or change.kind not in _ENDS:
        return ToLift()
    if change.kind is ChangeKind.MEASURE_ENDED:
        called = tuple(one for one in due.applications if one.measure == change.item)
    else:
        called = tuple(one for one in due.applications if change.item in map(str, one.fact_ids))
    return ToLift(applications=called, is_cut=bool(due.next_after))
