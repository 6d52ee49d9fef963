"""Issuing serials: a million as blocks, beside a row of its own for each of them."""

import secrets
from collections.abc import Iterator
from functools import partial
from typing import Final

from sqlalchemy import Column, LargeBinary, MetaData, Table

from base.bulk import insert_rows
from base.clock import SystemClock
from base.db import transaction
from benchmarks.data import PRODUCT
from benchmarks.harness import (
    DATABASE_WORDS,
    DATABASES,
    Bench,
    Contest,
    Reading,
    Result,
    Side,
    compete,
    timed,
)
from benchmarks.places import Place, new_place
from parties.actors import Role, actor_of_key
from parties.directory import products_by_uri
from parties.ids import new_id
from parties.issuing.blocks import BlockRequest, Issuer, issue_block, texts_of

_ROWS: Final = 5_000


def issuing(bench: Bench) -> Iterator[Result]:
    """Yield serials a second on each database: given out, and given out with every text made."""
    count = bench.scale.serials
    for kind in DATABASES:
        place = new_place(bench, kind)
        contest = Contest(
            title=f"Serials issued, {DATABASE_WORDS[kind]}",
            about=f"{count:,} serials of one GTIN as one block, each written out once."
            " The floor draws them at random and keeps a row for each under a unique key.",
            unit="serials/s",
            sides=(
                Side(name="one block, every serial made", run=partial(_block, place, count)),
                Side(name="floor: a row for each serial", run=partial(_rows, place, count)),
            ),
        )
        yield compete(contest, pairs=bench.pairs)


def _block(place: Place, count: int) -> Reading:
    services = place.services
    issuer = Issuer(
        journal=services.desk.journal,
        secret=services.secret,
        clock=SystemClock(),
        block_max=count,
    )
    key_id = new_id(SystemClock().now())
    actor = actor_of_key(key_id=key_id, role=Role.PRODUCER, party_id=place.party_id)
    with services.engine.connect() as connection:
        product = products_by_uri(connection, [PRODUCT])[PRODUCT]
    request = BlockRequest(kind="gs1_serial", count=count, product_id=product.id)

    def work() -> None:
        block = issue_block(issuer, actor, request)
        for _ in texts_of(block, issuer.secret):
            pass

    return timed(work, count=count)


def _rows(place: Place, count: int) -> Reading:
    table = Table(
        f"serial_{secrets.token_hex(4)}",
        MetaData(),
        Column("serial", LargeBinary, primary_key=True),
    )
    engine = place.services.engine
    with transaction(engine) as connection:
        table.create(connection)

    def work() -> None:
        for start in range(0, count, _ROWS):
            rows = [(secrets.token_bytes(8),) for _ in range(min(_ROWS, count - start))]
            with transaction(engine) as connection:
                insert_rows(connection, table, ("serial",), rows)

    return timed(work, count=count)
