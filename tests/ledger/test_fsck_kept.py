"""The check of a whole log against what was kept outside, and what it tells besides damage."""

import pytest
from sqlalchemy import text

from base.db import reading, transaction
from ledger.merkle import EMPTY_FRONTIER
from tests.instances import Installation
from tests.ledger.acts import batch, open_journal
from tests.ledger.damage import change, check, found_in


def test_entries_after_the_newest_checkpoint_are_told_and_are_no_damage(
    filled: Installation,
) -> None:
    open_journal(filled.engine, filled.clock).append(batch("a", "b", "c"))

    report = check(filled)

    assert report.is_clean
    assert (report.size, report.unsealed) == (603, 3)
    filled.seal()
    assert check(filled).unsealed == 0


def test_a_log_without_any_checkpoint_is_a_finding(installation: Installation) -> None:
    report = check(installation)

    assert [finding.code for finding in report.findings] == ["never_sealed"]
    assert report.unsealed == 1
    installation.seal()
    assert check(installation).is_clean


def _notes(installation: Installation) -> list[bytes]:
    with reading(installation.engine) as connection:
        statement = text("SELECT note FROM ledger_checkpoint ORDER BY size")
        return [bytes(note) for note in connection.execute(statement).scalars()]


def test_the_sealers_newest_note_may_wait_for_its_row_and_an_older_one_may_not(
    filled: Installation,
) -> None:
    notes = _notes(filled)
    change(filled, "DELETE FROM ledger_checkpoint WHERE size = 600")
    assert found_in(filled, sealers_note=notes[-1]) == []
    change(filled, "DELETE FROM ledger_checkpoint WHERE size = 257")

    assert found_in(filled, sealers_note=notes[1]) == [(None, "checkpoint_missing")]


def test_a_log_that_was_set_back_with_its_checkpoints_is_betrayed_by_the_sealers_note(
    filled: Installation,
) -> None:
    newest = _notes(filled)[-1]
    with transaction(filled.engine) as connection:
        leaves = connection.execute(text("SELECT leaf FROM ledger_entry ORDER BY seq")).scalars()
        frontier, _ = EMPTY_FRONTIER.append_all([bytes(leaf) for leaf in leaves][:257])
    for table in ("ledger_entry", "ledger_payload"):
        change(filled, f"DELETE FROM {table} WHERE seq >= 257")  # noqa: S608 -- a test's own words
    change(filled, "DELETE FROM ledger_checkpoint WHERE size > 257")
    change(filled, "DELETE FROM ledger_node WHERE node_index > 0")
    change(
        filled,
        "UPDATE ledger_head SET size = 257, frontier = :frontier,"
        " last_leaf = (SELECT leaf FROM ledger_entry WHERE seq = 256)",
        frontier=frontier.to_bytes(),
    )
    assert found_in(filled) == []

    assert found_in(filled, sealers_note=newest) == [(None, "entries_missing")]


def test_a_damaged_note_of_the_sealer_is_a_finding(filled: Installation) -> None:
    assert found_in(filled, sealers_note=b"x") == [(None, "checkpoint_damaged")]


def test_a_log_that_is_damaged_throughout_is_counted_and_not_listed(
    filled: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.fsck.FINDINGS_MAX", 50)
    change(filled, "UPDATE ledger_payload SET public_salt = :salt", salt=bytes(16))

    report = check(filled)

    assert (len(report.findings), report.left_off) == (50, 550)
    assert not report.is_clean
