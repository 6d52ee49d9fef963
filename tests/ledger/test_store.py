"""Reading back: only what was stored, and damage is marked rather than raised."""

import pytest
from sqlalchemy import text

from base.db import reading, transaction
from base.errors import LedgerCorrupt, NotFound
from ledger.draft import SealedPart
from ledger.merkle import inclusion_path, root_of, verify_inclusion
from ledger.parts import Part
from ledger.store import (
    parse_part,
    read_checkpoint,
    read_entries,
    read_head,
    read_sealed_size,
    scan_entries,
    tile_reader,
)
from tests.instances import Installation
from tests.ledger.acts import batch, open_journal


def _fill(installation: Installation, count: int) -> None:
    open_journal(installation.engine, installation.clock).append(batch(*map(str, range(count))))


def test_entries_are_found_by_number_whatever_their_count(installation: Installation) -> None:
    _fill(installation, 1100)

    with reading(installation.engine) as connection:
        found = read_entries(connection, 1, range(2000))
        scanned = list(scan_entries(connection, 1, start=5, end=1090))

    assert sorted(found) == list(range(1101))
    assert [entry.seq for entry in scanned] == list(range(5, 1090))
    assert all(found[entry.seq] == entry for entry in scanned)
    installation.check()


def test_a_log_that_is_not_here_is_not_found(installation: Installation) -> None:
    with reading(installation.engine) as connection:
        with pytest.raises(NotFound):
            read_head(connection, 2)
        with pytest.raises(NotFound):
            read_checkpoint(connection, 1)
        assert read_sealed_size(connection, 1) == 0
    installation.check()


@pytest.mark.parametrize(
    ("column", "value", "part"),
    [
        ("public_body", b"{}", Part.PUBLIC),
        ("chain_salt", bytes(16), Part.CHAIN),
        ("authority_salt", b"short", Part.AUTHORITY),
        ("personal_body", b"not JSON", Part.PERSONAL),
    ],
)
def test_a_damaged_part_is_marked_and_the_others_are_not(
    installation: Installation, column: str, value: bytes, part: Part
) -> None:
    _fill(installation, 1)
    with transaction(installation.engine) as connection:
        statement = text(f"UPDATE ledger_payload SET {column} = :value WHERE seq = 1")  # noqa: S608 -- a test's own words
        connection.execute(statement, {"value": value})

    with reading(installation.engine) as connection:
        entry = read_entries(connection, 1, [1])[1]

    assert entry.damaged_parts() == (part,)


def test_part_hashes_that_are_not_readable_vouch_for_no_part(installation: Installation) -> None:
    _fill(installation, 1)
    with transaction(installation.engine) as connection:
        connection.execute(
            text("UPDATE ledger_entry SET part_hashes = :value WHERE seq = 1"),
            {"value": b"\xff" * 33},
        )

    with reading(installation.engine) as connection:
        entry = read_entries(connection, 1, [1])[1]

    assert entry.part_hashes == {}
    assert entry.damaged_parts() == tuple(Part)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"/a":1,"/a":2}', b'{"/a":{"b":{"c":1}}}'])
def test_a_part_that_is_no_map_of_leaves_is_corrupt(body: bytes) -> None:
    with pytest.raises(LedgerCorrupt):
        parse_part(SealedPart(salt=bytes(16), body=body))


def test_a_hole_in_the_log_is_told_and_never_proven_over(installation: Installation) -> None:
    _fill(installation, 9)
    with transaction(installation.engine) as connection:
        connection.execute(text("DELETE FROM ledger_entry WHERE seq = 4"))

    with reading(installation.engine) as connection, pytest.raises(LedgerCorrupt):
        inclusion_path(9, 10, tile_reader(connection, 1).get_node)


def test_a_proof_reads_the_same_tree_as_the_leaves(installation: Installation) -> None:
    _fill(installation, 300)

    with reading(installation.engine) as connection:
        leaves = [entry.leaf for entry in scan_entries(connection, 1, start=0, end=301)]
        for size in (1, 2, 255, 256, 257, 300, 301):
            reader = tile_reader(connection, 1)
            for index in {0, 1, size // 2, size - 1} & set(range(size)):
                path = inclusion_path(index, size, reader.get_node)
                verify_inclusion(index, size, leaves[index], path, root_of(leaves[:size]))
    installation.check()
