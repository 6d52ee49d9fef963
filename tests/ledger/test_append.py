"""What one append writes, byte for byte, and the tree it keeps."""

import pytest
from sqlalchemy import text

from base.db import reading
from ledger.entry import parse_header
from ledger.merkle import Frontier
from ledger.parts import Part, payload_hash
from ledger.store import read_entries, read_head, scan_nodes
from tests.checking import naive_root
from tests.instances import Installation
from tests.ledger.acts import batch, open_journal


def test_a_stored_entry_is_what_was_handed_in(installation: Installation) -> None:
    journal = open_journal(installation.engine, installation.clock)
    sent = batch("a")
    journal.append(sent)

    with reading(installation.engine) as connection:
        entry = read_entries(connection, 1, [1])[1]

    (draft,) = sent.drafts
    assert entry.parts == draft.parts
    assert entry.header.payload_hash == payload_hash(entry.part_hashes)
    assert (entry.header.actor, entry.header.kind) == ("party:1", "act")
    assert entry.header.recorded_at == installation.clock.now()
    assert set(entry.parts) == set(Part)
    installation.check()


@pytest.mark.parametrize("size", [1, 255, 256, 257, 511, 512, 600])
def test_the_head_holds_the_root_of_every_size(installation: Installation, size: int) -> None:
    journal = open_journal(installation.engine, installation.clock)

    journal.append(batch(*map(str, range(size - 1))))

    with reading(installation.engine) as connection:
        head = read_head(connection, 1)
        leaves = connection.execute(text("SELECT leaf FROM ledger_entry ORDER BY seq")).scalars()
        root = naive_root([bytes(leaf) for leaf in leaves])
        nodes = list(scan_nodes(connection, 1))
    assert (head.size, head.frontier.root()) == (size, root)
    assert [(level, index) for level, index, _ in nodes] == [(8, n) for n in range(size // 256)]
    installation.check()


def test_entries_appended_one_by_one_make_the_same_tree_as_at_once(
    installation: Installation,
) -> None:
    journal = open_journal(installation.engine, installation.clock)
    for number in range(20):
        journal.append(batch(str(number)))

    with reading(installation.engine) as connection:
        entries = read_entries(connection, 1, range(21))
        stored = read_head(connection, 1).frontier
    at_once, _ = Frontier(size=0, peaks=()).append_all([entries[seq].leaf for seq in range(21)])

    assert stored == at_once
    installation.check()


def test_every_header_names_the_leaf_before_it(installation: Installation) -> None:
    journal = open_journal(installation.engine, installation.clock)
    for number in range(5):
        journal.append(batch(f"{number}a", f"{number}b"))

    with reading(installation.engine) as connection:
        entries = read_entries(connection, 1, range(11))

    for seq in range(1, 11):
        assert parse_header(entries[seq].header_bytes).prev == entries[seq - 1].leaf
    installation.check()
