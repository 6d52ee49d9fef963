"""A million serials by four processes, one of them killed: none twice, no block lost."""

import subprocess
import sys
from uuid import UUID

import pytest

from base.db import reading
from parties.issuing.blocks import read_block, texts_of
from parties.issuing.tables import CODE_BLOCK
from tests.house.source import ROOT
from tests.instances import Installation, open_installation
from tests.parties.issuing.desk import new_product, party_id_of

pytestmark = pytest.mark.crash

PROCESSES = 4
BLOCKS = 25
SIZE = 10_000
ACKNOWLEDGED_BEFORE_THE_KILL = 9
WAIT_S = 120


def start(place: Installation, url: str, product: UUID, name: int) -> "subprocess.Popen[str]":
    party = party_id_of(place.party("甲"))
    words = (url, str(product), str(party), str(name), str(BLOCKS), str(SIZE))
    return subprocess.Popen(
        [sys.executable, "-m", "tests.crash.issuer_process", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def read(process: "subprocess.Popen[str]", lines: int) -> list[UUID]:
    """Return the blocks that a process acknowledges next."""
    if process.stdout is None:
        raise TypeError("the process was started with a pipe")
    return [UUID(process.stdout.readline().strip()) for _ in range(lines)]


def test_a_million_serials_by_four_processes_one_killed_are_all_different(
    database_url: str,
) -> None:
    place = open_installation(database_url)
    product = new_product(place, "甲")
    processes = [start(place, database_url, product, name) for name in range(PROCESSES)]
    victim = processes.pop()

    acknowledged = set(read(victim, ACKNOWLEDGED_BEFORE_THE_KILL))
    victim.kill()
    killed = victim.communicate(timeout=WAIT_S)[0].split()
    again = start(place, database_url, product, PROCESSES - 1)
    for process in (*processes, again):
        acknowledged.update(read(process, BLOCKS))
        assert process.wait(WAIT_S) == 0
        process.communicate()

    assert acknowledged.issuperset(UUID(one) for one in killed if len(one) == 36)
    with reading(place.engine) as connection:
        issued = [row.id for row in connection.execute(CODE_BLOCK.select())]
        blocks = [read_block(connection, place.secret, place.log, one) for one in acknowledged]
    assert sorted(issued) == sorted(acknowledged)
    assert len(issued) == PROCESSES * BLOCKS
    serials = {text for block in blocks for text in texts_of(block, place.secret)}
    assert len(serials) == PROCESSES * BLOCKS * SIZE == 1_000_000
    place.check()
    place.engine.dispose()
