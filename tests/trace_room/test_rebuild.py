"""The event index made anew from entry 0 is the index that was there."""

from datetime import timedelta
from trace.capture import Submission, submit
from trace.projections.lineage import bring_up
from trace.rebuild import check_index, rebuild_index
from trace.tables import EVENT, EVENT_ITEM, IDENTIFIER
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Table, insert, select, text

from base.db import reading, transaction
from base.errors import LedgerCorrupt
from jobs.commands import run_command_line
from ledger.batch import Batch
from ledger.draft import draft_of_parts
from ledger.parts import Part
from parties.tables import PARTY
from schemas.epcis import DocumentLimits, read_document
from tests.events.samples import epcis_bytes, epcis_files
from tests.instances import NOW, Installation, at, lot, observation, serial
from tests.ledger.acts import open_journal
from tests.trace_room.story import CARTON, PALLET, making, packing


def _fill(installation: Installation) -> None:
    """Record every valid vector, declarations, several parties, and an act between them."""
    installation.clock.instant = NOW + timedelta(days=400)
    for number, name in enumerate(epcis_files("valid")):
        document = read_document(epcis_bytes("valid", name), limits=DocumentLimits())
        actor = installation.party(f"party {number % 3}")
        submit(installation.desk, Submission(actor=actor, document=document))
    event = observation(serial(1), eventID="urn:uuid:7e5b0a4e-0000-4000-8000-000000000001")
    installation.capture("party 1", event)
    error = {"declarationTime": at(30), "reason": "did_not_occur"}
    installation.capture("party 1", {**event, "errorDeclaration": error})
    open_journal(installation.engine, installation.clock).append(
        Batch(
            actor="console",
            subject="act",
            drafts=[draft_of_parts("act", {Part.PUBLIC: {"what": "something else"}})],
        )
    )
    installation.capture("party 2", *(observation(serial(n)) for n in range(2, 1100)))


def _rows(installation: Installation, table: Table) -> list[Any]:
    with reading(installation.engine) as connection:
        return sorted(map(tuple, connection.execute(select(table))), key=str)


def _check(installation: Installation) -> list[tuple[int | None, str]]:
    with reading(installation.engine) as connection:
        return [(one.seq, one.code) for one in check_index(connection, 1)]


def test_the_index_is_a_fold_over_the_ledger(installation: Installation) -> None:
    _fill(installation)
    before = {table.name: _rows(installation, table) for table in (EVENT, EVENT_ITEM, IDENTIFIER)}
    assert _check(installation) == []

    with transaction(installation.engine) as connection:
        count = rebuild_index(connection, 1)

    assert count == len(before["event"])
    for table in (EVENT, EVENT_ITEM, IDENTIFIER):
        assert _rows(installation, table) == before[table.name]
    assert installation.capture("party 1", observation(serial(5000))).count == 1
    installation.check()


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        ("UPDATE event SET biz_step = 'shipping' WHERE seq = 2", [(2, "event_differs")]),
        ("UPDATE event SET capture_id = party_id WHERE seq = 1", [(1, "event_differs")]),
        ("DELETE FROM event WHERE seq = 2", [(2, "event_missing")]),
        ("DELETE FROM event_item WHERE seq = 1", [(1, "items_differ")]),
        ("UPDATE event_item SET role = 4 WHERE seq = 1", [(1, "items_differ")]),
        ("UPDATE event SET seq = 7 WHERE seq = 2", [(2, "event_missing"), (None, "beyond_head")]),
    ],
)
def test_an_index_that_was_tampered_with_is_told_and_made_good(
    installation: Installation, damage: str, expected: list[tuple[int | None, str]]
) -> None:
    installation.capture("farm", observation(serial(1)), observation(serial(2)))
    with transaction(installation.engine) as connection:
        assert connection.execute(text(damage)).rowcount == 1

    assert _check(installation) == expected

    with transaction(installation.engine) as connection:
        rebuild_index(connection, 1)
    assert _check(installation) == []
    installation.check()


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        ("UPDATE link SET src = 77 WHERE seq = 1 AND kind = 1", [(1, "links_differ")]),
        ("DELETE FROM link WHERE seq = 1 AND kind = 2", [(1, "links_differ")]),
        ("UPDATE link SET until_us = NULL, until_seq = NULL WHERE seq = 2", [(2, "stays_differ")]),
        ("DELETE FROM link WHERE seq = 2", [(2, "stays_differ")]),
        ("UPDATE link SET dst = 77 WHERE seq = 2", [(2, "stays_differ"), (None, "stays_extra")]),
        ("UPDATE link SET seq = 9 WHERE seq = 2", [(2, "stays_differ"), (9, "stays_differ")]),
        ("UPDATE event_quantity SET quantity = '6' WHERE seq = 4", [(4, "quantities_differ")]),
        (
            "UPDATE event_quantity SET seq = 9 WHERE seq = 4",
            [(4, "quantities_differ"), (None, "links_beyond_head")],
        ),
        ("UPDATE projection_cursor SET next_seq = 9", [(None, "links_beyond_head")]),
    ],
)
def test_links_that_were_tampered_with_are_told_and_made_good(
    installation: Installation, damage: str, expected: list[tuple[int | None, str]]
) -> None:
    installation.capture(
        "farm",
        making(1, [], [serial(2)], inputEPCList=[serial(1)]),
        packing(2, PALLET, serial(2)),
        packing(3, PALLET, serial(2), action="DELETE"),
        packing(4, CARTON, lots=(lot("A"),)),
    )
    bring_up(installation.engine, installation.log)
    assert _check(installation) == []
    with transaction(installation.engine) as connection:
        assert connection.execute(text(damage)).rowcount == 1

    found = _check(installation)

    assert [one for one in expected if one not in found] == []
    assert {code for _, code in found} == {code for _, code in expected}
    with transaction(installation.engine) as connection:
        rebuild_index(connection, 1)
    assert _check(installation) == []


def test_identifiers_too_few_and_too_many_are_told(installation: Installation) -> None:
    installation.capture("farm", observation(serial(1)))
    with transaction(installation.engine) as connection:
        connection.execute(text("UPDATE identifier SET uri = 'urn:example:other'"))

    codes = {code for _, code in _check(installation)}

    assert codes == {"items_differ", "identifier_missing", "identifier_extra"}


def test_an_actor_that_the_register_does_not_know_is_corruption(
    installation: Installation,
) -> None:
    installation.capture("farm", observation(serial(1)))
    with transaction(installation.engine) as connection:
        connection.execute(text("DELETE FROM site"))
        connection.execute(text("DELETE FROM party"))

    with reading(installation.engine) as connection, pytest.raises(LedgerCorrupt, match="no one"):
        check_index(connection, 1)


def test_two_parties_with_one_actor_id_are_never_guessed_between(
    installation: Installation,
) -> None:
    party_id = installation.party("farm").party_id
    assert party_id is not None
    installation.capture("farm", observation(serial(1)))
    with transaction(installation.engine) as connection:
        connection.execute(
            insert(PARTY).values(
                id=UUID(int=party_id.int ^ (1 << 120)),
                licence_kind="SC",
                licence_no="1",
                name_zh="twin",
                name_en="",
                kind="farm",
                created_at=NOW,
            )
        )

    with reading(installation.engine) as connection, pytest.raises(LedgerCorrupt, match="no one"):
        check_index(connection, 1)


def test_a_damaged_entry_stops_the_rebuilding_and_changes_nothing(
    installation: Installation,
) -> None:
    installation.capture("farm", observation(serial(1)), observation(serial(2)))
    before = _rows(installation, EVENT)
    with transaction(installation.engine) as connection:
        connection.execute(
            text("UPDATE ledger_payload SET chain_salt = :salt WHERE seq = 2"), {"salt": bytes(16)}
        )

    with pytest.raises(LedgerCorrupt, match="fsck"), transaction(installation.engine) as connection:
        rebuild_index(connection, 1)

    assert _rows(installation, EVENT) == before


def test_the_command_says_what_differs_and_mends_it(
    installation: Installation, capsys: pytest.CaptureFixture[str]
) -> None:
    environ = {"SUXIN_DATABASE_URL": installation.settings.database_url}
    installation.capture("farm", observation(serial(1)))
    assert run_command_line(["rebuild", "--check"], environ) == 0
    with transaction(installation.engine) as connection:
        connection.execute(text("DELETE FROM event"))

    assert run_command_line(["rebuild", "--check"], environ) == 1
    assert "entry 1: event_missing" in capsys.readouterr().out

    assert run_command_line(["rebuild"], environ) == 0
    assert run_command_line(["rebuild", "--check"], environ) == 0
    assert "the index of 1 events is made anew" in capsys.readouterr().out
    installation.check()
