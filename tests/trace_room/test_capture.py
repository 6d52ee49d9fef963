"""The one door in: what comes through it whole, what is refused and that it leaves nothing."""

from datetime import timedelta
from trace.capture import Submission, document_limits, submit
from trace.captures import ErrorBehaviour, read_capture
from trace.identifiers import find_ids, key_of
from trace.profiling import ADVICE
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from base.db import reading, transaction
from base.errors import Conflict, Forbidden, InputTooLarge, InvalidInput, LedgerCorrupt
from ledger.batch import Idempotency
from schemas.epcis import DocumentLimits, read_document
from tests.events.samples import epcis_bytes, epcis_files
from tests.instances import (
    NOW,
    Installation,
    at,
    document,
    document_bytes,
    lot,
    observation,
    serial,
    single,
)

_TABLES = ("ledger_entry", "ledger_payload", "event", "event_item", "identifier", "capture")


def _counts(installation: Installation) -> dict[str, int]:
    with reading(installation.engine) as connection:
        return {
            name: connection.execute(text(f"SELECT count(*) FROM {name}")).scalar_one()  # noqa: S608 -- a test's own words
            for name in _TABLES
        }


def _submit(installation: Installation, data: bytes, **options: Any) -> Any:
    sent = read_document(data, limits=DocumentLimits())
    return submit(
        installation.desk,
        Submission(actor=installation.party("farm"), document=sent, **options),
    )


def test_every_valid_document_is_recorded_whole(installation: Installation) -> None:
    installation.clock.instant = NOW + timedelta(days=3650)
    names = epcis_files("valid")
    recorded = 0

    for name in names:
        sent = read_document(epcis_bytes("valid", name), limits=DocumentLimits())
        _, receipt = _submit(installation, epcis_bytes("valid", name))
        # Some of the documents hold events that an earlier one held too.
        assert receipt.count <= len(sent.events)
        recorded += receipt.count

    assert len(names) == 35
    assert installation.check() == 1 + recorded
    assert _counts(installation)["capture"] == 35


@pytest.mark.parametrize("name", epcis_files("invalid"))
def test_an_invalid_document_is_refused_by_path_and_leaves_nothing(
    installation: Installation, name: str
) -> None:
    installation.clock.instant = NOW + timedelta(days=3650)
    installation.party("farm")
    before = _counts(installation)

    with pytest.raises(InvalidInput) as refusal:
        _submit(installation, epcis_bytes("invalid", name))

    assert refusal.value.problems
    assert all(problem.path.startswith("epcisBody.") for problem in refusal.value.problems)
    assert _counts(installation) == before
    assert installation.check() == 1


def test_there_are_eight_invalid_documents() -> None:
    assert len(epcis_files("invalid")) == 8


def test_one_wrong_event_keeps_the_whole_document_out(installation: Installation) -> None:
    events = [observation(serial(n)) for n in range(8)]
    events[4]["bizStep"] = "flying"
    installation.party("farm")
    before = _counts(installation)

    with pytest.raises(InvalidInput) as refusal:
        installation.capture("farm", *events)

    assert [problem.path for problem in refusal.value.problems] == [
        "epcisBody.eventList[4].bizStep"
    ]
    assert _counts(installation) == before
    installation.check()


def test_whoever_proceeds_keeps_the_other_events(installation: Installation) -> None:
    events = [observation(serial(n)) for n in range(8)]
    events[4]["bizStep"] = "flying"

    receipt = installation.capture("farm", *events, behaviour=ErrorBehaviour.PROCEED)

    assert receipt.count == 7
    with reading(installation.engine) as connection:
        (capture_id,) = connection.execute(text("SELECT capture_id FROM event LIMIT 1")).scalars()
        capture = read_capture(connection, 1, _uuid(capture_id))
    assert (capture.event_count, capture.kept_count, capture.first_seq) == (8, 7, 1)
    assert not capture.is_success
    refused = [problem.path for problem in capture.problems if not problem.code.startswith(ADVICE)]
    assert refused == ["epcisBody.eventList[4].bizStep"]
    assert installation.check() == 8


def _uuid(value: object) -> Any:
    return value if isinstance(value, UUID) else UUID(hex=str(value))


def test_a_document_of_wrong_events_alone_ends_in_a_capture_of_nothing(
    installation: Installation,
) -> None:
    event = observation(serial(1), bizStep="flying")

    receipt = installation.capture("farm", event, behaviour=ErrorBehaviour.PROCEED)

    assert receipt.count == 0
    assert _counts(installation)["capture"] == 1
    assert installation.check() == 1


def test_one_event_too_many_is_refused_before_it_is_looked_at(installation: Installation) -> None:
    limits = document_limits(installation.settings)
    assert limits.events_max == 10_000
    data = document_bytes([observation(serial(1))] * 10_001)

    with pytest.raises(InputTooLarge, match="10001 events; at most 10000"):
        read_document(data, limits=limits)


def test_an_event_of_the_far_future_is_refused(installation: Installation) -> None:
    ahead = installation.clock.now() + installation.desk.future_max
    just = observation(serial(1), eventTime=ahead.isoformat())
    late = observation(serial(2), eventTime=(ahead + timedelta(milliseconds=1)).isoformat())

    with pytest.raises(InvalidInput) as refusal:
        installation.capture("farm", just, late)

    assert [problem.path for problem in refusal.value.problems] == [
        "epcisBody.eventList[1].eventTime"
    ]
    assert installation.capture("farm", just).count == 1
    installation.check()


@pytest.mark.parametrize("time", ["2026-11-01T08:00:00", "2026-11-01", "", "2026-02-30T08:00:00Z"])
def test_a_time_without_a_zone_or_a_day_is_refused(installation: Installation, time: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        installation.capture("farm", observation(serial(1), eventTime=time))

    assert refusal.value.problems[0].path == "epcisBody.eventList[0].eventTime"
    assert installation.check() == 1


def test_nobody_records_at_another_partys_site(installation: Installation) -> None:
    site = installation.site_of("plant")

    for field in ("readPoint", "bizLocation"):
        with pytest.raises(Forbidden) as refusal:
            installation.capture(
                "farm", observation(serial(1)), observation(serial(2), **{field: {"id": site}})
            )
        assert [problem.path for problem in refusal.value.problems] == ["epcisBody.eventList[1]"]

    assert installation.check() == 1
    assert installation.capture("plant", observation(serial(1), readPoint={"id": site})).count == 1
    installation.check()


def test_a_part_of_another_partys_site_is_not_free(installation: Installation) -> None:
    room = f"{installation.site_of('plant')}/254/room7"

    with pytest.raises(Forbidden):
        installation.capture("farm", observation(serial(1), readPoint={"id": room}))

    assert installation.check() == 1


def test_whoever_proceeds_keeps_what_is_its_own(installation: Installation) -> None:
    events = [
        observation(serial(1), readPoint={"id": installation.site_of("plant")}),
        observation(serial(2), readPoint={"id": installation.site_of("farm")}),
    ]

    receipt = installation.capture("farm", *events, behaviour=ErrorBehaviour.PROCEED)

    assert receipt.count == 1
    assert installation.check() == 2


def test_an_event_that_is_recorded_is_left_out_of_a_document(installation: Installation) -> None:
    installation.capture("farm", observation(serial(1)))

    receipt = installation.capture("farm", observation(serial(1)), observation(serial(2)))

    assert (receipt.count, receipt.kept) == (1, (1,))
    assert installation.check() == 3


def test_an_event_twice_in_one_document_is_recorded_once(installation: Installation) -> None:
    spelled = observation(serial(1), eventTime="2024-05-01T16:00:00.000+08:00")

    receipt = installation.capture("farm", observation(serial(1)), spelled)

    assert receipt.kept == (0,)
    assert installation.check() == 2


def test_a_single_event_that_is_recorded_is_a_conflict(installation: Installation) -> None:
    event = observation(serial(1))
    installation.capture("farm", event)
    again = Submission(actor=installation.party("farm"), document=single(event), is_single=True)

    with pytest.raises(Conflict, match="as entry 1"):
        submit(installation.desk, again)

    assert installation.check() == 2


def test_an_error_declaration_is_recorded_beside_its_event(installation: Installation) -> None:
    event = observation(serial(1), eventID="urn:uuid:7e5b0a4e-0000-4000-8000-000000000001")
    error = {"declarationTime": at(9), "reason": "incorrect_data"}
    declared = {**event, "errorDeclaration": error}
    installation.capture("farm", event)

    receipt = installation.capture("farm", declared)

    assert (receipt.first_seq, receipt.count) == (2, 1)
    assert installation.capture("farm", declared).count == 0
    later = {**event, "errorDeclaration": {**error, "declarationTime": at(10)}}
    assert installation.capture("farm", later).count == 1
    installation.check()


def test_a_retry_under_its_key_returns_the_first_capture(installation: Installation) -> None:
    idempotency = Idempotency(key="k", request_hash=bytes(32))
    data = document_bytes([observation(serial(1))])
    first_id, first = _submit(installation, data, idempotency=idempotency)

    again_id, again = _submit(installation, data, idempotency=idempotency)

    assert (again_id, again.first_seq, again.is_replay) == (first_id, first.first_seq, True)
    with pytest.raises(Conflict):
        _submit(installation, data, idempotency=Idempotency(key="k", request_hash=b"\1" * 32))
    assert _counts(installation)["capture"] == 1
    assert installation.check() == 2


def test_identifiers_with_the_same_number_are_told_apart(installation: Installation) -> None:
    wanted, squatter = serial(1), "urn:example:squatter"
    number = key_of(wanted)
    with transaction(installation.engine) as connection:
        for offset, uri in ((0, squatter), (1, f"{squatter}:2")):
            connection.execute(
                text("INSERT INTO identifier (log, id, uri) VALUES (1, :id, :uri)"),
                {"id": number + offset, "uri": uri},
            )

    installation.capture("farm", observation(wanted))
    installation.capture("farm", observation(wanted, bizStep="storing"))

    with reading(installation.engine) as connection:
        ids = find_ids(connection, 1, [wanted, "urn:example:unknown"])
        items = connection.execute(text("SELECT item FROM event_item ORDER BY seq")).scalars().all()
    assert ids == {wanted: number + 2}
    assert items == [number + 2, number + 2]
    installation.check()


def test_identifiers_that_collide_without_end_stop_the_writing(
    installation: Installation,
) -> None:
    number = key_of(serial(1))
    installation.party("farm")
    with transaction(installation.engine) as connection:
        for offset in range(16):
            connection.execute(
                text("INSERT INTO identifier (log, id, uri) VALUES (1, :id, :uri)"),
                {"id": number + offset, "uri": f"urn:example:{offset}"},
            )

    with pytest.raises(LedgerCorrupt, match="collide"):
        installation.capture("farm", observation(serial(1)))

    assert installation.capture("farm", observation(serial(2))).count == 1
    assert installation.check() == 2


def test_documents_of_two_processes_interleave_in_one_log(installation: Installation) -> None:
    other = installation.another_desk()
    for number in range(6):
        side = other if number % 2 else installation
        events = [observation(serial(10 * number + n)) for n in range(3)]
        assert side.capture("farm", *events).first_seq == 1 + 3 * number
    duplicate = other.capture("farm", observation(serial(0)))

    assert duplicate.count == 0
    other.engine.dispose()
    assert installation.check() == 19


def test_a_lot_is_known_from_the_ilmd_of_its_serials(installation: Installation) -> None:
    made = observation(
        serial(1),
        action="ADD",
        bizStep="commissioning",
        ilmd={"cbvmda:lotNumber": "L7"},
    )

    installation.capture("farm", made)

    with reading(installation.engine) as connection:
        uris = connection.execute(
            text(
                "SELECT i.uri FROM event_item e JOIN identifier i ON i.id = e.item"
                " WHERE e.role = 10"
            )
        ).scalars()
        assert list(uris) == [lot("L7")]
    installation.check()


def test_the_sender_of_a_document_is_who_its_key_says(installation: Installation) -> None:
    sent = document([observation(serial(1))])
    receipt = submit(
        installation.desk, Submission(actor=installation.party("farm"), document=sent)
    )[1]

    with reading(installation.engine) as connection:
        header = connection.execute(
            text("SELECT header FROM ledger_entry WHERE seq = :seq"), {"seq": receipt.first_seq}
        ).scalar_one()
    assert f'"actor":"{installation.party("farm").id}"'.encode() in bytes(header)
    installation.check()
