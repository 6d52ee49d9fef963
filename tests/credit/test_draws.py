"""Double-random inspections: committed to before the value is known, and checked by anybody."""

from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from base.db import reading
from base.errors import Conflict, InvalidInput
from credit.inspecting.checking import problems_of_draw
from credit.inspecting.committing import DrawDesk, commit_draw, make_draw
from credit.inspecting.drawing import Pool, draw, pool_bytes, read_pool
from credit.inspecting.entries import DrawnNote, drawn_draft
from credit.inspecting.orders import Order
from credit.inspecting.pool import PoolAsked
from credit.inspecting.reading import (
    DrawRow,
    InspectionQuery,
    InspectionRow,
    list_inspections,
)
from credit.inspecting.results import ResultAsked, record_result
from credit.inspecting.tables import CREDIT_INSPECTION
from credit.intake.files import read_file
from credit.intake.taking import IntakeDesk
from credit.tables import CREDIT_FACT
from ledger.batch import Batch
from tests.credit.draw_world import DRAW, INSPECTORS, VALUE, asked, open_draw_desk
from tests.credit.drawn_by_hand import drawn_by_hand
from tests.credit.rebuilding import rebuild
from tests.credit.samples import AUTHORITY, uscc
from tests.credit.warning_world import TODAY
from tests.instances import Installation

POOL = Pool(
    plan="food-1",
    each=2,
    shares={"A": 10, "B": 50, "D": 100},
    parties={f"{number:032x}": "ABD"[number % 3] for number in range(1, 31)},
    inspectors=INSPECTORS,
)


def test_the_draw_is_what_anybody_reckons_from_pool_seed_and_value() -> None:
    seed = bytes(range(32))

    found = draw(POOL, seed=seed, value=VALUE)

    by_hand = drawn_by_hand(pool_bytes(POOL), seed, VALUE)
    assert [(one.mark, list(one.inspectors)) for one in found] == by_hand
    # A tenth of ten, half of ten, all of ten.
    assert [sum(one.risk_class == name for one in found) for name in "ABD"] == [1, 5, 10]
    assert draw(POOL, seed=seed, value=VALUE + "0") != found
    assert draw(POOL, seed=bytes(32), value=VALUE) != found


@pytest.mark.parametrize(
    "spoil",
    [
        lambda body: body[:-1],
        lambda body: body + b"party X A\n",
        lambda body: body.replace(b"share A 10", b"share A 010"),
        lambda body: body.replace(b"each 2", b"each 2 "),
        lambda body: body.replace(b"suxin-draw/1", b"suxin-draw/2"),
        lambda body: b"\n".join([*body.split(b"\n")[:4], *body.split(b"\n")[5:3:-1], b""]),
    ],
    ids=["cut", "no code", "zero", "blank", "magic", "order"],
)
def test_a_pool_has_one_spelling(spoil: Any) -> None:
    body = pool_bytes(POOL)
    assert read_pool(body) == replace(POOL, inspectors=tuple(sorted(POOL.inspectors)))

    with pytest.raises(InvalidInput):
        read_pool(spoil(body))


@pytest.fixture
def desk(installation: Installation, intake: IntakeDesk, tmp_path: Path) -> DrawDesk:
    return open_draw_desk(installation, intake, tmp_path)


def inspections(desk: DrawDesk) -> list[InspectionRow]:
    with reading(desk.journal.engine) as connection:
        query = InspectionQuery(only_open=False, rows_max=100)
        return list_inspections(connection, desk.journal.log, query)


def checked(desk: DrawDesk) -> list[str]:
    with reading(desk.journal.engine) as connection:
        return problems_of_draw(connection, desk.journal.log, DRAW, desk.folder)


def drawn(desk: DrawDesk) -> DrawRow:
    commit_draw(desk, AUTHORITY, asked())
    return make_draw(desk, AUTHORITY, DRAW, VALUE)


def test_a_draw_is_committed_to_made_once_and_checked(desk: DrawDesk) -> None:
    committed = commit_draw(desk, AUTHORITY, asked())
    assert (committed.seed, committed.party_count, inspections(desk)) == (None, 19, [])
    assert checked(desk) == []

    made = make_draw(desk, AUTHORITY, DRAW, VALUE)
    again = make_draw(desk, AUTHORITY, DRAW, VALUE)

    assert made == again
    assert made.seed is not None
    assert sha256(made.seed).digest() == committed.seed_hash
    body = read_file(desk.folder, made.pool_hash)
    by_hand = drawn_by_hand(body, made.seed, VALUE)
    marks = desk.marks_of(DRAW)
    told = {marks.mark_of(one.code): list(one.inspectors) for one in inspections(desk)}
    assert told == dict(by_hand)
    # One of four in class D, one of fifteen in class B.
    assert sorted(one.risk_class for one in inspections(desk)) == ["B", "D"]
    assert checked(desk) == []
    with pytest.raises(Conflict):
        make_draw(desk, AUTHORITY, DRAW, "another value")


def test_whoever_orders_somebody_else_is_found_out(desk: DrawDesk) -> None:
    committed = commit_draw(desk, AUTHORITY, asked())
    friend = Order(
        id=UUID(int=7),
        number="JC20261123-00000007",
        subject_id=UUID(int=8),
        code=uscc(9),
        due_on=committed.due_on,
        risk_class="B",
        inspectors=POOL.inspectors[:2],
    )
    note = DrawnNote(
        draw_id=DRAW,
        seed=desk.seed_of(DRAW),
        value=VALUE,
        drawn_count=1,
        marks=(),
        orders=(friend,),
    )
    desk.journal.append(Batch(actor="console", subject="x", drafts=(drawn_draft(note),)))
    desk.bring_up()

    assert checked(desk) == ["Seed, value and pool give another draw than the entries tell."]


def test_another_seed_and_a_lost_pool_are_told(desk: DrawDesk) -> None:
    commit_draw(desk, AUTHORITY, asked())
    note = DrawnNote(draw_id=DRAW, seed=bytes(32), value=VALUE, drawn_count=0, marks=(), orders=())
    desk.journal.append(Batch(actor="console", subject="x", drafts=(drawn_draft(note),)))
    for path in (desk.folder / "credit").iterdir():
        path.unlink()

    found = checked(desk)

    assert found[0] == "The seed is not the one that was committed to."
    assert found[1].startswith("The pool cannot be read")


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"plan": "moon"}, "plan"),
        ({"title": " "}, "title"),
        ({"beacon": ""}, "beacon"),
        ({"inspectors": ("1",)}, "inspectors"),
        ({"inspectors": ("1", "1", "2")}, "inspectors"),
        ({"inspectors": ("1", "no number")}, "inspectors"),
        ({"due_on": date(2020, 1, 1)}, "due_on"),
        ({"pool": PoolAsked(region="99")}, "pool"),
    ],
)
def test_what_a_draw_lacks_is_told_by_its_field(
    desk: DrawDesk, changes: dict[str, Any], path: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        commit_draw(desk, AUTHORITY, asked(**changes))

    assert [one.path for one in refused.value.problems] == [path]


def test_a_result_is_a_fact_and_its_party_rests(desk: DrawDesk, installation: Installation) -> None:
    drawn(desk)
    first = inspections(desk)[0]
    told = ResultAsked(
        inspection_id=first.id,
        result="failed",
        inspected_on=TODAY,
        failed_item="抗生素残留",
        authority="青岛市市场监督管理局",
    )

    row = record_result(desk, AUTHORITY, told)

    assert (row.result, row.inspected_on, row.result_seq is not None) == ("failed", TODAY, True)
    with reading(installation.engine) as connection:
        statement = select(CREDIT_FACT).where(CREDIT_FACT.c.number == first.number)
        fact = connection.execute(statement).one()
    assert (fact.kind, fact.title, fact.seq, fact.decided_on) == (
        "inspection",
        "抗生素残留",
        row.result_seq,
        TODAY,
    )
    with pytest.raises(Conflict):
        record_result(desk, AUTHORITY, told)
    after = commit_draw(desk, AUTHORITY, asked(draw_id=UUID(int=2)))
    assert after.party_count == 18


def test_rebuilding_gives_the_same_inspections(desk: DrawDesk, installation: Installation) -> None:
    drawn(desk)
    told = ResultAsked(inspection_id=inspections(desk)[0].id, result="passed", inspected_on=TODAY)
    record_result(desk, AUTHORITY, told)

    def rows() -> list[Any]:
        with reading(installation.engine) as connection:
            return sorted(map(tuple, connection.execute(select(CREDIT_INSPECTION))), key=str)

    live = rows()
    rebuild(installation)

    assert (rows(), len(live)) == (live, 2)
