"""What a pack is after everything that happened to it: every state with every operation."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import product
from trace.drugs.fold import blocks_at, pack_state, refusal_to_set, refusal_to_undo
from trace.drugs.model import Act, Block, Deed, PackFacts, Refusal, State
from trace.drugs.table import state_table
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

NOON = datetime(2026, 5, 1, 4, tzinfo=UTC)
PHARMACY, OTHER = UUID(int=1), UUID(int=2)
SITE = 7
TABLE = state_table()
FACTS = PackFacts(lot="L1", expires_on=date(2027, 1, 31))

# Written out by hand: what each state allows, and what it answers to everything else.
MAY = {
    State.ACTIVE: "supplied destroyed stolen sample free_sample exported checked_out locked"
    " inactive",
    State.SUPPLIED: "",
    State.DESTROYED: "",
    State.STOLEN: "destroyed",
    State.SAMPLE: "destroyed",
    State.FREE_SAMPLE: "destroyed",
    State.EXPORTED: "",
    State.CHECKED_OUT: "destroyed",
    State.LOCKED: "destroyed stolen sample inactive",
    State.INACTIVE: "destroyed stolen",
}
ELSE = {
    State.ACTIVE: Refusal.ALREADY_ACTIVE,
    State.SUPPLIED: Refusal.ALREADY_SUPPLIED,
    State.DESTROYED: Refusal.DESTROYED,
    State.STOLEN: Refusal.STOLEN,
    State.LOCKED: Refusal.LOCKED,
}
DAYS_TO_UNDO = {
    State.SUPPLIED: 10,
    State.SAMPLE: 10,
    State.FREE_SAMPLE: 10,
    State.EXPORTED: 10,
    State.CHECKED_OUT: 10,
    State.INACTIVE: 10,
    State.LOCKED: 100_000,
}
NOT_WHILE_RECALLED = {State.SUPPLIED, State.FREE_SAMPLE, State.EXPORTED, State.CHECKED_OUT}


def act(day: float, state: State | None, deed: Deed = Deed.SET, **changes: object) -> Act:
    at = NOON + timedelta(days=day)
    plain = Act(
        deed=deed,
        at=at,
        recorded_at=at,
        key=int(day * 1000),
        seq=int(day * 1000),
        party_id=PHARMACY,
        site=SITE,
        state=state,
    )
    return replace(plain, **changes)  # type: ignore[arg-type] # Fields of an act by name.


MADE = act(0, None, Deed.MAKE)


def brought_into(state: State) -> list[Act]:
    return [MADE] if state is State.ACTIVE else [MADE, act(1, state)]


@pytest.mark.parametrize(
    ("found", "wanted"), list(product(State, State)), ids=lambda state: state.value
)
def test_every_state_with_every_operation(found: State, wanted: State) -> None:
    after = pack_state([*brought_into(found), act(2, wanted)], FACTS, TABLE)

    if wanted is State.ACTIVE:
        is_allowed = found in DAYS_TO_UNDO
        refusals = [] if is_allowed or found is State.ACTIVE else [Refusal.NEVER_UNDONE]
    else:
        is_allowed = wanted.value in MAY[found].split()
        refusals = [] if is_allowed else [ELSE.get(found, Refusal.DECOMMISSIONED)]
    assert after.state is (wanted if is_allowed else found)
    assert [bad.refusal for bad in after.contradictions] == refusals


@pytest.mark.parametrize("wanted", list(State), ids=lambda state: state.value)
@pytest.mark.parametrize("block", list(Block), ids=lambda block: block.value)
def test_what_is_recalled_or_expired_is_not_given_away(wanted: State, block: Block) -> None:
    refusal = refusal_to_set(TABLE, State.ACTIVE, wanted, [block])

    if wanted is State.ACTIVE:
        assert refusal is Refusal.ALREADY_ACTIVE
    else:
        assert (refusal is not None) is (wanted in NOT_WHILE_RECALLED)
        assert refusal is None or refusal.value == block.value


@pytest.mark.parametrize("found", sorted(DAYS_TO_UNDO), ids=lambda state: state.value)
@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"party_id": OTHER}, Refusal.UNDO_BY_ANOTHER),
        ({"party_id": None}, Refusal.UNDO_BY_ANOTHER),
        ({"site": 8}, Refusal.UNDO_ELSEWHERE),
        ({"site": None}, Refusal.UNDO_ELSEWHERE),
    ],
    ids=str,
)
def test_only_the_same_party_at_the_same_premises_undoes(
    found: State, change: dict[str, Any], refusal: Refusal
) -> None:
    after = pack_state([*brought_into(found), act(2, State.ACTIVE, **change)], FACTS, TABLE)

    assert after.state is found
    assert [bad.refusal for bad in after.contradictions] == [refusal]


@pytest.mark.parametrize("found", sorted(DAYS_TO_UNDO), ids=lambda state: state.value)
def test_undoing_ends_with_the_last_day_of_its_window(found: State) -> None:
    days = min(DAYS_TO_UNDO[found], 200)
    in_time = pack_state([*brought_into(found), act(1 + days, State.ACTIVE)], FACTS, TABLE)
    late = pack_state([*brought_into(found), act(1 + days + 0.001, State.ACTIVE)], FACTS, TABLE)

    assert in_time.state is State.ACTIVE
    assert late.state is (State.ACTIVE if found is State.LOCKED else found)


def test_a_window_is_counted_between_recordings_and_not_by_what_somebody_says() -> None:
    supplied = act(1, State.SUPPLIED)
    dated_back = act(2, State.ACTIVE, recorded_at=NOON + timedelta(days=30))

    after = pack_state([MADE, supplied, dated_back], FACTS, TABLE)

    assert after.state is State.SUPPLIED
    assert after.contradictions[0].refusal is Refusal.UNDO_TOO_LATE


def test_what_is_recalled_is_not_put_back_and_only_its_recaller_lifts_the_recall() -> None:
    supplied = act(1, State.SUPPLIED)
    recall = act(2, None, Deed.RECALL, party_id=OTHER)
    undo = act(3, State.ACTIVE)
    not_his = act(4, None, Deed.LIFT)
    lift = act(5, None, Deed.LIFT, party_id=OTHER)

    recalled = pack_state([MADE, supplied, recall, undo, not_his], FACTS, TABLE)
    lifted = pack_state([MADE, supplied, recall, undo, not_his, lift], FACTS, TABLE)

    assert (recalled.is_recalled, recalled.state) == (True, State.SUPPLIED)
    assert recalled.contradictions[0].refusal is Refusal.RECALLED
    assert (lifted.is_recalled, lifted.state) == (False, State.SUPPLIED)


def test_an_expired_pack_is_not_put_back_and_is_good_on_its_last_day() -> None:
    facts = PackFacts(expires_on=date(2026, 5, 3))
    supplied = act(1, State.SUPPLIED)

    last_day = pack_state([MADE, supplied, act(2, State.ACTIVE)], facts, TABLE)
    day_after = pack_state([MADE, supplied, act(3, State.ACTIVE)], facts, TABLE)

    assert last_day.state is State.ACTIVE
    assert day_after.contradictions[0].refusal is Refusal.EXPIRED
    assert blocks_at(facts, is_recalled=False, on=date(2026, 5, 3)) == frozenset()


def test_within_one_tick_of_a_clock_a_thing_is_done_before_it_is_undone() -> None:
    supplied, undone = act(1, State.SUPPLIED, key=9), act(1, State.ACTIVE, key=1)

    after = pack_state([undone, MADE, supplied], FACTS, TABLE)

    assert (after.state, after.counted) == (
        State.ACTIVE,
        frozenset({supplied.seq, undone.seq}),
    )


def test_nothing_is_undone_before_it_was_done() -> None:
    supplied = act(2, State.SUPPLIED)

    refusal = refusal_to_undo(TABLE, State.SUPPLIED, supplied, act(1, State.ACTIVE), ())

    assert refusal is Refusal.ALREADY_ACTIVE


def test_a_second_supply_changes_nothing_and_is_kept_as_a_contradiction() -> None:
    first, second = act(1, State.SUPPLIED), act(2, State.SUPPLIED, party_id=OTHER)

    after = pack_state([second, MADE, first], FACTS, TABLE)

    assert after.by == first
    assert [(bad.act, bad.refusal) for bad in after.contradictions] == [
        (second, Refusal.ALREADY_SUPPLIED)
    ]


_ACTS = st.builds(
    act,
    st.integers(0, 15),
    st.sampled_from([*State, None]),
    st.sampled_from(list(Deed)),
    party_id=st.sampled_from([PHARMACY, OTHER]),
    site=st.sampled_from([SITE, 8, None]),
    key=st.integers(0, 10**6),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_ACTS, max_size=8, unique_by=lambda one: one.key), st.randoms())
def test_the_order_of_recording_makes_no_difference(acts: list[Act], random: object) -> None:
    told = [replace(one, seq=number) for number, one in enumerate(acts)]
    mixed = list(acts)
    random.shuffle(mixed)  # type: ignore[attr-defined] # Of hypothesis.
    later = [replace(one, seq=number) for number, one in enumerate(mixed)]

    one, other = pack_state(told, FACTS, TABLE), pack_state(later, FACTS, TABLE)

    assert (one.state, one.is_recalled, one.is_made) == (
        other.state,
        other.is_recalled,
        other.is_made,
    )
    assert [bad.act.key for bad in one.contradictions] == [
        bad.act.key for bad in other.contradictions
    ]
