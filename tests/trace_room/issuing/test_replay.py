"""The rows of issued codes are a fold over the ledger: made anew they are the same."""

from trace.rebuild import check_index, rebuild_index

import pytest
from sqlalchemy import Table, delete, select, update

from base.db import reading, transaction
from parties.issuing.tables import CODE_BLOCK, CODE_RANGE
from tests.instances import Installation
from tests.trace_room.issuing.test_commission import activation, new_block, run, void


def rows_of(place: Installation) -> list[list[tuple[object, ...]]]:
    with reading(place.engine) as connection:
        return [
            [tuple(row) for row in connection.execute(select(table).order_by(table.c.seq))]
            for table in (CODE_BLOCK, CODE_RANGE)
        ]


def tell(place: Installation) -> None:
    block = new_block(place)
    run(place, activation(place, block, 1, 4))
    run(place, void(place, block, 3, 6))
    new_block(place, kind="suxin_serial", count=100_000)


def test_made_anew_from_entry_0_the_rows_are_the_same(place: Installation) -> None:
    tell(place)
    before = rows_of(place)

    with transaction(place.engine) as connection:
        rebuild_index(connection, place.log)

    assert rows_of(place) == before
    assert [len(rows) for rows in before] == [2, 2]
    with reading(place.engine) as connection:
        assert check_index(connection, place.log) == ()


@pytest.mark.parametrize("table", [CODE_BLOCK, CODE_RANGE], ids=lambda table: table.name)
@pytest.mark.parametrize("is_deleted", [True, False], ids=["deleted", "changed"])
def test_a_row_that_is_not_the_entrys_is_named(
    place: Installation, table: Table, is_deleted: bool
) -> None:
    tell(place)
    seq = int(rows_of(place)[0 if table is CODE_BLOCK else 1][0][1])  # type: ignore[call-overload] # A number.
    statement = delete(table) if is_deleted else update(table).values(code_count=999)
    with transaction(place.engine) as connection:
        connection.execute(statement.where(table.c.seq == seq))

    with reading(place.engine) as connection:
        findings = check_index(connection, place.log)

    assert [(one.seq, one.code) for one in findings] == [(seq, "codes_differ")]


def test_a_row_beyond_the_head_is_named(place: Installation) -> None:
    tell(place)
    with transaction(place.engine) as connection:
        moved = update(CODE_RANGE).where(CODE_RANGE.c.seq == rows_of(place)[1][1][1])
        connection.execute(moved.values(seq=10_000))

    with reading(place.engine) as connection:
        codes = {one.code for one in check_index(connection, place.log)}

    assert codes == {"codes_differ", "beyond_head"}
