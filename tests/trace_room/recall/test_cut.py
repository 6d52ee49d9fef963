"""A recall that cannot be followed to its end is refused whole."""

from dataclasses import replace
from trace.recall.model import Criteria
from trace.recall.opening import OpenRequest, open_recall, rescope_recall
from trace.recall.reading import RecallQuery, list_recalls, newest_scope

import pytest

from base.db import reading
from base.errors import InputTooLarge
from tests.instances import Installation
from tests.trace_room.recall.world import AUTHORITY, BOUNDS, desk_of, opened
from tests.trace_room.story import milk


def test_a_scope_that_is_cut_opens_nothing_and_changes_nothing(told: Installation) -> None:
    desk = replace(desk_of(told), bounds=replace(BOUNDS, depth_max=1))
    whole = opened(told, milk("F1"))
    criteria = Criteria(codes=(milk("F0"),))
    request = OpenRequest(domain="food", level=1, reason="检出", criteria=criteria)

    with pytest.raises(InputTooLarge) as cut:
        open_recall(desk, AUTHORITY, request)
    with pytest.raises(InputTooLarge, match="lineage_depth_max"):
        rescope_recall(desk, AUTHORITY, whole, criteria, "另一批")

    assert [(one.path, one.code) for one in cut.value.problems] == [("codes", "cut")]
    with reading(told.engine) as connection:
        found = list_recalls(connection, 1, RecallQuery(rows_max=9))
        assert [one.id for one in found] == [whole.id]
        assert newest_scope(connection, 1, whole.id).version == 1
