"""Checks a draw again from what the ledger holds: the hashes, the order of acts, who was drawn.

The rule that must stay true: everything is read from the entries and the pool's file, nothing from
the rows that follow from them. Which entries are a draw's is told by rows written with them, which
`manage.py fsck` compares: those of other draws are not read.
"""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from uuid import UUID

from sqlalchemy import Connection

from base.errors import AppError, LedgerCorrupt
from credit.inspecting.drawing import Drawn, draw, read_pool
from credit.inspecting.entries import (
    COMMITTED_KIND,
    CommitNote,
    DrawnNote,
    commit_of,
    drawn_of,
)
from credit.inspecting.marks import mark_of
from credit.inspecting.steps import entries_of_draw
from credit.intake.files import read_file


def problems_of_draw(connection: Connection, log: int, draw_id: UUID, folder: Path) -> list[str]:
    """Return what is wrong with a draw, in sentences; nothing where everything fits."""
    commits, draws = _notes(connection, log, draw_id)
    if not commits:
        return ["No entry commits to this draw."]
    seq, commit = commits[0]
    found = [f"Entry {other} commits to it a second time." for other, _ in commits[1:]]
    if not draws:
        return found
    return [*found, *_compared(seq, commit, draws, folder)]


def marks_drawn(connection: Connection, log: int, draw_id: UUID) -> list[str]:
    """Return the marks of those who were drawn, in the order of the draw; none before it."""
    _, draws = _notes(connection, log, draw_id)
    return [
        mark
        for _, note in draws
        if (note.seed, note.value) == (draws[0][1].seed, draws[0][1].value)
        for mark in note.marks
    ]


def _compared(
    seq: int, commit: CommitNote, draws: list[tuple[int, DrawnNote]], folder: Path
) -> Iterator[str]:
    first = draws[0][1]
    for at, note in draws:
        if at < seq:
            yield f"Entry {at} draws before entry {seq} commits."
        if (note.seed, note.value) != (first.seed, first.value):
            yield f"Entry {at} draws with another seed or value; it does not count."
    if sha256(first.seed).digest() != commit.seed_hash:
        yield "The seed is not the one that was committed to."
    try:
        body = read_file(folder, commit.pool_hash)
        drawn = draw(read_pool(body), seed=first.seed, value=first.value)
    # A check writes nothing: a pool that was changed is what it is there to tell.
    except (AppError, LedgerCorrupt) as error:
        yield f"The pool cannot be read: {error}"
        return
    counting = [note for _, note in draws if (note.seed, note.value) == (first.seed, first.value)]
    told = tuple(
        Drawn(
            mark=mark_of(one.code, one.salt), risk_class=one.risk_class, inspectors=one.inspectors
        )
        for note in counting
        for one in note.orders
    )
    marks = [mark for note in counting for mark in note.marks]
    if told != drawn or marks != [one.mark for one in drawn]:
        yield "Seed, value and pool give another draw than the entries tell."


def _notes(
    connection: Connection, log: int, draw_id: UUID
) -> tuple[list[tuple[int, CommitNote]], list[tuple[int, DrawnNote]]]:
    commits, draws = [], []
    for entry in entries_of_draw(connection, log, draw_id):
        if entry.header.kind == COMMITTED_KIND:
            commits.append((entry.seq, commit_of(entry)))
        else:
            draws.append((entry.seq, drawn_of(entry)))
    return commits, draws
