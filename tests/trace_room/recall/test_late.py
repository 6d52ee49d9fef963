"""Who is late with a notice: reading it is not counting, and no other recall hides it."""

from datetime import timedelta
from decimal import Decimal
from trace.recall.answering import Said, answer_notice, escalate_late
from trace.recall.facts import FactKind, RecallFact, facts_of
from trace.recall.model import Amount, AnswerKind, Criteria
from trace.recall.opening import OpenRequest, RecallDesk, open_recall, rescope_recall
from trace.recall.reading import Recall

import pytest

from base.db import reading
from base.errors import InputTooLarge
from parties.actors import Actor
from tests.instances import Installation
from tests.trace_room.recall.world import AUTHORITY, desk_of, lines, notices, opened, own
from tests.trace_room.story import MILK, milk

READ = Said(kind=AnswerKind.ACKNOWLEDGED)
NOTHING = Amount(
    uom=None, found=Decimal(0), destroyed=Decimal(0), returned=Decimal(0), sold=Decimal(0)
)
COUNTED = Said(kind=AnswerKind.COUNTED, amounts=(NOTHING,))


def _say(told: Installation, recall: Recall, name: str, said: Said) -> None:
    answer_notice(desk_of(told), told.party(name), recall, notices(told, recall)[name], said)


def _escalated(told: Installation, rows_max: int = 100) -> int:
    return escalate_late(desk_of(told), actor="timetable", rows_max=rows_max)


def _facts(told: Installation, recall: Recall) -> dict[str, RecallFact]:
    names = {actor.party_id: name for name, actor in told.parties.items()}
    with reading(told.engine) as connection:
        found = facts_of(connection, 1, recall.id, told.desk.owners.owners_of)
    return {names[one.party_id]: one for one in found if one.kind in _OF_HOLDERS}


_OF_HOLDERS = {FactKind.ANSWERED_IN_TIME, FactKind.ANSWERED_LATE, FactKind.NEVER_ANSWERED}


def test_a_holder_that_read_its_notice_is_late_when_it_does_not_count(told: Installation) -> None:
    recall = opened(told, milk("F0"))
    for name in notices(told, recall):
        _say(told, recall, name, READ)
    told.clock.instant += timedelta(days=2)
    in_time = _escalated(told)

    told.clock.instant += timedelta(days=2)
    _say(told, recall, "plant", COUNTED)
    late = _escalated(told)

    assert in_time == 0
    assert late == len(notices(told, recall)) - 1
    assert notices(told, recall)["shop"].is_overdue(told.clock.now())
    assert not notices(told, recall)["plant"].is_overdue(told.clock.now())


def test_drills_do_not_push_a_recall_out_of_the_search_for_the_late(told: Installation) -> None:
    recall = opened(told, milk("F0"))
    for _ in range(3):
        opened(told, milk("F0"), is_mock=True)
    told.clock.instant += timedelta(days=2)

    assert _escalated(told, rows_max=1) == len(notices(told, recall))
    assert all(one.escalated_at for one in notices(told, recall).values())


def test_what_a_holder_said_stays_in_the_facts_when_the_scope_changes(told: Installation) -> None:
    recall = opened(told, milk("F0"))
    _say(told, recall, "shop", READ)
    told.clock.instant += timedelta(days=2)
    _escalated(told)
    held: dict[object, list[str]] = {}
    for line in lines(told, recall):
        held.setdefault(line.holder, []).append(line.uri)
    less = tuple(held[told.party(name).party_id][-1] for name in ("shop", "plant"))
    other = Criteria(codes=(milk("F0"),), without=less)
    before = notices(told, recall)

    rescope_recall(desk_of(told), AUTHORITY, recall, other, "批号写错")
    _say(told, recall, "plant", COUNTED)

    after = notices(told, recall)
    changed = {name for name in after if name not in before or after[name].id != before[name].id}
    assert {"shop", "plant"} <= changed
    assert after["plant"].was_late
    facts = _facts(told, recall)
    assert facts["shop"].kind is FactKind.ANSWERED_IN_TIME
    assert facts["plant"].kind is FactKind.ANSWERED_LATE


def test_a_party_has_no_more_recalls_open_than_are_set(told: Installation) -> None:
    owner: Actor = own(told, "farm", MILK)
    desk: RecallDesk = desk_of(told)
    for _ in range(desk.open_max):
        opened(told, milk("F0"), actor=owner, is_mock=True)
    asked = OpenRequest(
        domain="food", level=1, reason="检出", criteria=Criteria(codes=(milk("F0"),))
    )

    with pytest.raises(InputTooLarge, match="recalls_of_party_max"):
        open_recall(desk, owner, asked)

    open_recall(desk, AUTHORITY, asked)
