"""Changes that a day brings by itself: told on their day, and nobody else is read for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias

import pytest
from sqlalchemy import event

from base.clock import CIVIL_ZONE
from base.db import reading
from credit.feeds.registry import FEEDS
from credit.folding.projector import bring_up_credit
from credit.intake.batches import BatchState, Door
from credit.intake.taking import IntakeDesk, take_batch
from credit.rulebook.reading import rulebook
from credit.watching import stirring
from credit.watching.feed import FeedAsked, page_of
from credit.watching.history import Change
from credit.watching.keeping import Wanted, add_watches
from credit.watching.positions import write_position
from credit.watching.telling import position_now
from tests.credit.samples import AUTHORITY, COLLEAGUE, csv_of, penalty, serious, uscc
from tests.instances import Installation

TODAY = date(2026, 11, 25)
BARRED = {"cf_cflb": "吊销许可证", "cf_nr_fk": "", "cf_ly": "食品"}
"""No food licence for five years, which is longer than the record is told."""
LISTED = (serious(1, listed_on="2023-12-02"), serious(2, listed_on="2024-01-01"))
PUNISHED = (
    *(penalty(number) for number in range(1, 4)),
    penalty(3, cf_wsh="另3", cf_jdrq="2023-11-26", **BARRED),
    penalty(4, cf_jdrq="2021-12-31", **BARRED),
    penalty(5, cf_jdrq="2024-02-29", **BARRED),
)
PARTIES = range(1, 6)
Told: TypeAlias = list[tuple[date, str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """Somebody who watches each of the parties."""

    installation: Installation

    def let_it_be(self, day: date) -> None:
        """Let it be noon of a day."""
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=CIVIL_ZONE)
        self.installation.clock.instant = noon

    def head(self) -> str:
        """Return the token of whoever was told everything by now."""
        with reading(self.installation.engine) as connection:
            now = self.installation.clock.now()
            return write_position(position_now(connection, self.installation.log, now))

    def ask(self, after: str) -> tuple[Told, str]:
        """Return what changed behind a token, and the token behind that."""
        asked = FeedAsked(
            after=after,
            rows_max=1000,
            to_lift_max=10,
            book=rulebook(),
            now=self.installation.clock.now(),
        )
        with reading(self.installation.engine) as connection:
            feed = page_of(connection, self.installation.log, AUTHORITY, asked).feed
        assert feed.is_last
        changes = [(one.code, one.change) for one in feed.told]
        return [(one.place.day, code, f"{one.kind} {_what(one)}") for code, one in changes], (
            feed.after
        )


def _what(change: Change) -> str:
    return change.item if change.fact is None else str(change.fact.number)


@pytest.fixture
def watcher(installation: Installation, intake: IntakeDesk) -> Watcher:
    return _watching(installation, intake)


def _watching(installation: Installation, intake: IntakeDesk) -> Watcher:
    found = Watcher(installation=installation)
    found.let_it_be(TODAY)
    _take(intake, "serious_listing", LISTED)
    _take(intake, "penalty", PUNISHED)
    bring_up_credit(installation.engine, installation.log)
    now = installation.clock.now()
    with reading(installation.engine) as connection:
        since = position_now(connection, installation.log, now)
    codes = [uscc(one) for one in PARTIES]
    wanted = Wanted(codes=codes, purpose="供应商", since=since, day=TODAY, now=now)
    add_watches(installation.engine, installation.log, AUTHORITY, wanted)
    return found


def _take(intake: IntakeDesk, feed: str, rows: Sequence[dict[str, str]]) -> None:
    """Take rows whatever doubts there are."""
    for actor, is_release in ((AUTHORITY, False), (COLLEAGUE, True)):
        batch = take_batch(
            intake,
            actor,
            FEEDS[feed],
            csv_of(rows),
            door=Door.FILE,
            is_released=is_release,
        )
        if batch.state is BatchState.ACCEPTED:
            return
    raise AssertionError(batch.message)


def test_over_midnight_nobody_is_read_whom_the_day_leaves_as_they_were(watcher: Watcher) -> None:
    after, read = watcher.head(), list[str]()

    def note(*asked: Any) -> None:
        # What a fact says is in its body; of nobody who stays the same is even the watch read.
        read.extend(one for one in ("credit_fact.body", "credit_watch.purpose") if one in asked[2])

    watcher.let_it_be(TODAY + timedelta(days=1))
    event.listen(watcher.installation.engine, "before_cursor_execute", note)
    told, _ = watcher.ask(after)

    assert (told, read) == ([], [])


def test_a_poll_reads_facts_and_codes_by_their_keys_and_never_all_of_them(
    sqlite_world_parts: tuple[Installation, IntakeDesk],
) -> None:
    installation, intake = sqlite_world_parts
    watcher = _watching(installation, intake)
    after, asked = watcher.head(), list[tuple[str, Any]]()

    def note(*told: Any) -> None:
        asked.append((told[2], told[3]))

    watcher.let_it_be(TODAY + timedelta(days=1))
    _take(intake, "penalty", [penalty(1, cf_wsh="新")])
    watcher.let_it_be(TODAY + timedelta(days=2))
    bring_up_credit(installation.engine, installation.log)
    event.listen(installation.engine, "before_cursor_execute", note)
    told, _ = watcher.ask(after)
    event.remove(installation.engine, "before_cursor_execute", note)
    with installation.engine.connect() as connection:
        plans = [
            (row[3], statement)
            for statement, values in asked
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
        ]

    assert told
    assert len(plans) > len(asked) // 2
    for plan, statement in plans:
        is_large = "credit_fact" in plan or "credit_code" in plan
        assert not (is_large and plan.endswith("(log=?)")), f"{plan}: {statement}"


def test_a_bar_that_outlives_its_record_is_over_on_the_day_that_the_law_says(
    watcher: Watcher,
) -> None:
    watcher.let_it_be(date(2028, 11, 25))
    after = watcher.head()

    watcher.let_it_be(date(2028, 11, 26))
    last_day, after = watcher.ask(after)
    watcher.let_it_be(date(2028, 11, 27))
    told, _ = watcher.ask(after)

    assert last_day == []
    assert told == [(date(2028, 11, 27), uscc(3), "measure_ended MF-01")]


def test_at_any_rhythm_the_days_tell_what_a_look_at_everybody_tells(
    watcher: Watcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = after = watcher.head()
    told: Told = []
    for many in (1, 2, 3, 7, 8, 36, 37, 95, 96, 97, 400, 732, 733, 734, 1191, 1192, 1193):
        watcher.let_it_be(TODAY + timedelta(days=many))
        some, after = watcher.ask(after)
        told += some

    at_once, _ = watcher.ask(start)
    for bound in ("_FEW", "_DUE_MAX"):
        monkeypatch.setattr(stirring, bound, 0)
    of_everybody, _ = watcher.ask(start)

    assert told == at_once == of_everybody
    assert {code for _, code, _ in told} == {uscc(number) for number in PARTIES}
    assert {what.split()[0] for _, _, what in told} == {"record_ended", "measure_ended"}
