"""A list of recalls asks at once what one recall asks for itself."""

from datetime import timedelta
from trace.recall.answering import Said, answer_notice
from trace.recall.many import notices_among
from trace.recall.model import AnswerKind, Criteria
from trace.recall.opening import rescope_recall
from trace.recall.reading import notices_of

from base.db import reading
from tests.instances import Installation
from tests.trace_room.recall.world import AUTHORITY, desk_of, notices, opened
from tests.trace_room.story import milk


def test_notices_of_many_recalls_are_those_of_each(told: Installation) -> None:
    one, other = opened(told, milk("F0")), opened(told, milk("F1"), is_mock=True)
    said = Said(kind=AnswerKind.ACKNOWLEDGED)
    for name, notice in notices(told, one).items():
        answer_notice(desk_of(told), told.party(name), one, notice, said)
    told.clock.instant += timedelta(hours=1)
    criteria = Criteria(codes=(milk("F0"), milk("F2")))
    rescope_recall(desk_of(told), AUTHORITY, one, criteria, "扩大")

    with reading(told.engine) as connection:
        found = notices_among(connection, 1, [one, other])
        alone = {recall.id: notices_of(connection, 1, recall.id) for recall in (one, other)}

    assert found == alone
    assert all(found.values())
    assert any(holder.earlier for holder in found[one.id])
