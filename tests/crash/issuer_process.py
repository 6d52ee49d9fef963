"""A process of its own that issues blocks and says which: to be killed in the middle.

Run as `python -m tests.crash.issuer_process URL PRODUCT PARTY NAME BLOCKS SIZE`. The key of a block
is its number, so that the same process started again goes on where the first one died.
"""

import hashlib
import sys
from uuid import UUID

from base.clock import SystemClock
from base.config import Settings
from base.db import open_engine
from ledger.batch import Idempotency
from ledger.opening import DEFAULT_LOG
from parties.actors import Role, actor_of_key
from parties.issuing.blocks import BlockRequest, Issuer, issue_block
from parties.issuing.owning import open_owners
from tests.instances import SECRET

from trace.capture import open_desk  # isort: skip


def main(url: str, product: str, party: str, name: str, blocks: int, size: int) -> None:
    engine = open_engine(url)
    clock = SystemClock()
    owners = open_owners(engine, clock, SECRET, DEFAULT_LOG)
    desk = open_desk(Settings(database_url=url), engine, clock, owners)
    issuer = Issuer(journal=desk.journal, secret=SECRET, clock=clock, block_max=size)
    actor = actor_of_key(key_id=UUID(int=1), role=Role.PRODUCER, party_id=UUID(party))
    request = BlockRequest(kind="gs1_serial", count=size, product_id=UUID(product))
    for number in range(blocks):
        key = f"{name}-{number}"
        once = Idempotency(key=key, request_hash=hashlib.sha256(key.encode()).digest())
        block = issue_block(issuer, actor, request, idempotency=once)
        sys.stdout.write(f"{block.id}\n")
        sys.stdout.flush()
    engine.dispose()


if __name__ == "__main__":
    url, product, party, name, blocks, size = sys.argv[1:7]
    main(url, product, party, name, int(blocks), int(size))
