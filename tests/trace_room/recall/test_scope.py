"""The scope of a recall is what a plain walk over the events themselves reaches."""

from collections.abc import Iterable, Iterator
from random import Random
from trace.recall.reading import Recall
from typing import Any

import pytest

from tests.instances import Installation, at, lot, serial
from tests.trace_room.recall.world import lines, notices, opened
from tests.trace_room.story import CARTON, CUP, MILK, PALLET, making, milk, packing, seen, seen_lot

_LOTS, _CUPS = 12, 12
FEED = "06901234567953"


def walked(told: Iterable[dict[str, Any]], *roots: str) -> set[str]:
    """Return the goods that events lead to from some codes, by going through them until no more.

    Written without the ledger's own walk: goods that were made of affected goods are affected, and
    so is the lot that they are of; a container with affected goods in it passes on its content.
    """
    events = sorted(told, key=lambda event: event["eventTime"])
    affected = set(roots)
    while True:
        before = len(affected)
        for event in events:
            if event["type"] == "TransformationEvent" and affected & set(_inputs(event, events)):
                affected |= set(_outputs(event))
            affected |= {item for lot_of, item in _of_lots(event) if lot_of in affected}
            if affected & {_named(text) for text in event.get("sx:inputCode", ())}:
                affected |= {one["epcClass"] for one in event.get("quantityList", ())}
        if len(affected) == before:
            return affected


def _named(text: str) -> str:
    """Return the URI of a lot as a farm reads it from the bag: (01)…(10)…"""
    gtin, _, number = text.removeprefix("(01)").partition("(10)")
    return lot(number, gtin)


def _inputs(event: dict[str, Any], events: list[dict[str, Any]]) -> Iterator[str]:
    for one in event.get("inputQuantityList", ()):
        yield one["epcClass"]
    for one in event.get("inputEPCList", ()):
        yield one
        yield from _content(one, event["eventTime"], events)


def _content(container: str, moment: str, events: list[dict[str, Any]]) -> set[str]:
    inside: set[str] = set()
    for event in events:
        if event.get("parentID") != container or event["eventTime"] > moment:
            continue
        named = set(event.get("childEPCs", ()))
        named |= {one["epcClass"] for one in event.get("childQuantityList", ())}
        inside = inside | named if event["action"] == "ADD" else inside - named if named else set()
    return inside


def _outputs(event: dict[str, Any]) -> Iterator[str]:
    yield from event.get("outputEPCList", ())
    yield from (one["epcClass"] for one in event.get("outputQuantityList", ()))
    if event.get("outputEPCList") and "ilmd" in event:
        yield lot(event["ilmd"]["cbvmda:lotNumber"], CUP)


def _of_lots(event: dict[str, Any]) -> Iterator[tuple[str, str]]:
    if event["type"] == "TransformationEvent" and "ilmd" in event:
        for item in event.get("outputEPCList", ()):
            yield lot(event["ilmd"]["cbvmda:lotNumber"], CUP), item


def drawn_events(random: Random) -> list[dict[str, Any]]:
    """Draw a small trade: milk into tankers and lots, lots into cups, cups of the same lots."""
    events = [
        seen_lot(n, milk(f"F{n}"), action="ADD", bizStep="commissioning") for n in range(_LOTS)
    ]
    for n in range(_LOTS):
        fed = [f"(01){FEED}(10)P{k}" for k in random.sample(range(3), random.randrange(3))]
        events.append(seen_lot(20 + n, milk(f"F{n}"), bizStep="other", **{"sx:inputCode": fed}))
    minute, cup = 100, 0
    tanker = "https://id.gs1.org/8003/06901234567878T1"
    for n in range(_LOTS):
        raw = [milk(f"F{k}") for k in random.sample(range(_LOTS), 2)]
        if random.random() < 0.5:
            events += [
                packing(minute, tanker, lots=tuple(raw)),
                {
                    **making(minute + 1, [], []),
                    "inputEPCList": [tanker],
                    "inputQuantityList": None,
                    "outputQuantityList": [{"epcClass": lot(f"B{n}", MILK), "quantity": 9}],
                },
                packing(minute + 2, tanker, action="DELETE"),
            ]
        else:
            out = [{"epcClass": lot(f"B{n}", MILK), "quantity": 9}]
            events.append(making(minute, raw, [], outputQuantityList=out))
        minute += 5
    for _ in range(_CUPS):
        base = [lot(f"B{random.randrange(_LOTS)}", MILK)]
        cups = [serial(cup + k, CUP) for k in range(3)]
        cup += 3
        ilmd = {"cbvmda:lotNumber": f"Y{random.randrange(5)}"}
        events.append(making(minute, base, cups, ilmd=ilmd))
        minute += 5
    return [{name: value for name, value in one.items() if value is not None} for one in events]


@pytest.mark.parametrize("seed", range(6))
def test_the_scope_is_what_a_plain_walk_reaches(installation: Installation, seed: int) -> None:
    random = Random(seed)  # noqa: S311 -- drawn cases, no secret
    events = drawn_events(random)
    shuffled = random.sample(events, len(events))
    for start in range(0, len(shuffled), 7):
        installation.capture("plant", *shuffled[start : start + 7])
    root = milk(f"F{random.randrange(_LOTS)}")

    recall = opened(installation, root)

    assert _goods(installation, recall) == walked(events, root)


@pytest.mark.parametrize("seed", range(3))
def test_the_scope_of_feed_is_what_it_was_given_to(installation: Installation, seed: int) -> None:
    events = drawn_events(Random(seed))  # noqa: S311 -- drawn cases, no secret
    installation.capture("plant", *events)
    feed = lot(f"P{seed}", FEED)

    recall = opened(installation, feed)

    reached = _goods(installation, recall)
    assert reached == walked(events, feed)
    assert len(reached) > 1


def _goods(installation: Installation, recall: Recall) -> set[str]:
    return {line.uri for line in lines(installation, recall) if "/8003/" not in line.uri}


def test_a_container_is_recalled_only_while_it_holds_what_is(told: Installation) -> None:
    with_pallet = opened(told, milk("F0"))
    codes = {line.uri for line in lines(told, with_pallet)}

    assert not codes & {CARTON, PALLET}

    told.capture("plant", packing(200, CARTON, serial(3, CUP)))
    again = opened(told, milk("F0"))

    assert CARTON in {line.uri for line in lines(told, again)}


def test_a_product_stands_for_every_lot_of_it(told: Installation) -> None:
    recall = opened(told, f"https://id.gs1.org/01/{MILK}")

    codes = {line.uri for line in lines(told, recall)}
    assert {milk("F0"), milk("F1"), milk("F2"), lot("Y1", CUP)} <= codes


def test_what_was_declared_wrong_leads_nowhere(told: Installation) -> None:
    event = {
        **making(300, [milk("F1")], [serial(77, CUP)]),
        "eventID": "urn:uuid:7e5b0a4e-0000-4000-8000-000000000009",
    }
    told.capture("plant", event)
    error = {"declarationTime": at(310), "reason": "did_not_occur"}
    told.capture("plant", {**event, "errorDeclaration": error})

    recall = opened(told, milk("F1"))

    assert serial(77, CUP) not in {line.uri for line in lines(told, recall)}


def test_a_stranger_who_claims_a_thing_does_not_hide_who_has_it(
    installation: Installation,
) -> None:
    installation.capture("maker", making(1, [milk("F1")], [serial(5, CUP)]))
    installation.capture(
        "rival", seen(2, serial(5, CUP), bizStep="destroying", disposition="destroyed")
    )

    recall = opened(installation, serial(5, CUP))

    (line,) = lines(installation, recall)
    assert (line.holder, line.is_gone) == (installation.party("maker").party_id, False)
    assert set(notices(installation, recall)) == {"maker"}
