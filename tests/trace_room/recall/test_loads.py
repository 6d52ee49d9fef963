"""A recall of a container is one of what was in it at that time, and of nothing else."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from trace.projections.lineage import bring_up
from trace.recall.containers import containers_of
from trace.recall.model import Criteria
from typing import Any

import pytest

from base.db import reading
from parties.actors import Actor
from tests.instances import Installation, serial
from tests.trace_room.recall.world import lines, opened
from tests.trace_room.story import CARTON, CUP, PALLET, TANKER, making, milk, packing, seen
from tests.trace_room.test_viewers import AUDITOR

_EARLY, _LATE, _LAST = serial(1, CUP), serial(2, CUP), serial(3, CUP)


def moment(minute: int) -> datetime:
    return datetime(2024, 5, 1, tzinfo=UTC) + timedelta(minutes=minute)


def recalled(installation: Installation, *codes: str, **window: Any) -> set[str]:
    criteria = Criteria(codes=codes, **window)
    return {line.uri for line in lines(installation, opened(installation, criteria=criteria))}


@pytest.fixture
def refilled(installation: Installation) -> Installation:
    """A carton on a pallet, emptied, filled again and emptied, with a third cup in it now."""
    made = [making(1, [milk("F1")], [_EARLY]), making(2, [milk("F2")], [_LATE])]
    installation.capture("plant", *made, making(3, [milk("F3")], [_LAST]))
    installation.capture("plant", packing(10, CARTON, _EARLY), packing(11, PALLET, CARTON))
    installation.capture("plant", seen(15, PALLET, bizStep="shipping"))
    unpacked = [packing(20, PALLET, action="DELETE"), packing(21, CARTON, action="DELETE")]
    installation.capture("plant", *unpacked)
    installation.capture("plant", packing(30, CARTON, _LATE), packing(31, PALLET, CARTON))
    installation.capture("plant", packing(40, PALLET, action="DELETE"))
    installation.capture("plant", packing(41, CARTON, action="DELETE"))
    installation.capture("plant", packing(50, CARTON, _LAST))
    return installation


@pytest.mark.parametrize(
    ("window", "content"),
    [
        ({"since": moment(12), "until": moment(18)}, {_EARLY}),
        ({"since": moment(32), "until": moment(38)}, {_LATE}),
        ({"since": moment(12), "until": moment(38)}, {_EARLY, _LATE}),
        ({}, {_LATE}),
    ],
    ids=["first load", "second load", "both", "last load"],
)
def test_a_pallet_stands_for_what_was_on_it_then(
    refilled: Installation, window: Mapping[str, Any], content: set[str]
) -> None:
    assert recalled(refilled, PALLET, **window) == content


def test_a_carton_that_is_full_is_recalled_with_its_content(refilled: Installation) -> None:
    assert recalled(refilled, CARTON) == {CARTON, _LAST}


def test_what_a_place_handled_in_a_box_was_handled_there(refilled: Installation) -> None:
    plant = refilled.party("plant").party_id
    window = {"since": moment(14), "until": moment(16)}

    assert recalled(refilled, party_id=plant, **window) == {_EARLY}
    assert recalled(refilled, _EARLY, party_id=plant, **window) == {_EARLY}


def test_a_tanker_is_recalled_as_the_milk_that_it_carried_last(told: Installation) -> None:
    told.capture("plant", making(3, [TANKER], [serial(99, CUP)]))

    reached = recalled(told, TANKER)

    assert {milk("F0"), milk("F1"), milk("F2"), serial(1, CUP)} <= reached
    assert not reached & {TANKER, serial(99, CUP)}


def test_a_line_tells_in_what_its_goods_were_and_when(refilled: Installation) -> None:
    bring_up(refilled.engine, refilled.log)

    def boxes(actor: Actor, size: int = 10_000) -> list[tuple[str, datetime, datetime | None]]:
        with reading(refilled.engine) as connection:
            found = containers_of(connection, refilled.log, [_EARLY], size=size, actor=actor)
        return [(one.uri, one.since, one.until) for one in found[_EARLY]]

    whole = [(CARTON, moment(10), moment(21)), (PALLET, moment(11), moment(20))]
    assert boxes(AUDITOR) == whole
    assert boxes(refilled.party("plant")) == whole
    assert boxes(refilled.party("stranger")) == []
    # Only the making, the packing and the shipping had been recorded.
    assert boxes(AUDITOR, size=6) == [(CARTON, moment(10), None), (PALLET, moment(11), None)]
