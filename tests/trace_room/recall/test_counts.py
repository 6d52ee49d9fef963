"""What holders count: in units that there are, and missing goods keep a recall open."""

from decimal import Decimal
from trace.recall.answering import Said, answer_notice, close_recall
from trace.recall.model import Amount, AnswerKind, Criteria, Line, Outcome
from trace.recall.opening import rescope_recall
from trace.recall.progress import gaps_of
from trace.recall.reading import Recall

import pytest

from base.errors import InvalidInput
from tests.instances import Installation
from tests.trace_room.recall.world import AUTHORITY, desk_of, lines, notices, opened
from tests.trace_room.story import milk


def _amounts(found: str | None, of: list[Line]) -> tuple[Amount, ...]:
    """Count what the lines say, or the same number of every unit."""
    zero = Decimal(0)
    units: dict[str | None, Decimal] = {}
    for line in of:
        units[line.uom] = units.get(line.uom, zero) + (line.quantity or zero) + (line.sold or zero)
    return tuple(
        Amount(
            uom=uom,
            found=wanted if found is None else Decimal(found),
            destroyed=zero,
            returned=zero,
            sold=zero,
        )
        for uom, wanted in units.items()
    )


def _held(told: Installation, recall: Recall, name: str) -> list[Line]:
    return [one for one in lines(told, recall) if one.holder == told.party(name).party_id]


def _count(told: Installation, recall: Recall, name: str, found: str | None = None) -> None:
    amounts = _amounts(found, _held(told, recall, name))
    said = Said(kind=AnswerKind.COUNTED, amounts=amounts)
    answer_notice(desk_of(told), told.party(name), recall, notices(told, recall)[name], said)


def _explain(told: Installation, recall: Recall, name: str) -> None:
    said = Said(kind=AnswerKind.EXPLAINED, note="现场核实，已销毁")
    answer_notice(desk_of(told), AUTHORITY, recall, notices(told, recall)[name], said)


def _complete(told: Installation, recall: Recall) -> Recall:
    return close_recall(desk_of(told), AUTHORITY, recall, Outcome.COMPLETED, "完成")


@pytest.mark.parametrize(
    ("uom", "found", "path"),
    [("ZZZ", "1", "amounts[0].uom"), (None, "1.5", "amounts[0].found")],
)
def test_a_unit_that_the_goods_are_not_in_and_half_a_piece_are_refused(
    told: Installation, uom: str | None, found: str, path: str
) -> None:
    recall = opened(told, milk("F0"))
    zero = Decimal(0)
    amount = Amount(uom=uom, found=Decimal(found), destroyed=zero, returned=zero, sold=zero)
    said = Said(kind=AnswerKind.COUNTED, amounts=(amount,))

    with pytest.raises(InvalidInput) as refused:
        answer_notice(desk_of(told), AUTHORITY, recall, notices(told, recall)["shop"], said)

    assert [one.path for one in refused.value.problems] == [path]


def test_a_recall_is_not_done_while_goods_are_missing_that_nobody_explained(
    told: Installation,
) -> None:
    recall = opened(told, milk("F0"))
    for name in notices(told, recall):
        _count(told, recall, name, "0" if name == "shop" else None)

    with pytest.raises(InvalidInput) as refused:
        _complete(told, recall)
    gaps = gaps_of(lines(told, recall), notices(told, recall).values())
    _explain(told, recall, "shop")

    assert [one.code for one in refused.value.problems] == ["unaccounted"]
    assert {one.party_id for one in gaps if one.is_missing} == {told.party("shop").party_id}
    assert _complete(told, recall).closing is not None


def test_whoever_counted_does_not_count_the_rest_again(told: Installation) -> None:
    recall = opened(told, milk("F0"))
    _count(told, recall, "shop")
    before = notices(told, recall)
    less = tuple(_held(told, recall, name)[-1].uri for name in ("shop", "plant"))

    narrower = Criteria(codes=(milk("F0"),), without=less)
    rescope_recall(desk_of(told), AUTHORITY, recall, narrower, "复检合格")

    after = notices(told, recall)
    assert after["shop"].is_settled
    assert after["plant"].id != before["plant"].id
