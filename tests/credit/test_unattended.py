"""Addresses that are asked and folders that files are left in, as whoever watches them reads it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from base.db import reading
from base.errors import Conflict
from credit.intake.batches import BatchState
from credit.intake.dropping import Dropped, make_folders, put_away
from credit.intake.looking import count_waiting, look_into, outcome_of
from credit.intake.senders import Sender, add_sender
from credit.intake.sources import (
    Source,
    SourceRequest,
    add_source,
    claim_source,
    due_sources,
    end_source,
    list_sources,
    note_outcome,
    want_source,
)
from credit.intake.taking import IntakeDesk
from tests.instances import Installation

FAILED = "2026-11-22T12:00:00.000000Z refused The answer was HTTP 500."
TAKEN = (
    "2026-11-22T13:00:00.000000Z accepted batch 01a205ea-be80-7000-88ea-6bcfc0570f15: 2 rows,"
    " 1 new, 0 known, 1 not understood, 0 ended"
)


@pytest.fixture
def installation(sqlite_world_parts: tuple[Installation, IntakeDesk]) -> Installation:
    return sqlite_world_parts[0]


@pytest.fixture
def sender(installation: Installation) -> Sender:
    return add_sender(
        installation.engine,
        name="青岛市农业农村局",
        feeds=["penalty"],
        public_key=bytes(32),
        now=installation.clock.now(),
        record=lambda *_: None,
    )


@pytest.fixture
def source(installation: Installation, sender: Sender) -> Source:
    asked = SourceRequest(
        sender_id=sender.id,
        feed="penalty",
        url="http://127.0.0.1/a.csv",
        every_minutes=60,
        may_be_private=True,
    )
    return add_source(
        installation.engine, asked, now=installation.clock.now(), record=lambda *_: None
    )


def _due(installation: Installation) -> list[Source]:
    with reading(installation.engine) as connection:
        return list(due_sources(connection, now=installation.clock.now()))


def _only(installation: Installation) -> Source:
    with reading(installation.engine) as connection:
        (found,) = list_sources(connection)
    return found


def _ask(installation: Installation) -> None:
    (due,) = _due(installation)
    assert claim_source(installation.engine, due, now=installation.clock.now())


def test_an_address_that_is_wanted_is_asked_before_its_time_and_once(
    installation: Installation, source: Source
) -> None:
    _ask(installation)
    installation.clock.instant += timedelta(minutes=5)
    assert _due(installation) == []
    assert _only(installation).next_at == installation.clock.now() + timedelta(minutes=55)

    for _ in range(2):
        want_source(installation.engine, source.id, now=installation.clock.now())

    assert _only(installation).next_at is None
    _ask(installation)
    assert _due(installation) == []
    assert _only(installation).next_at == installation.clock.now() + timedelta(minutes=60)


def test_an_address_that_ended_is_not_wanted_any_more(
    installation: Installation, source: Source
) -> None:
    now = installation.clock.now()
    end_source(installation.engine, source.id, now=now, record=lambda *_: None)

    with pytest.raises(Conflict, match="not asked any more"):
        want_source(installation.engine, source.id, now=now)

    assert (_due(installation), _only(installation).next_at) == ([], None)


def test_the_last_failure_is_kept_beside_what_came_since(
    installation: Installation, source: Source
) -> None:
    note_outcome(installation.engine, source, FAILED, is_failure=True)
    note_outcome(installation.engine, source, TAKEN, is_failure=False)

    found = _only(installation)
    last, failure = outcome_of(found.outcome), outcome_of(found.failure)
    assert last is not None
    assert failure is not None
    assert (last.state, str(last.batch_id)[:8], last.message) == (
        BatchState.ACCEPTED,
        "01a205ea",
        "",
    )
    assert (failure.state, failure.batch_id) == (BatchState.REFUSED, None)
    assert (failure.message, failure.at.hour) == ("The answer was HTTP 500.", 12)


@pytest.mark.parametrize("told", [None, "", "yesterday refused", f"{TAKEN[:27]} lost x"])
def test_what_is_no_outcome_is_told_as_none(told: str | None) -> None:
    assert outcome_of(told) is None


def test_a_folder_tells_what_waits_and_what_became_of_the_newest_files(
    sender: Sender, tmp_path: Path
) -> None:
    inside = make_folders(tmp_path, sender) / "penalty"
    for number, state in enumerate((BatchState.ACCEPTED, BatchState.REFUSED, BatchState.ACCEPTED)):
        path = inside / f"{number}.csv"
        path.write_bytes(b"x")
        dropped = Dropped(sender=sender, feed="penalty", path=path)
        told = "There is nothing in the file." if state is BatchState.REFUSED else TAKEN[37:]
        put_away(
            tmp_path,
            dropped,
            state,
            now=datetime(2026, 11, 22, number, tzinfo=UTC),
            told=f"{state.value}\n{told}\n",
            rows=b"row,field\n",
        )
    for name in ("b.csv", "a.csv", "a.csv.sig", "c.csv.part", ".d.csv"):
        (inside / name).write_bytes(b"12345")

    found = look_into(tmp_path, sender, "penalty", names_max=2, files_max=9)

    assert (found.is_made, found.waits.told, found.names_newest) == (True, "2", True)
    assert sorted((one.name, one.bytes, one.is_signed) for one in found.waiting) == [
        ("a.csv", 5, True),
        ("b.csv", 5, False),
    ]
    assert [(one.name, one.outcome.state.value) for one in found.put_away] == [
        ("2.csv", "accepted"),
        ("1.csv", "refused"),
    ]
    assert [one.outcome.message for one in found.put_away] == ["", "There is nothing in the file."]
    assert found.put_away[0].outcome.at == datetime(2026, 11, 22, 2, tzinfo=UTC)
    assert {state.value: one.count for state, one in found.counts.items()} == {
        "accepted": 2,
        "held": 0,
        "refused": 1,
    }


def test_what_somebody_else_put_into_a_folder_is_no_file_that_was_taken(
    sender: Sender, tmp_path: Path
) -> None:
    done = tmp_path / "drop" / str(sender.id) / "done" / "penalty"
    done.mkdir(parents=True)
    secret = tmp_path / "secret.txt"
    secret.write_text("accepted\nsecret\n")
    stamp = "20261122T000000Z-0123abcd"
    for name in ("x.csv", "x.csv.txt", "99999999T000000Z-0123abcd-y.csv", f"{stamp}-z.csv"):
        (done / name).write_bytes(b"1")
    (done / "99999999T000000Z-0123abcd-y.csv.txt").write_bytes(b"1")
    (done / f"{stamp}-z.csv.txt").symlink_to(secret)

    found = look_into(tmp_path, sender, "penalty", names_max=5, files_max=9)

    assert [(one.name, one.outcome.message) for one in found.put_away] == [("z.csv", "")]
    assert (found.is_made, found.waiting) == (False, ())


@pytest.mark.parametrize("files_max", [2, 3])
def test_of_a_full_folder_no_more_is_looked_at_than_was_asked_for(
    sender: Sender, tmp_path: Path, files_max: int
) -> None:
    inside = make_folders(tmp_path, sender) / "penalty"
    for number in range(3):
        path = inside / f"{number}.csv"
        path.write_bytes(b"x")
        (inside / f"{number}.csv.sig").write_bytes(b"{}")
        dropped = Dropped(sender=sender, feed="penalty", path=path)
        now = datetime(2026, 11, 22, number, tzinfo=UTC)
        state = BatchState.ACCEPTED
        put_away(tmp_path, dropped, state, now=now, told="accepted\n\n", rows=b"row,field\n")
    for number in range(3):
        (inside / f"{number}.csv").write_bytes(b"x")
        (inside / f"{number}.csv.sig").write_bytes(b"{}")

    found = look_into(tmp_path, sender, "penalty", names_max=1, files_max=files_max)

    assert found.waits == count_waiting(tmp_path, sender, "penalty", files_max=files_max)
    assert found.waits.is_whole == found.names_newest == (files_max == 3)
    if found.waits.is_whole:
        assert (found.waits.told, found.counts[BatchState.ACCEPTED].told) == ("3", "3")
        assert [one.name for one in found.put_away] == ["2.csv"]
    else:
        # Of a folder that is not read to its end it is chance which files are.
        assert max(found.waits.count, found.counts[BatchState.ACCEPTED].count) <= files_max
        assert found.waits.told.endswith("+")
