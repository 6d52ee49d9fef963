"""Each operation on a pack in each state, by the common door: the answer, and the state after."""

from itertools import product
from trace.drugs.model import Refusal, State
from trace.drugs.table import state_table

from tests.instances import Installation, serial
from tests.trace_room.drugs.counter import do, look, make, own_medicine, refusals

NEVER_UNDONE = {State.DESTROYED, State.STOLEN}


def test_every_operation_on_a_pack_in_every_state(installation: Installation) -> None:
    own_medicine(installation)
    pairs = list(product(State, State))
    packs = {pair: serial(number) for number, pair in enumerate(pairs)}
    make(installation, *packs.values())
    for state in State:
        if state is not State.ACTIVE:
            of_state = [packs[pair] for pair in pairs if pair[0] is state]
            assert set(refusals(do(installation, "maker", state, *of_state))) == {None}

    answers = {
        pair: refusals(do(installation, "maker", pair[1], uri, still_here=True))[0]
        for pair, uri in packs.items()
    }

    states = {one.pack.uri: one.pack.state.state for one in look(installation, *packs.values())}
    for (found, wanted), uri in packs.items():
        refusal = expected(found, wanted)
        assert answers[found, wanted] == refusal, (found, wanted)
        assert states[uri] is (found if refusal is not None else wanted), (found, wanted)


def expected(found: State, wanted: State) -> str | None:
    """Return the answer by the rows of the table; the maker still has each of these packs."""
    rows = state_table().rows
    if wanted is State.ACTIVE:
        if found is State.ACTIVE:
            return Refusal.ALREADY_ACTIVE.value
        return Refusal.NEVER_UNDONE.value if found in NEVER_UNDONE else None
    if found is wanted:
        return Refusal.ALREADY_IN_STATE.value
    return None if wanted in rows[found].may else rows[found].refused_with.value
