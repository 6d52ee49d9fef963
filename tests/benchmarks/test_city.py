"""The city is the same for a seed, right for its profiles and the door, and walked alike."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from trace.identifiers import key_of
from trace.lineage import Direction, Reach
from trace.tracing import trace_goods

import pytest

from benchmarks.city.faults import CODES, Fault
from benchmarks.city.lines import LINES
from benchmarks.city.measuring import capture, find, hold_recalls
from benchmarks.city.people import City, Counts, build_city
from benchmarks.city.place import CityPlace, open_place
from benchmarks.city.reconciling import Found, reconcile
from benchmarks.city.stream import Stream, Truth
from benchmarks.city.telling import Told
from benchmarks.city.walking import EventWalk
from schemas.profiles.registry import check_event
from tests.schemas.profiles.samples import NAMESPACES

SMALL = Counts(farms=24, plants=36, carriers=3, shops=9)
EVENTS = 2_000
HELD_EVENTS = 1_200
REACH = Reach(items_max=10_000, depth_max=60)


@pytest.fixture
def city() -> City:
    return build_city(7, SMALL)


@pytest.fixture
def place(city: City, database_url: str, redis_server: str, tmp_path: Path) -> Iterator[CityPlace]:
    with ExitStack() as closing:
        yield open_place(
            city, folder=tmp_path, database_url=database_url, redis_url=redis_server,
            closing=closing,
        )  # fmt: skip


def test_a_seed_tells_the_same_events_every_time(city: City) -> None:
    def tell(seed: int) -> list[Told]:
        return list(Stream(city=city, seed=seed, events=EVENTS).told())

    assert tell(1) == tell(1)
    assert tell(1) != tell(2)


def test_events_come_in_the_order_in_which_they_are_reported(city: City) -> None:
    told = [one.reported_at for one in Stream(city=city, seed=1, events=EVENTS).told()]

    assert len(told) >= EVENTS
    assert told == sorted(told)


def test_every_class_is_told_and_no_profile_finds_anything_to_blame(city: City) -> None:
    stream = Stream(city=city, seed=1, events=EVENTS, fault_every=0)
    profiles = set()

    for told in stream.told():
        name, slash, cte = str(told.event.get("sx:cte", "")).partition("/")
        if slash:
            checked = check_event(told.event, NAMESPACES, class_code=name)
            assert checked is not None
            assert (checked.cte, checked.findings) == (cte, ())
            profiles.add(name)

    assert profiles == {line.profile for line in LINES}


def test_a_fault_of_every_kind_is_planted_and_its_events_are_told(city: City) -> None:
    stream = Stream(city=city, seed=1, events=EVENTS, fault_every=2)

    ids = {told.event.get("eventID") for told in stream.told()}

    faults = stream.truth.faults
    assert len({fault.code for fault in faults}) >= 12
    assert all(fault.subjects for fault in faults)
    assert all(one in ids for fault in faults for one in fault.event_ids)


def test_the_door_takes_every_event_and_every_recall_is_what_a_walk_of_the_events_gives(
    city: City, place: CityPlace
) -> None:
    stream = Stream(city=city, seed=1, events=EVENTS)
    walk = EventWalk()
    for told in stream.told():
        place.hand_in(told)
        walk.add(told.event)
    place.hand_in_rest()
    walk.close()

    for code in ("dairy", "pesticide", "millet", "herb"):
        for root in stream.truth.roots[code]:
            traced = trace_goods(place.services.engine, place.log, [root], Direction.FORWARD, REACH)
            assert {one.uri for one in traced.reached} == walk.forward(root)
            assert not traced.is_cut
    assert place.captured == stream.truth.events


def test_recalls_are_opened_told_answered_and_closed_over_http(
    city: City, redis_server: str, tmp_path: Path
) -> None:
    with ExitStack() as closing:
        place = open_place(
            city, folder=tmp_path, database_url=f"sqlite:///{tmp_path / 'city.db'}",
            redis_url=redis_server, closing=closing, is_served=True,
        )  # fmt: skip
        stream, walk = Stream(city=city, seed=1, events=HELD_EVENTS), EventWalk()
        capture(place, stream, walk)

        held = hold_recalls(place, stream, walk)

    assert place.posted > 0
    assert [(one.code, one.door, is_equal) for one, is_equal in held] == [
        ("dairy", "API", True),
        ("pesticide", "pages", True),
    ]
    for one, _ in held:
        assert len(one.reached) > 1
        assert (one.state, one.percent) == ("completed", 100)
        assert (one.answered, one.explained) == (one.holders - 1, 1)
        assert [name for name, minutes in one.stages if minutes is None] == []


def test_every_planted_fault_is_found_and_no_clean_lot_is_accused(
    city: City, place: CityPlace
) -> None:
    stream = Stream(city=city, seed=3, events=EVENTS, fault_every=2)
    for told in stream.told():
        place.hand_in(told)
    place.hand_in_rest()

    _, reconciliation = find(place, stream)

    assert [code for code, count in reconciliation.planted.items() if not count] == []
    assert reconciliation.missed == []
    assert reconciliation.accused == []
    assert reconciliation.clean > 0


def test_a_fault_is_found_by_its_own_kind_about_its_own_goods_and_event_alone() -> None:
    fault = Fault(code="over_sale", subjects=("lot",), event_ids=("event",))
    truth = Truth(faults=[fault], clean_lots=["other"])
    right = Found(code="over_sale", uri="lot", event_keys=frozenset({key_of("event")}))
    wrong = (
        Found(code="dilution", uri="lot", event_keys=right.event_keys),
        Found(code="over_sale", uri="other", event_keys=right.event_keys),
        Found(code="over_sale", uri="lot", event_keys=frozenset({key_of("another")})),
    )

    missed, found = reconcile(truth, wrong), reconcile(truth, [right])

    assert (missed.missed, missed.accused, missed.is_right) == (
        [fault], [("other", "over_sale")], False,
    )  # fmt: skip
    assert (found.missed, found.accused, found.is_right) == ([], [], True)
    assert found.planted.keys() == set(CODES)
