"""Lines of a scope read page by page: each once, though a holder's lie far apart among all."""

from trace.recall.reading import lines_of, newest_scope

from base.db import reading
from tests.instances import Installation
from tests.trace_room.recall.world import lines, opened
from tests.trace_room.story import milk


def test_a_holders_lines_come_once_each_page_by_page(told: Installation) -> None:
    recall = opened(told, milk("F0"))
    whole = lines(told, recall)
    holders = {line.holder for line in whole if line.holder is not None}
    with reading(told.engine) as connection:
        scope = newest_scope(connection, 1, recall.id)
        pages = {
            holder: [
                line
                for start in range(len(whole))
                for line in lines_of(
                    connection, 1, scope.id, holder=holder, start=start, rows_max=1
                )
            ]
            for holder in (None, *holders)
        }

    assert len(holders) > 1
    assert pages.pop(None) == whole
    for holder, found in pages.items():
        assert found == [line for line in whole if line.holder == holder]
