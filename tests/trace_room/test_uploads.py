"""Documents that wait for a worker: kept until captured, captured once, refused on the record."""

from collections.abc import Callable
from hashlib import sha256
from trace.capture import document_limits
from trace.captures import (
    Capture,
    ErrorBehaviour,
    Upload,
    read_capture,
    read_upload,
    waiting_uploads,
)
from trace.uploads import UploadLimits, accept_upload, capture_upload
from uuid import UUID

import pytest

from base.db import reading
from base.errors import Busy, Conflict, Unauthenticated
from ledger.batch import Idempotency
from parties.actors import ANONYMOUS, Actor, Role, actor_of_account
from tests.faults import make_fragile, outage
from tests.instances import Installation, document_bytes, observation, serial

BODY = document_bytes([observation(serial(n)) for n in range(20)])
LIMITS = UploadLimits(waiting_max=5, party_waiting_max=3)


def _accept(
    installation: Installation,
    body: bytes = BODY,
    key: str | None = None,
    actor: Actor | None = None,
) -> Capture:
    idempotency = None
    if key is not None:
        idempotency = Idempotency(key=key, request_hash=sha256(body).digest())
    return accept_upload(
        installation.desk,
        actor or installation.party("farm"),
        body,
        behaviour=ErrorBehaviour.ROLLBACK,
        event_count=20,
        idempotency=idempotency,
        limits=LIMITS,
    )


def _work(
    installation: Installation,
    capture: Capture,
    actor_of: Callable[[Upload], Actor] | None = None,
) -> Capture:
    return capture_upload(
        installation.desk,
        capture.id,
        actor_of=actor_of or (lambda _: installation.party("farm")),
        limits=document_limits(installation.settings),
    )


def _revoked(upload: Upload) -> Actor:
    raise Unauthenticated(f"The key {upload.key_id} is no longer valid.")


def test_a_document_is_kept_until_it_is_captured(installation: Installation) -> None:
    capture = _accept(installation)
    with reading(installation.engine) as connection:
        upload = read_upload(connection, 1, capture.id)
        assert waiting_uploads(connection, 1) == [capture.id]
    assert upload is not None
    assert (upload.body, capture.is_running) == (BODY, True)

    done = _work(installation, capture)

    assert (done.is_running, done.is_success, done.kept_count, done.first_seq) == (
        False,
        True,
        20,
        1,
    )
    with reading(installation.engine) as connection:
        assert waiting_uploads(connection, 1) == []
    assert installation.check() == 21


def test_a_document_is_captured_once_however_often_its_job_runs(
    installation: Installation,
) -> None:
    capture = _accept(installation)

    first, second = _work(installation, capture), _work(installation, capture)

    assert first == second
    assert installation.check() == 21


def test_the_same_request_under_one_key_is_one_job(installation: Installation) -> None:
    first = _accept(installation, key="k")

    again = _accept(installation, key="k")

    assert again.id == first.id
    with pytest.raises(Conflict):
        _accept(installation, document_bytes([observation(serial(99))]), key="k")
    _work(installation, first)
    assert _accept(installation, key="k").kept_count == 20
    assert installation.check() == 21


def test_a_document_whose_key_was_revoked_is_refused_on_the_record(
    installation: Installation,
) -> None:
    capture = _accept(installation)

    refused = _work(installation, capture, _revoked)

    assert (refused.is_running, refused.is_success, refused.kept_count) == (False, False, 0)
    assert [problem.code for problem in refused.problems] == ["unauthenticated"]
    assert _work(installation, capture) == refused
    assert installation.check() == 1


def test_a_document_of_an_account_is_captured_as_what_its_account_stands_for(
    installation: Installation,
) -> None:
    account_id, party_id = UUID(int=77), installation.party("farm").party_id
    owner = actor_of_account(account_id=account_id, role=Role.PRODUCER, party_id=party_id)
    capture = _accept(installation, actor=owner)
    asked: list[tuple[UUID | None, UUID | None]] = []

    def owner_of(upload: Upload) -> Actor:
        asked.append((upload.key_id, upload.account_id))
        return owner

    done = _work(installation, capture, owner_of)

    assert asked == [(None, account_id)]
    assert (done.is_success, done.kept_count, done.party_id) == (True, 20, party_id)
    assert installation.check() == 21


def test_a_wrong_document_is_refused_with_its_paths(installation: Installation) -> None:
    events = [observation(serial(n)) for n in range(6)]
    events[4]["disposition"] = "lost"
    capture = _accept(installation, document_bytes(events))

    refused = _work(installation, capture)

    assert [problem.path for problem in refused.problems] == ["epcisBody.eventList[4].disposition"]
    assert installation.check() == 1


def test_a_late_refusal_does_not_take_back_what_was_recorded(installation: Installation) -> None:
    capture = _accept(installation)

    def revoked_meanwhile(upload: Upload) -> Actor:
        # Another worker has captured the document between this one's reading and its refusal.
        _work(installation, capture)
        return _revoked(upload)

    done = _work(installation, capture, revoked_meanwhile)

    assert (done.is_success, done.kept_count) == (True, 20)
    assert installation.check() == 21


@pytest.mark.parametrize("is_after", [False, True], ids=["before", "after"])
def test_a_document_outlives_every_outage_of_its_capture(
    installation: Installation, is_after: bool
) -> None:
    make_fragile(installation.engine)
    installation.engine.dispose()
    first = _accept(installation)
    with outage() as counted:
        _work(installation, first)
    recorded = 21

    for at, what in enumerate(counted.seen):
        body = document_bytes([observation(serial(1000 * at + n + 1000)) for n in range(20)])
        capture = _accept(installation, body)
        with outage(at=at, is_after=is_after), pytest.raises(Busy):
            _work(installation, capture)
        is_persisted = is_after and what == "COMMIT"
        with reading(installation.engine) as connection:
            assert waiting_uploads(connection, 1) == ([] if is_persisted else [capture.id])

        done = _work(installation, capture)

        assert (done.is_success, done.kept_count, done.first_seq) == (True, 20, recorded)
        recorded += 20
    assert counted.seen[-1] == "COMMIT"
    assert installation.check() == recorded


def test_only_the_holder_of_a_key_hands_documents_in(installation: Installation) -> None:
    with pytest.raises(ValueError, match="key"):
        accept_upload(
            installation.desk,
            ANONYMOUS,
            BODY,
            behaviour=ErrorBehaviour.ROLLBACK,
            event_count=20,
        )
    installation.check()


def test_a_job_is_what_its_row_says(installation: Installation) -> None:
    capture = _accept(installation)

    with reading(installation.engine) as connection:
        stored = read_capture(connection, 1, capture.id)

    assert stored == capture
    installation.check()
