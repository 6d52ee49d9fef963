"""What reads of credit need at the size of a city: an index, tiles of rows, entries of draws.

Revision: 0028, after 0027. It names its own column types, so that it stays what it was when the
types of the code change. It only adds: the previous release goes on beside it. What that one enters
meanwhile has no tiles, and its proofs read all rows as before; `manage.py rebuild` finds its draws.
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from alembic import op

from base.strict_json import loads

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TILE_HEIGHT = 8
TILE_WIDTH = 256
DRAW_KINDS = ("credit_draw_committed", "credit_draw_drawn")

ROW = sa.table(
    "credit_row",
    sa.column("log"),
    sa.column("batch_id", sa.Uuid()),
    sa.column("position"),
    sa.column("leaf", sa.LargeBinary()),
)
BATCH = sa.table(
    "credit_batch", sa.column("log"), sa.column("id", sa.Uuid()), sa.column("received")
)
ENTRY = sa.table("credit_entry", sa.column("log"), sa.column("seq"), sa.column("kind"))
PAYLOAD = sa.table(
    "ledger_payload",
    sa.column("log"),
    sa.column("seq"),
    sa.column("public_body", sa.LargeBinary()),
)


def upgrade() -> None:
    """Add the index and the tables, and what they hold of what is there."""
    nodes = op.create_table(
        "credit_row_node",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("node_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint(
            "log", "batch_id", "level", "node_index", name=op.f("pk_credit_row_node")
        ),
    )
    steps = op.create_table(
        "credit_draw_step",
        sa.Column("log", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("draw_id", sa.Uuid(), nullable=False),
        sa.Column("seq", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("log", "draw_id", "seq", name=op.f("pk_credit_draw_step")),
    )
    connection = op.get_bind()
    _write_nodes(connection, nodes)
    _write_steps(connection, steps)
    # Last: while it is made nothing is folded, and what comes before takes minutes in a city.
    op.create_index(
        op.f("ix_credit_fact_log_kind_decided_on"), "credit_fact", ["log", "kind", "decided_on"]
    )


def _write_nodes(connection: sa.Connection, nodes: sa.Table) -> None:
    long = (
        sa.select(BATCH.c.log, BATCH.c.id)
        .where(BATCH.c.received >= TILE_WIDTH)
        .order_by(BATCH.c.log, BATCH.c.id)
    )
    for log, batch_id in connection.execute(long).all():
        own = sa.select(ROW.c.leaf).where(ROW.c.log == log, ROW.c.batch_id == batch_id)
        leaves = connection.execute(own.order_by(ROW.c.position)).scalars().all()
        if len(leaves) < TILE_WIDTH:
            continue
        rows = [
            {"log": log, "batch_id": batch_id, "level": level, "node_index": at, "hash": one}
            for level, hashes in _stored_levels(leaves)
            for at, one in enumerate(hashes)
        ]
        connection.execute(sa.insert(nodes), rows)


def _stored_levels(leaves: Sequence[bytes]) -> Iterator[tuple[int, Sequence[bytes]]]:
    """Yield the perfect nodes of levels 8, 16, … over leaves (RFC 9162 2.1.1)."""
    level, nodes = 0, list(leaves)
    while len(nodes) > 1:
        nodes = [
            sha256(b"\x01" + left + right).digest()
            for left, right in zip(nodes[::2], nodes[1::2], strict=False)
        ]
        level += 1
        if level % TILE_HEIGHT == 0:
            yield level, nodes


def _write_steps(connection: sa.Connection, steps: sa.Table) -> None:
    told = (
        sa.select(ENTRY.c.log, ENTRY.c.seq, PAYLOAD.c.public_body)
        .join(PAYLOAD, (PAYLOAD.c.log == ENTRY.c.log) & (PAYLOAD.c.seq == ENTRY.c.seq))
        .where(ENTRY.c.kind.in_(DRAW_KINDS))
        .order_by(ENTRY.c.log, ENTRY.c.seq)
    )
    rows = [
        {"log": log, "draw_id": _draw_of(body), "seq": seq}
        for log, seq, body in connection.execute(told).all()
    ]
    if rows:
        connection.execute(sa.insert(steps), rows)


def _draw_of(body: bytes) -> UUID:
    leaves: Any = loads(body, bytes_max=len(body), depth_max=2)
    return UUID(leaves["/draw"])
