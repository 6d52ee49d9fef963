"""The check of a whole log: each kind of damage, one at a time, is named and nothing else is."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, insert, text

from base.db import reading, transaction
from base.errors import NotFound
from ledger.checkpoint import Checkpoint, origin_of_log, sign_checkpoint
from ledger.fsck import check_log
from ledger.merkle import leaf_hash
from ledger.note import SignerKey
from ledger.parts import Part
from ledger.tables import LEDGER_NODE
from tests.instances import ORIGIN, Installation
from tests.ledger.acts import batch, open_journal
from tests.ledger.damage import change, check, found_in

LAST = 599
SEQS = (0, 1, 255, 256, 300, LAST)


def _flip(installation: Installation, table: str, column: str, seq: int, at: int = -1) -> None:
    """Flip one bit of one byte of a stored value."""
    with transaction(installation.engine) as connection:
        where = f"FROM {table} WHERE log = 1 AND seq = {seq}"
        stored = connection.execute(text(f"SELECT {column} {where}")).scalar_one()
        value = bytearray(stored)
        value[at] ^= 1
        statement = f"UPDATE {table} SET {column} = :value WHERE log = 1 AND seq = {seq}"  # noqa: S608 -- a test's own words
        connection.execute(text(statement), {"value": bytes(value)})


def test_a_sound_log_is_clean(filled: Installation) -> None:
    report = check(filled)

    assert report.is_clean
    assert (report.size, report.checkpoints) == (600, 4)
    filled.check()


@pytest.mark.parametrize("part", list(Part), ids=lambda part: part.name.lower())
@pytest.mark.parametrize("column", ["body", "salt"])
def test_one_bit_of_a_part_names_its_entry(filled: Installation, part: Part, column: str) -> None:
    name = part.name.lower()
    seqs = [seq for seq in SEQS if seq or part is Part.PUBLIC]
    for seq in seqs:
        _flip(filled, "ledger_payload", f"{name}_{column}", seq, at=len(seqs) % 7)

    assert found_in(filled) == [(seq, "part_damaged") for seq in seqs]


def test_a_part_that_is_gone_names_its_entry(filled: Installation) -> None:
    for seq in SEQS[1:]:
        change(
            filled,
            "UPDATE ledger_payload SET chain_salt = NULL, chain_body = NULL WHERE seq = :seq",
            seq=seq,
        )

    assert found_in(filled) == [(seq, "part_missing") for seq in SEQS[1:]]


def test_a_payload_that_is_gone_names_its_entry_and_each_part(filled: Installation) -> None:
    change(filled, "DELETE FROM ledger_payload WHERE seq = 300")

    assert found_in(filled) == [(300, "part_missing")] * 4


def test_a_part_that_was_added_names_its_entry(filled: Installation) -> None:
    change(
        filled,
        "UPDATE ledger_payload SET chain_salt = :salt, chain_body = :body WHERE seq = 0",
        salt=bytes(16),
        body=b"{}",
    )

    assert found_in(filled) == [(0, "part_damaged")]


@pytest.mark.parametrize("seq", SEQS)
def test_one_bit_of_a_header_names_its_entry_alone(filled: Installation, seq: int) -> None:
    for at in (2, 30, 60, 100, 140, 180, 220, 250, -1):
        _flip(filled, "ledger_entry", "header", seq, at=at)

        found = found_in(filled)

        assert (seq, "leaf_mismatch") in found
        assert {place for place, _ in found} == {seq}
        _flip(filled, "ledger_entry", "header", seq, at=at)
    filled.check()


def test_one_bit_of_a_leaf_names_its_entry_alone(filled: Installation) -> None:
    for seq in SEQS:
        _flip(filled, "ledger_entry", "leaf", seq)

        assert found_in(filled) == [(seq, "leaf_mismatch")]
        _flip(filled, "ledger_entry", "leaf", seq)
    filled.check()


@pytest.mark.parametrize("at", [0, 1, 33, -1])
def test_one_bit_of_the_part_hashes_names_its_entry_alone(filled: Installation, at: int) -> None:
    for seq in (256, LAST):
        _flip(filled, "ledger_entry", "part_hashes", seq, at=at)

    found = found_in(filled)

    assert {seq for seq, _ in found} == {256, LAST}
    assert {(256, "payload_mismatch"), (LAST, "payload_mismatch")} <= set(found)


@pytest.mark.parametrize("seq", [1, 255, 256, 300, LAST])
def test_an_entry_that_is_gone_is_named_alone(filled: Installation, seq: int) -> None:
    change(filled, "DELETE FROM ledger_entry WHERE seq = :seq", seq=seq)

    assert found_in(filled) == [(seq, "entry_missing")]


def test_a_gap_is_named_entry_by_entry_and_the_tree_ends_there(filled: Installation) -> None:
    change(filled, "DELETE FROM ledger_entry WHERE seq IN (300, 301, 302)")

    assert sorted(found_in(filled), key=str) == [
        (300, "entry_missing"),
        (301, "entry_missing"),
        (302, "entry_missing"),
        (None, "tree_incomplete"),
    ]


def test_an_entry_that_was_rewritten_with_its_leaf_is_named(filled: Installation) -> None:
    with transaction(filled.engine) as connection:
        header = bytes(
            connection.execute(text("SELECT header FROM ledger_entry WHERE seq = 300")).scalar_one()
        )
        forged = header.replace(b'"actor":"party:1"', b'"actor":"party:2"')
        connection.execute(
            text("UPDATE ledger_entry SET header = :header, leaf = :leaf WHERE seq = 300"),
            {"header": forged, "leaf": leaf_hash(forged)},
        )

    assert found_in(filled) == [(300, "entry_replaced")]


def test_two_entries_that_changed_places_are_named(filled: Installation) -> None:
    for old, new in ((300, 9000), (400, 300), (9000, 400)):
        for table in ("ledger_entry", "ledger_payload"):
            change(filled, f"UPDATE {table} SET seq = {new} WHERE seq = {old}")  # noqa: S608 -- a test's own words

    found = found_in(filled)

    assert {(300, "header_mismatch"), (400, "header_mismatch")} <= set(found)
    assert {seq for seq, _ in found} == {300, 400}


def test_a_clock_that_ran_backwards_names_the_entry(filled: Installation) -> None:
    journal = open_journal(filled.engine, filled.clock)
    change(filled, "UPDATE ledger_head SET recorded_at = :at", at=_early(filled))
    filled.clock.instant = filled.clock.instant.replace(year=2020)

    journal.append(batch("late"))

    assert found_in(filled) == [(600, "clock_backwards")]


def _early(installation: Installation) -> object:
    instant = installation.clock.instant.replace(year=2019)
    micros = int(instant.timestamp()) * 1_000_000
    return micros if installation.engine.dialect.name == "sqlite" else instant


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE ledger_node SET hash = :value WHERE node_index = 1", "node_mismatch"),
        ("DELETE FROM ledger_node WHERE node_index = 0", "node_missing"),
        ("UPDATE ledger_node SET node_index = 7 WHERE node_index = 1", "node_missing"),
        ("UPDATE ledger_node SET level = 16 WHERE node_index = 1", "node_missing"),
        ("UPDATE ledger_head SET last_leaf = :value", "head_mismatch"),
        ("UPDATE ledger_head SET frontier = :value", "head_mismatch"),
        ("UPDATE ledger_head SET origin = 'elsewhere.example.org/log/1'", "head_mismatch"),
        ("UPDATE ledger_checkpoint SET root = :value WHERE size = 257", "root_mismatch"),
        ("UPDATE ledger_checkpoint SET note = :value WHERE size = 257", "checkpoint_damaged"),
        ("UPDATE ledger_checkpoint SET size = 601 WHERE size = 600", "entries_missing"),
    ],
)
def test_damage_beside_the_entries_is_named_by_its_kind(
    filled: Installation, statement: str, code: str
) -> None:
    with transaction(filled.engine) as connection:
        values = {"value": bytes(32)} if ":value" in statement else {}
        assert connection.execute(text(statement), values).rowcount == 1

    found = found_in(filled)

    assert found[0] == (None, code)
    assert {seq for seq, _ in found} == {None}


def test_a_checkpoint_whose_note_is_of_another_size_is_named(filled: Installation) -> None:
    statement = "UPDATE ledger_checkpoint SET note = (SELECT note FROM ledger_checkpoint c"
    change(filled, f"{statement} WHERE c.size = 400) WHERE size = 257")

    assert found_in(filled) == [(None, "checkpoint_damaged")]


def test_a_checkpoint_signed_over_another_root_is_named(filled: Installation) -> None:
    note = sign_checkpoint(
        Checkpoint(origin=origin_of_log(ORIGIN, 1), size=300, root=bytes(32)), [filled.signer]
    )

    assert found_in(filled, kept_notes=[note]) == [
        (None, "checkpoint_missing"),
        (None, "root_mismatch"),
    ]


def test_a_checkpoint_by_an_unknown_key_is_named(filled: Installation) -> None:
    stranger = SignerKey.from_seed(origin_of_log(ORIGIN, 1), b"\1" * 32)
    with reading(filled.engine) as connection:
        report = check_log(connection, 1, [stranger.verifier()])

    assert [finding.code for finding in report.findings] == ["checkpoint_damaged"] * 4


def test_a_removed_checkpoint_is_missed_by_whoever_kept_its_note(filled: Installation) -> None:
    with transaction(filled.engine) as connection:
        where = "FROM ledger_checkpoint WHERE size = 257"
        note = bytes(connection.execute(text(f"SELECT note {where}")).scalar_one())
        connection.execute(text(f"DELETE {where}"))

    assert check(filled).checkpoints == 3
    assert found_in(filled) == []
    assert found_in(filled, kept_notes=[note]) == [(None, "checkpoint_missing")]


def test_a_kept_note_that_is_stored_is_no_finding(filled: Installation) -> None:
    with reading(filled.engine) as connection:
        notes = connection.execute(text("SELECT note FROM ledger_checkpoint")).scalars().all()

    assert found_in(filled, kept_notes=[bytes(note) for note in notes]) == []


def test_a_log_cut_off_with_its_head_is_betrayed_by_its_checkpoints(
    filled: Installation,
) -> None:
    with transaction(filled.engine) as connection:
        before = dict(connection.execute(text("SELECT * FROM ledger_head")).mappings().one())
    open_journal(filled.engine, filled.clock).append(batch("a", "b"))
    filled.seal()
    for table in ("ledger_entry", "ledger_payload"):
        change(filled, f"DELETE FROM {table} WHERE seq >= 600")  # noqa: S608 -- a test's own words
    change(
        filled,
        "UPDATE ledger_head SET size = :size, last_leaf = :last_leaf, frontier = :frontier",
        **{name: before[name] for name in ("size", "last_leaf", "frontier")},
    )

    assert found_in(filled) == [(None, "entries_missing")]


def test_rows_beyond_the_head_are_named(filled: Installation) -> None:
    for table in ("ledger_entry", "ledger_payload"):
        with transaction(filled.engine) as connection:
            _copy(connection, table, LAST, 600)

    assert found_in(filled) == [(None, "beyond_head")] * 2


def _copy(connection: Connection, table: str, old: int, new: int) -> None:
    row = dict(
        connection.execute(text(f"SELECT * FROM {table} WHERE seq = {old}")).mappings().one()  # noqa: S608 -- a test's own words
    )
    row["seq"] = new
    names = ", ".join(row)
    marks = ", ".join(f":{name}" for name in row)
    connection.execute(text(f"INSERT INTO {table} ({names}) VALUES ({marks})"), row)  # noqa: S608 -- a test's own words


def test_two_kinds_of_damage_are_both_found(filled: Installation) -> None:
    _flip(filled, "ledger_payload", "public_body", 3)
    change(filled, "DELETE FROM ledger_entry WHERE seq = 300")

    assert found_in(filled) == [(3, "part_damaged"), (300, "entry_missing")]


def test_progress_is_told_from_the_first_entry_on(filled: Installation) -> None:
    told: list[tuple[int, int]] = []
    on_progress: Callable[[int, int], None] = lambda done, size: told.append((done, size))  # noqa: E731 -- it is shorter than a function

    check(filled, on_progress=on_progress)

    assert told[0] == (0, 600)
    filled.check()


def test_a_log_that_was_never_opened_is_not_found(installation: Installation) -> None:
    with reading(installation.engine) as connection, pytest.raises(NotFound):
        check_log(connection, 7, [installation.signer.verifier()])


def test_a_node_of_no_tree_is_named_and_nothing_else(filled: Installation) -> None:
    with transaction(filled.engine) as connection:
        for level, index in ((8, 2), (16, 0), (8, -1)):
            row = {"log": 1, "level": level, "node_index": index, "hash": bytes(32)}
            connection.execute(insert(LEDGER_NODE), row)

    assert found_in(filled) == [(None, "node_extra")] * 3


def test_the_nodes_of_several_pieces_of_the_tree_are_compared(
    filled: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A piece that ends before, at and behind the end of a tile.
    for fold in (100, 256, 300):
        monkeypatch.setattr("ledger.fsck._FOLD", fold)
        assert check(filled).is_clean
    change(filled, "UPDATE ledger_node SET hash = :value WHERE node_index = 1", value=bytes(32))

    for fold in (100, 256, 300):
        monkeypatch.setattr("ledger.fsck._FOLD", fold)
        assert found_in(filled) == [(None, "node_mismatch")]
