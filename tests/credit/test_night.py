"""The night run: everybody graded as one by one, changes told, and a dead night goes on."""

from contextlib import ExitStack, suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import orjson
import pytest
from sqlalchemy import select

from base.clock import CIVIL_ZONE
from base.db import reading
from base.errors import NotFound
from benchmarks.credit_city.enterprises import Enterprise
from benchmarks.credit_city.loading import load_feeds
from benchmarks.credit_city.place import open_place
from benchmarks.credit_city.stream import build_city
from credit.feeds.registry import FEEDS, OWN_FEED
from credit.grading import grade_party
from credit.intake.batches import BatchState, Door
from credit.intake.taking import IntakeDesk, take_batch
from credit.nightly.grading import count_classes, kept_grade, kept_grades, reasons_json
from credit.nightly.listing import changes_of
from credit.nightly.running import (
    STAGES,
    Night,
    NightDesk,
    last_nights,
    read_night,
    run_night,
)
from credit.nightly.tables import CREDIT_GRADE
from credit.scoring.reading import model_on
from credit.subjects import subject_of_code
from credit.tables import CREDIT_SUBJECT
from parties.actors import CONSOLE
from tests.credit.samples import AUTHORITY, COLLEAGUE, csv_of, defaulter, penalty, serious, uscc
from tests.instances import Installation

TODAY = date(2026, 11, 23)


@pytest.fixture
def desk(installation: Installation) -> NightDesk:
    return NightDesk(
        engine=installation.engine, log=installation.log, clock=installation.clock, span_parties=10
    )


def _hand_in(intake: IntakeDesk, feed: str, *rows: dict[str, str]) -> None:
    body = csv_of(rows)
    batch = take_batch(intake, AUTHORITY, FEEDS[feed], body, door=Door.FILE)
    if batch.state is BatchState.HELD:
        take_batch(intake, COLLEAGUE, FEEDS[feed], body, door=Door.FILE, is_released=True)


def _on(installation: Installation, day: date) -> date:
    """Let it be the morning of a day."""
    installation.clock.instant = datetime(day.year, day.month, day.day, 9, tzinfo=CIVIL_ZONE)
    return day


@pytest.fixture
def two_parties(installation: Installation, intake: IntakeDesk) -> date:
    """Two parties: one with a penalty, one on the list of serious violations."""
    day = _on(installation, TODAY)
    _hand_in(intake, "penalty", penalty(1, cf_jdrq="2026-11-01"))
    _hand_in(intake, "serious_listing", serious(2))
    return day


def _subject(desk: NightDesk, number: int) -> UUID:
    with reading(desk.engine) as connection:
        found = subject_of_code(connection, desk.log, uscc(number))
    assert found is not None
    return found


def test_everybody_has_the_grade_that_is_reckoned_one_by_one(
    database_url: str, tmp_path: Path
) -> None:
    with ExitStack() as closing:
        place = open_place(
            folder=tmp_path, database_url=database_url, redis_url="redis://127.0.0.1:1/0",
            closing=closing,
        )  # fmt: skip
        city = build_city(5, enterprises=60, people=2_000, step_months=60)
        *_, load = load_feeds(place.desk, place.clock, city)
        engine, log, day = place.services.engine, place.log, city.last_day
        _ordered_recall(place.desk, city.enterprises[0], day)
        night = run_night(NightDesk(engine=engine, log=log, clock=place.clock, span_parties=7))
        with reading(engine) as connection:
            kinds = select(CREDIT_SUBJECT.c.id, CREDIT_SUBJECT.c.kind)
            subjects = connection.execute(kinds).all()
            model = model_on("enterprise", day)
            seen = {"items": 0, "trace": 0, "veto": 0}
            for one in subjects:
                kept = kept_grade(connection, log, one.id, day)
                if one.kind == "person":
                    assert kept is None
                    continue
                grade = grade_party(connection, log, one.id, model, day)
                assert kept is not None
                assert (kept.grade, kept.points, kept.trace_points, kept.why) == (
                    grade.grade, grade.points, grade.trace_points, grade.why,
                )  # fmt: skip
                assert kept.reasons == reasons_json(grade)
                for name in seen:
                    seen[name] += bool(kept.reasons.get(name))
            classes = count_classes(connection, log)

    assert load.differences == []
    assert (night.day, night.is_done) == (day, True)
    assert night.counts["parties"] == sum(classes.values()) >= 60
    assert all(seen.values())


def _ordered_recall(desk: IntakeDesk, enterprise: Enterprise, day: date) -> None:
    """Let the trace ledger show a recall that was ordered."""
    row = {
        "reference": "ordered_recall:1",
        "name": enterprise.name,
        "uscc": enterprise.uscc,
        "evidence": "ordered_recall",
        "shown_on": day.isoformat(),
        "entries": "1",
    }
    batch = take_batch(desk, CONSOLE, OWN_FEED, orjson.dumps(row), door=Door.OWN)
    assert batch.accepted == 1, batch.message


def test_a_night_that_died_goes_on_where_it_was_and_a_finished_one_is_not_run_again(
    desk: NightDesk, two_parties: date
) -> None:
    by_one, seen = replace(desk, span_parties=1), list[Night]()

    def die(night: Night) -> None:
        seen.append(night)
        if night.counts.get("parties") == 1:
            raise _Dying

    with suppress(_Dying):
        run_night(by_one, told=die)
    with reading(desk.engine) as connection:
        died = read_night(connection, desk.log, two_parties)
        assert len(connection.execute(select(CREDIT_GRADE)).all()) == 1
    assert (died.stage, died.is_done) == ("grades", False)

    done = run_night(by_one, told=seen.append)
    again = run_night(by_one, told=lambda _: pytest.fail("it was run again"))

    assert done == again
    assert [one.stage for one in seen].count("rules") == 1
    assert done.counts["parties"] == done.counts["grades_changed"] == 2
    with reading(desk.engine) as connection:
        assert len(connection.execute(select(CREDIT_GRADE)).all()) == 2
        assert last_nights(connection, desk.log, rows_max=5) == [done]
        with pytest.raises(NotFound):
            read_night(connection, desk.log, TODAY + timedelta(days=1))


class _Dying(Exception):
    """A worker that dies."""


@pytest.mark.parametrize("stage", list(STAGES))
def test_a_second_worker_never_sets_a_night_back(
    desk: NightDesk, two_parties: date, stage: str
) -> None:
    seen: list[Night] = []
    done = run_night(desk, told=seen.append)
    begun = replace(done, stage="facts", after_id=None, seq_end=0, counts={}, finished_at=None)
    # So far the second worker had come when the first one ran the night to its end.
    read_before = next(one for one in (begun, *seen) if one.stage == stage)

    standing = STAGES[stage](desk, read_before)

    with reading(desk.engine) as connection:
        assert read_night(connection, desk.log, two_parties) == done == standing


def test_another_class_is_another_version_and_the_earlier_one_stays(
    desk: NightDesk, installation: Installation, intake: IntakeDesk, two_parties: date
) -> None:
    run_night(desk)
    next_day = _on(installation, two_parties + timedelta(days=1))
    _hand_in(intake, "judgment_default", defaulter(1, publishdate=next_day.isoformat()))

    second = run_night(desk)
    third = run_night(desk, day=_on(installation, next_day + timedelta(days=1)))

    assert (second.counts["grades_changed"], third.counts.get("grades_changed", 0)) == (1, 0)
    with reading(desk.engine) as connection:
        newest, first = kept_grades(connection, desk.log, _subject(desk, 1))
        eve = kept_grade(connection, desk.log, _subject(desk, 1), two_parties)
        never = kept_grade(connection, desk.log, _subject(desk, 1), date(2026, 1, 1))
    assert (newest.grade, newest.why, newest.day) == ("D", "veto", next_day)
    assert newest.reasons["veto"]["id"] == "defaulter"
    assert eve == first
    assert first.grade == "B"
    assert never is None


def test_who_came_onto_a_list_and_who_left_one_is_told_the_next_night(
    desk: NightDesk, installation: Installation, intake: IntakeDesk, two_parties: date
) -> None:
    first = run_night(desk)
    day = _on(installation, two_parties + timedelta(days=1))
    removal = {"removed_no": "x", "removed_on": day.isoformat(), "removed_why": "已履行义务"}
    _hand_in(intake, "serious_listing", serious(2, **removal), serious(3))

    run_night(desk)
    run_night(desk, day=_on(installation, day + timedelta(days=1)))

    with reading(desk.engine) as connection:
        changes = {
            (one.subject_id, one.list_id, one.is_on)
            for one in changes_of(connection, desk.log, day)
        }
        later = changes_of(connection, desk.log, day + timedelta(days=1))
        baseline = changes_of(connection, desk.log, two_parties)
    assert changes == {
        (_subject(desk, 2), "serious_violation", False),
        (_subject(desk, 3), "serious_violation", True),
    }
    assert (later, baseline) == ([], [])
    assert "list_changes" not in first.counts


def test_an_entry_whose_last_day_passed_has_left_its_list_without_any_word(
    desk: NightDesk, installation: Installation, two_parties: date
) -> None:
    run_night(desk)
    # Three years from 2026-02-01 (市场监管总局令第44号 art. 18).
    eve = run_night(desk, day=_on(installation, date(2029, 1, 31)))

    run_night(desk, day=_on(installation, date(2029, 2, 2)))

    with reading(desk.engine) as connection:
        (gone,) = changes_of(connection, desk.log, date(2029, 2, 2))
        assert changes_of(connection, desk.log, eve.day) == []
    assert (gone.subject_id, gone.is_on) == (_subject(desk, 2), False)


def test_warnings_are_worked_out_last_and_counted(desk: NightDesk, two_parties: date) -> None:
    asked: list[date] = []

    def warn(day: date) -> dict[str, int]:
        asked.append(day)
        return {"warnings": 3}

    night = run_night(replace(desk, warn=warn))

    assert asked == [two_parties]
    assert night.counts["warnings"] == 3
