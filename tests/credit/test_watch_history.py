"""A walk over what changed of a party: at any rhythm the same changes, each of them once."""

import itertools
from datetime import date, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from base.clock import CIVIL_ZONE
from base.errors import InvalidInput
from credit.facts import FactState
from credit.rulebook.reading import rulebook
from credit.watching.history import Change, ChangeKind, View, Why, changes_of
from credit.watching.positions import Place, Position, Reached, read_after, write_reached

PARTY, OTHER = UUID(int=1), UUID(int=2)
FIRST = date(2026, 9, 1)
FULL = View(book=rulebook(), is_public=False)
STATES = (
    FactState.ACTIVE,
    FactState.ENDED,
    FactState.REPAIRED,
    FactState.WITHDRAWN,
    FactState.SHIELDED,
)


def _row(seq: int, on: date, *, fact: int = 1, version: int = 1, **said: Any) -> Any:
    values: dict[str, Any] = {
        "id": UUID(int=fact),
        "version": version,
        "seq": seq,
        "position": 0,
        "kind": "serious_listing",
        "list": "serious_violation",
        "state": FactState.ACTIVE,
        "authority_name": "青岛市市场监督管理局",
        "number": "青市监列〔2026〕1号",
        "title": "",
        "decided_on": FIRST,
        "starts_on": None,
        "ended_on": None,
        "repairable_on": None,
        "stops_on": None,
        "is_published": True,
        "severity": None,
        "body": "{}",
        "subject_id": PARTY,
        "recorded_at": datetime.combine(on, time(12), tzinfo=CIVIL_ZONE),
    }
    return SimpleNamespace(**{**values, **said})


def _at(seq: int, day: date) -> Position:
    return Position(seq=seq, day=day, night=date.min)


def _walk(rows: list[Any], *stops: Position, view: View = FULL) -> list[Change]:
    spans = itertools.pairwise(stops)
    return [one for lower, upper in spans for one in changes_of(PARTY, rows, lower, upper, view)]


@st.composite
def _histories(draw: st.DrawFn) -> list[Any]:
    """Draw versions of two facts, in the order of the ledger."""
    rows, versions, day = [], {1: 0, 2: 0}, 0
    for seq in range(draw(st.integers(1, 6))):
        day += draw(st.integers(0, 3))
        fact = draw(st.sampled_from((1, 2)))
        versions[fact] += 1
        ends = st.none() | st.integers(0, 12).map(lambda many: FIRST + timedelta(days=many))
        rows.append(
            _row(
                seq,
                FIRST + timedelta(days=day),
                fact=fact,
                version=versions[fact],
                state=draw(st.sampled_from(STATES)),
                starts_on=draw(ends),
                stops_on=draw(ends),
                ended_on=draw(ends),
                subject_id=draw(st.sampled_from((PARTY, PARTY, OTHER))),
            )
        )
    return rows


@settings(max_examples=60, deadline=None)
@given(_histories(), st.lists(st.integers(0, 12), max_size=8))
def test_at_any_rhythm_the_same_changes_are_told_once(rows: list[Any], polls: list[int]) -> None:
    end = FIRST + timedelta(days=21)
    stops = [_at(0, FIRST - timedelta(days=1))]
    days = [row.recorded_at.astimezone(CIVIL_ZONE).date() for row in rows]
    for many in sorted(polls):
        day = FIRST + timedelta(days=many)
        earlier, known = (sum(map(is_in, days)) for is_in in (day.__gt__, day.__ge__))
        # Asked in the middle of a day, too: some of its entries are not there yet.
        midday = earlier + many % (known - earlier + 1)
        stops += [_at(max(stops[-1].seq, midday), day), _at(known, day)]
    stops.append(_at(len(rows), end))

    told = _walk(rows, *stops)

    assert told == _walk(rows, stops[0], stops[-1])
    assert len({one.place for one in told}) == len(told)


def test_a_record_ends_because_a_day_came_and_its_measures_with_it() -> None:
    rows = [_row(0, FIRST, stops_on=FIRST + timedelta(days=5))]
    start, end = _at(0, FIRST), _at(1, FIRST + timedelta(days=5))

    begun = _walk(rows, start, _at(1, FIRST + timedelta(days=4)))
    ended = _walk(rows, _at(1, FIRST + timedelta(days=4)), end)

    assert begun[0].kind is ChangeKind.RECORD_BEGUN
    assert {one.kind for one in begun[1:]} == {ChangeKind.MEASURE_BEGUN}
    assert (ended[0].kind, ended[0].why) == (ChangeKind.RECORD_ENDED, Why.RUN_OUT)
    assert ended[0].place.day == FIRST + timedelta(days=5)
    assert [one.item for one in ended[1:]] == [one.item for one in begun[1:]]


def test_whoever_may_see_public_lists_alone_is_told_of_no_measure() -> None:
    rows = [_row(0, FIRST), _row(1, FIRST, fact=2, is_published=False)]
    public = View(book=rulebook(), is_public=True)

    told = _walk(rows, _at(0, FIRST), _at(2, FIRST), view=public)

    assert [(one.kind, one.item) for one in told] == [(ChangeKind.RECORD_BEGUN, str(UUID(int=1)))]


def test_a_token_of_days_to_come_or_with_a_changed_letter_is_refused() -> None:
    now = Position(seq=9, day=FIRST, night=FIRST)
    place = Place(FIRST, 2, 4, PARTY, 1)
    token = write_reached(Reached(lower=_at(2, FIRST), upper=now, last=place))

    found = read_after(token, now)
    refused = 0
    for wrong, at in ((token, _at(8, FIRST)), (token[:-4], now), ("x" + token[1:], now)):
        try:
            read_after(wrong, at)
        except InvalidInput:
            refused += 1

    assert isinstance(found, Reached)
    assert (found.last, found.upper, refused) == (place, now, 3)


def test_a_repair_is_told_as_one_and_ends_the_measures_that_stood_on_the_record() -> None:
    rows = [_row(0, FIRST), _row(1, FIRST, version=2, state=FactState.REPAIRED)]

    told = _walk(rows, _at(1, FIRST), _at(2, FIRST))

    assert (told[0].kind, told[0].why) == (ChangeKind.RECORD_ENDED, Why.REPAIRED)
    assert {one.kind for one in told[1:]} == {ChangeKind.MEASURE_ENDED}
