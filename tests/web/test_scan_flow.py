"""The way of the goods: from events to stops, from stops to the picture."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise
from trace.history import History, HistoryStep
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parties.directory import PartyCard, SiteCard
from parties.tables import PartyKind
from web.pages.chain import LANES_MAX, build_chain
from web.pages.flow import follow, groups_of, leads_to
from web.pages.model import Chain, Directory
from web.pages.stages import place_steps

KINDS = {
    "farm": PartyKind.FARM,
    "dairy": PartyKind.PLANT,
    "berries": PartyKind.PLANT,
    "tanker": PartyKind.CARRIER,
    "store": PartyKind.WAREHOUSE,
    "shop": PartyKind.SHOP,
}
NOON = datetime(2026, 11, 1, 4, tzinfo=UTC)


def uri(name: str) -> str:
    return f"https://places.example/{name}"


def directory(names: Sequence[str]) -> Directory:
    sites, parties = {}, {}
    for at, name in enumerate(names):
        kind = KINDS.get(name.rstrip("0123456789"), PartyKind.OTHER)
        parties[UUID(int=at)] = PartyCard(
            id=UUID(int=at),
            uscc=None,
            name_zh=name,
            name_en="",
            kind=kind,
            licence_kind=None,
            licence_no=None,
            region=None,
        )
        sites[uri(name)] = SiteCard(
            id=UUID(int=100 + at),
            party_id=UUID(int=at),
            uri=uri(name),
            name_zh=name,
            name_en="",
            region=None,
            latitude=None,
            longitude=None,
        )
    return Directory(sites=sites, parties=parties)


def step(seq: int, place: str, *items: str, own: bool = True, **event: Any) -> HistoryStep:
    return HistoryStep(
        log=1,
        seq=seq,
        recorded_at=NOON,
        event={"type": "ObjectEvent", "readPoint": {"id": uri(place)}, **event},
        party_id=None,
        items=items,
        relation="self" if own else "input",
        distance=0 if own else 1,
        is_damaged=False,
        error_declared_at=None,
    )


def chain_of(steps: Sequence[HistoryStep]) -> Chain:
    names = sorted({str(step.event["readPoint"]["id"]).rpartition("/")[2] for step in steps})  # type: ignore[index, call-overload]  # The tests' own events have a place.
    placed = place_steps(steps, directory(names))
    return build_chain(follow(placed), "zh")


def links(chain: Chain) -> set[tuple[str, str]]:
    label = {node.key: node.label for node in chain.nodes}
    return {(label[first], label[second]) for first, second in chain.links}


def test_a_supplier_that_joins_at_the_dairy_stands_beside_the_tanker() -> None:
    chain = chain_of([
        step(1, "berries", "jam", own=False),
        step(2, "dairy", "jam", own=False),
        step(3, "farm1", "milk1", own=False),
        step(4, "farm2", "milk2", own=False),
        step(5, "tanker", "milk1", "milk2", own=False, bizStep="transporting"),
        step(6, "dairy", "milk1", "milk2", own=False),
        step(7, "dairy", "cup"),
        step(8, "shop", "cup"),
    ])  # fmt: skip

    ranks = {node.label: node.rank for node in chain.nodes}
    assert ranks == {"farm1": 0, "farm2": 0, "tanker": 1, "berries": 1, "dairy": 2, "shop": 3}
    assert links(chain) == {
        ("farm1", "tanker"),
        ("farm2", "tanker"),
        ("tanker", "dairy"),
        ("berries", "dairy"),
        ("dairy", "shop"),
    }


def test_a_cup_goes_where_its_case_goes() -> None:
    chain = chain_of([
        step(1, "dairy", "cup", "case"),
        step(2, "store", "case"),
        step(3, "shop", "case"),
        step(4, "shop", "cup", "case"),
    ])  # fmt: skip

    assert links(chain) == {("dairy", "store"), ("store", "shop")}


def test_the_named_inputs_of_a_making_lead_to_it() -> None:
    made: dict[str, Any] = {
        "type": "TransformationEvent",
        "inputQuantityList": [{"epcClass": "milk"}],
    }
    chain = chain_of([step(1, "farm", "milk", own=False), step(2, "dairy", "cup", **made)])

    assert links(chain) == {("farm", "dairy")}


def test_an_ingredient_whose_use_is_not_public_still_leads_on() -> None:
    chain = chain_of([step(1, "farm", "milk", own=False), step(2, "dairy", "cup")])

    assert links(chain) == {("farm", "dairy")}


def test_goods_that_come_back_make_a_new_stop() -> None:
    chain = chain_of([
        step(1, "dairy", "cup"),
        step(2, "shop", "cup"),
        step(3, "dairy", "cup"),
    ])  # fmt: skip

    assert [node.label for node in chain.nodes] == ["dairy", "shop", "dairy"]
    assert chain.ranks == 3


def test_a_late_record_about_an_early_place_joins_the_stop_it_speaks_of() -> None:
    placed = place_steps(
        [step(1, "dairy", "lot", "case"), step(2, "store", "case"), step(3, "dairy", "lot")],
        directory(["dairy", "store"]),
    )

    stops = follow(placed)

    assert [[item.step.seq for item in stop.steps] for stop in stops] == [[1, 3], [2]]


def test_a_withdrawn_stop_is_left_out_of_the_picture_and_its_neighbours_are_joined() -> None:
    steps = [step(1, "dairy", "cup"), step(2, "store", "cup"), step(3, "shop", "cup")]
    steps[1] = replace(steps[1], error_declared_at=NOON)

    chain = chain_of(steps)

    assert links(chain) == {("dairy", "shop")}
    assert chain.ranks == 2


_PLACES = st.sampled_from(["farm1", "farm2", "dairy", "tanker", "store", "shop", "berries"])
_STEPS = st.lists(
    st.tuples(_PLACES, st.sets(st.sampled_from("abcd"), min_size=1), st.booleans()), max_size=14
)


@given(rows=_STEPS)
def test_no_history_makes_a_circle_or_loses_a_step(
    rows: list[tuple[str, set[str], bool]],
) -> None:
    steps = [step(at, place, *items, own=own) for at, (place, items, own) in enumerate(rows)]
    placed = place_steps(steps, directory(sorted({place for place, _, _ in rows})))

    stops = follow(placed)
    chain = build_chain(stops, "zh")

    for stop in stops:
        assert all(following.rank > stop.rank for following in stop.onward)
        assert not any(leads_to(following, stop) for following in stop.onward)
    told = [item.step.seq for group in groups_of(stops) for item in group.steps]
    assert sorted(told) == [step.seq for step in steps]
    assert all(first.stage != second.stage for first, second in pairwise(groups_of(stops)))
    assert all(node.lanes <= LANES_MAX for node in chain.nodes)
    keys = [node.key for node in chain.nodes]
    assert len(keys) == len(set(keys))
    assert all(first in keys and second in keys for first, second in chain.links)


@pytest.mark.parametrize("count", [0, 1])
def test_a_short_history_has_a_picture_too(count: int) -> None:
    steps = [step(1, "dairy", "cup")][:count]
    history = History(subject="urn:x:y", steps=tuple(steps), truncated=False, log=1, size=9)

    assert chain_of(history.steps).ranks == count
