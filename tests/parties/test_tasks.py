"""Long work: asked for once, done by one, never lost and never in the way of the others."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from base.db import reading, transaction
from base.errors import Busy, Conflict, InvalidInput, NotFound
from parties.ids import new_id
from parties.tasks import (
    ATTEMPTS_MAX,
    STALE_AFTER,
    Made,
    Task,
    TaskLost,
    TaskRequest,
    TaskState,
    Tell,
    attend,
    create_task,
    drop_task,
    forget_finished,
    read_task,
    take_task,
    teller,
    unattended_tasks,
)
from tests.instances import Installation, open_installation


@pytest.fixture
def place(database_url: str) -> Any:
    opened = open_installation(database_url)
    yield opened
    opened.engine.dispose()


def ask(place: Installation, *, waiting_max: int = 5, **changed: Any) -> Task:
    asked: dict[str, Any] = {"kind": "labels", "subject": "block", "arguments": {"first": 1}}
    request = TaskRequest(**{**asked, "total": 10, **changed})
    actor = place.party("甲")
    with transaction(place.engine) as connection:
        return create_task(
            connection, actor, request, waiting_max=waiting_max, now=place.clock.now()
        )


def stored(place: Installation, task_id: UUID) -> Task:
    with reading(place.engine) as connection:
        return read_task(connection, task_id)


def waiting(place: Installation) -> list[UUID]:
    with reading(place.engine) as connection:
        return list(unattended_tasks(connection, now=place.clock.now()))


def test_done_work_says_so_with_its_file(place: Installation) -> None:
    task = ask(place)

    done = attend(
        place.engine, task.id, place.clock, lambda *_: Made(file_name="a.pdf", message="kept short")
    )

    assert done is not None
    assert (done.state, done.done, done.file_name) == (TaskState.DONE, 10, "a.pdf")
    assert done.message == "kept short"
    assert waiting(place) == []


def test_nobody_does_what_another_one_is_at(place: Installation) -> None:
    task = ask(place)
    take_task(place.engine, task.id, place.clock)

    assert attend(place.engine, task.id, place.clock, lambda *_: Made()) is None
    assert waiting(place) == []


def test_work_whose_worker_is_not_heard_of_is_taken_over(place: Installation) -> None:
    task = ask(place)
    first = take_task(place.engine, task.id, place.clock)
    place.clock.instant += STALE_AFTER + timedelta(seconds=1)

    assert waiting(place) == [task.id]
    second = take_task(place.engine, task.id, place.clock)

    assert first is not None
    assert second is not None
    assert (first.attempt, second.attempt) == (1, 2)


def test_whoever_lost_a_task_writes_nothing_more(place: Installation) -> None:
    task = ask(place)
    lost = take_task(place.engine, task.id, place.clock)
    assert lost is not None
    place.clock.instant += STALE_AFTER + timedelta(seconds=1)
    take_task(place.engine, task.id, place.clock)

    with pytest.raises(TaskLost):
        teller(place.engine, lost, place.clock)(9)

    assert stored(place, task.id).done == 0


def test_a_worker_that_comes_back_late_does_not_finish_what_another_one_does(
    place: Installation,
) -> None:
    task = ask(place)

    def sleep_through(taken: Task, tell: Tell) -> Made:
        place.clock.instant += STALE_AFTER + timedelta(seconds=1)
        take_task(place.engine, taken.id, place.clock)
        return Made(file_name="late.pdf")

    assert attend(place.engine, task.id, place.clock, sleep_through) is None
    found = stored(place, task.id)
    assert (found.state, found.file_name, found.attempt) == (TaskState.RUNNING, "", 2)


def test_what_is_busy_is_left_for_later(place: Installation) -> None:
    task = ask(place)

    def refuse(taken: Task, tell: Tell) -> Made:
        raise Busy("the database is away", retry_after_s=1)

    attend(place.engine, task.id, place.clock, refuse)

    assert waiting(place) == [task.id]


def test_what_is_refused_says_why_and_is_over(place: Installation) -> None:
    task = ask(place)

    def refuse(taken: Task, tell: Tell) -> Made:
        raise InvalidInput("sheet: is too small")

    found = attend(place.engine, task.id, place.clock, refuse)

    assert found is not None
    assert (found.state, found.message) == (TaskState.FAILED, "sheet: is too small")
    assert waiting(place) == []


def test_what_breaks_is_tried_again_and_given_up_in_the_end(place: Installation) -> None:
    task = ask(place)

    def break_down(taken: Task, tell: Tell) -> Made:
        raise OSError("the disk is full")

    for _ in range(ATTEMPTS_MAX - 1):
        attend(place.engine, task.id, place.clock, break_down)
        assert waiting(place) == [task.id]
    attend(place.engine, task.id, place.clock, break_down)

    found = stored(place, task.id)
    assert found.state is TaskState.FAILED
    assert "disk" not in found.message
    assert waiting(place) == []


def test_progress_is_kept(place: Installation) -> None:
    task = ask(place)
    seen: list[int] = []

    def work(taken: Task, tell: Tell) -> Made:
        tell(4)
        seen.append(stored(place, taken.id).done)
        return Made()

    attend(place.engine, task.id, place.clock, work)

    assert seen == [4]


def test_the_same_request_made_twice_is_one_task(place: Installation) -> None:
    task_id = new_id(place.clock.now())

    assert ask(place, id=task_id) == ask(place, id=task_id)


@pytest.mark.parametrize(
    "changed", [{"kind": "commission"}, {"subject": "other"}, {"arguments": {"first": 2}}]
)
def test_another_request_under_the_same_id_is_refused(
    place: Installation, changed: dict[str, Any]
) -> None:
    task_id = new_id(place.clock.now())
    ask(place, id=task_id)

    with pytest.raises(Conflict):
        ask(place, id=task_id, **changed)


def test_a_dropped_task_can_be_asked_for_anew_and_a_taken_one_is_not_dropped(
    place: Installation,
) -> None:
    task_id = new_id(place.clock.now())
    ask(place, id=task_id)

    drop_task(place.engine, task_id)
    again = ask(place, id=task_id, arguments={"first": 2})
    take_task(place.engine, task_id, place.clock)
    drop_task(place.engine, task_id)

    assert stored(place, task_id).arguments == again.arguments == {"first": 2}


def test_a_party_has_a_bounded_number_of_unfinished_tasks(place: Installation) -> None:
    for _ in range(2):
        ask(place, waiting_max=2)

    with pytest.raises(Busy):
        ask(place, waiting_max=2)


def test_what_was_finished_long_ago_is_forgotten_and_nothing_else(place: Installation) -> None:
    old, open_one = ask(place), ask(place)
    attend(place.engine, old.id, place.clock, lambda *_: Made())
    place.clock.instant += timedelta(days=91)

    count = forget_finished(place.engine, place.clock.now() - timedelta(days=90))

    assert count == 1
    assert stored(place, open_one.id).state is TaskState.WAITING
    with pytest.raises(NotFound):
        stored(place, old.id)
