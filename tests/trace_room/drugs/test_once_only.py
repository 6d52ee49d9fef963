"""What is asked twice is recorded once, also at one moment, and only so often."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from trace.capture import Desk
from trace.drugs.acts import Operation, operate
from trace.drugs.alerts import note_alerts
from trace.drugs.model import State
from trace.drugs.verification import Pharmacy
from typing import Final

import pytest

from base.clock import Clock, SetClock
from base.errors import InvalidInput
from tests.instances import Installation
from tests.trace_room.drugs.counter import (
    PACKS,
    at_counter,
    codes_of,
    deliver,
    do,
    look,
    read,
    refusals,
)
from tests.waiting import PATIENCE_S

SUPPLIED: Final = State.SUPPLIED


@dataclass(frozen=True, slots=True, kw_only=True)
class MeetingClock:
    """Waits for the other one before it tells the time: both have looked, none has recorded."""

    clock: Clock
    both: threading.Barrier

    def now(self) -> datetime:
        self.both.wait(PATIENCE_S)
        return self.clock.now()


def at_one_moment(
    installation: Installation, act: Callable[[Pharmacy, Desk], list[str | None] | int]
) -> list[list[str | None] | int]:
    """Do something twice, a millisecond apart, each before the other has recorded anything."""
    both = threading.Barrier(2)

    def once(milliseconds: int) -> list[str | None] | int:
        clock = SetClock(installation.clock.now() + timedelta(milliseconds=milliseconds))
        desk = replace(installation.desk, clock=MeetingClock(clock=clock, both=both))
        return act(replace(at_counter(installation), clock=clock), desk)

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(once, (1, 2)))


def test_two_with_one_key_at_one_moment_record_once(installation: Installation) -> None:
    deliver(installation, *PACKS)
    site, actor = installation.site_of("pharmacy"), installation.party("pharmacy")
    operation = Operation(codes=read(installation, PACKS[0]), state=SUPPLIED, site=site, key="same")
    entries = installation.entry_count()

    told = at_one_moment(
        installation,
        lambda counter, desk: refusals(operate(counter, desk, actor, operation)),
    )

    assert told == [[None], [None]]
    assert installation.entry_count() == entries + 1
    assert look(installation, PACKS[0])[0].pack.state.contradictions == ()


def test_two_who_see_a_pack_again_at_one_moment_put_it_on_record_once(
    installation: Installation,
) -> None:
    deliver(installation, *PACKS)
    do(installation, "pharmacy", SUPPLIED, PACKS[0])
    entries, stranger = installation.entry_count(), installation.party("stranger")
    found = look(installation, PACKS[0])

    told = at_one_moment(
        installation,
        lambda counter, desk: len(note_alerts(counter, desk, stranger, found, day_max=9)),
    )

    assert told == [1, 1]
    assert installation.entry_count() == entries + 1


def test_an_act_before_the_pack_was_made_is_refused(installation: Installation) -> None:
    deliver(installation, *PACKS)

    with pytest.raises(InvalidInput) as refusal:
        do(
            installation,
            "pharmacy",
            SUPPLIED,
            PACKS[0],
            at=installation.clock.now() - timedelta(days=9),
        )

    assert [one.path for one in refusal.value.problems] == ["happened_at"]
    assert codes_of(installation, PACKS[0]) == ["active"]


def test_one_party_puts_so_many_on_record_in_a_day(installation: Installation) -> None:
    deliver(installation, *PACKS)
    do(installation, "pharmacy", SUPPLIED, *PACKS[:3])
    entries, stranger = installation.entry_count(), installation.party("stranger")
    counter, found = at_counter(installation), look(installation, *PACKS[:3])

    noted = [
        len(note_alerts(counter, installation.desk, stranger, found, day_max=2)) for _ in range(2)
    ]

    assert noted == [2, 2]
    assert installation.entry_count() == entries + 2
