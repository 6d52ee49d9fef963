"""What an event names in a field as used on its goods is linked to them, and is nothing more."""

from trace.lineage import Direction
from trace.movements import movements_of
from trace.projections.lineage import bring_up, rebuild
from trace.projections.tables import LINK
from trace.tracing import View, trace_goods
from typing import Any

import pytest
from sqlalchemy import select

from base.db import reading, transaction
from base.errors import NotFound
from parties.actors import Actor
from tests.instances import Installation, at, lot, serial
from tests.trace_room.projections.test_lineage import REACH, forward, trace
from tests.trace_room.story import CUP, making, milk, minutes_of, seen_lot, to
from tests.trace_room.test_viewers import AUDITOR

_BOTTLE = "https://id.gs1.org/01/06901234567892/21/B1"
_ON_LABEL = "(01)06901234567892(21)B1"


def treated(minute: int, uri: str, *codes: str, **more: Any) -> dict[str, Any]:
    return seen_lot(minute, uri, bizStep="other", **{"sx:inputCode": list(codes)}, **more)


def test_a_pesticide_leads_to_every_crop_it_was_used_on_and_what_was_made_of_it(
    installation: Installation,
) -> None:
    installation.capture("farm", treated(1, milk("F1"), _ON_LABEL, "袋上无码"))
    installation.capture("farm", treated(2, milk("F2")), treated(3, milk("F3"), _BOTTLE))
    installation.capture("plant", making(5, [milk("F1")], [serial(7, CUP)]))

    assert forward(installation, _BOTTLE) == {milk("F1"), milk("F3"), serial(7, CUP)}
    backward = trace(installation, serial(7, CUP), Direction.BACKWARD)
    assert _BOTTLE in {one.uri for one in backward.reached}


def test_an_input_named_by_a_making_is_an_input_of_it(installation: Installation) -> None:
    event = {**making(5, [milk("F1")], [serial(7, CUP)]), "sx:inputCode": _ON_LABEL}
    installation.capture("plant", event)

    assert forward(installation, _BOTTLE) == {serial(7, CUP)}


def test_what_was_declared_wrong_was_used_on_nothing(installation: Installation) -> None:
    event = treated(
        1, milk("F1"), _ON_LABEL, eventID="urn:uuid:7e5b0a4e-0000-4000-8000-000000000007"
    )
    error = {"declarationTime": at(310), "reason": "did_not_occur"}
    installation.capture("farm", event)
    installation.capture("farm", {**event, "errorDeclaration": error})

    assert forward(installation, _BOTTLE) == set()


@pytest.mark.parametrize("prefix", ["sx", "other"])
def test_only_the_field_of_our_own_vocabulary_counts(
    installation: Installation, prefix: str
) -> None:
    event = seen_lot(1, milk("F1"), bizStep="other", **{f"{prefix}:inputCode": _ON_LABEL})
    context = {"@context": {"sx": "urn:suxin:epcis:", "other": "urn:somebody:else:"}}
    installation.capture("farm", {**event, **context})
    installation.capture("maker", seen_lot(2, lot("B", "06901234567892"), bizStep="shipping"))
    installation.capture("farm", treated(3, milk("F4"), _BOTTLE))

    assert (milk("F1") in forward(installation, _BOTTLE)) is (prefix == "sx")


def test_naming_a_bottle_moves_it_nowhere_and_tells_consumers_nothing(
    installation: Installation,
) -> None:
    installation.capture("maker", making(1, [milk("F9")], [_BOTTLE]))
    installation.capture("farm", treated(2, milk("F1"), _ON_LABEL))
    bring_up(installation.engine, installation.log)

    with reading(installation.engine) as connection:
        rows = select(LINK.c.src).where(LINK.c.kind == 6)
        (bottle,) = connection.execute(rows).scalars()
        (moves,) = movements_of(connection, installation.log, [bottle]).values()
    assert len(moves) == 1
    assert minutes_of(installation, _BOTTLE) == [1]


def test_a_rebuild_gives_the_same_links(installation: Installation) -> None:
    installation.capture("farm", treated(1, milk("F1"), _ON_LABEL), treated(3, milk("F3"), _BOTTLE))
    size = bring_up(installation.engine, installation.log)
    with transaction(installation.engine) as connection:
        live = sorted(map(tuple, connection.execute(select(LINK))), key=str)
        rebuild(connection, installation.log, size)
        again = sorted(map(tuple, connection.execute(select(LINK))), key=str)

    assert live == again
    assert len(live) == 2


def test_only_who_reads_the_authoritys_part_learns_what_was_used_on_goods(
    installation: Installation,
) -> None:
    plant = installation.party("plant")
    shipped = treated(1, milk("F1"), _ON_LABEL, **to(installation, "plant"))
    installation.capture("farm", shipped)

    def known(uri: str, actor: Actor, direction: Direction) -> set[str]:
        view = View(actor=actor)
        found = trace_goods(installation.engine, installation.log, [uri], direction, REACH, view)
        return {one.uri for one in found.reached if one.depth}

    assert known(milk("F1"), AUDITOR, Direction.BACKWARD) == {_BOTTLE}
    assert known(milk("F1"), plant, Direction.BACKWARD) == set()
    with pytest.raises(NotFound):
        known(_BOTTLE, plant, Direction.FORWARD)
