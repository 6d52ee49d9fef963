"""The events of the whole city in the order in which they are reported, and what is true of them.

The rule that must stay true: a story is told when it begins and forgotten when its last event is
given, so that a million events need no more memory than ten thousand.
"""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random
from typing import Final

from benchmarks.city.faults import Fault, Plan
from benchmarks.city.goods import Pools
from benchmarks.city.lines import LINES, Line
from benchmarks.city.people import City
from benchmarks.city.steps import tell
from benchmarks.city.telling import DAY, Story, Told

EVENTS_A_STORY: Final = 60
"""About as many events as a story has."""

_EVENTS_A_DAY: Final = 150_000
_DAYS_MIN: Final = 1


@dataclass(slots=True, kw_only=True)
class Truth:
    """What was planted, and which lots have nothing wrong with them, as far as was told."""

    faults: list[Fault] = field(default_factory=list)
    clean_lots: list[str] = field(default_factory=list)
    roots: dict[str, list[str]] = field(default_factory=dict)
    stories: int = 0
    events: int = 0


@dataclass(slots=True, kw_only=True)
class Stream:
    """The city's events from a seed: at least `events` of them, and the stories whole.

    One story in `fault_every` has a fault; 0 plants none.
    """

    city: City
    seed: int
    events: int
    fault_every: int = 12
    truth: Truth = field(default_factory=Truth)

    def told(self) -> Iterator[Told]:
        """Yield every event, the earliest reported first."""
        waiting: list[tuple[int, int, int, Told]] = []
        plan, pools = Plan.of(self.fault_every), Pools()
        days = max(_DAYS_MIN, self.events // _EVENTS_A_DAY)
        pace = days * DAY * EVENTS_A_STORY // max(self.events, EVENTS_A_STORY)
        while self.truth.events < self.events:
            number = self.truth.stories
            begins = number * pace
            while waiting and waiting[0][0] < begins:
                yield heapq.heappop(waiting)[3]
            for one in self._story(number, begins, plan, pools):
                heapq.heappush(waiting, (one.reported_at, number, one.order, one))
        while waiting:
            yield heapq.heappop(waiting)[3]

    def _story(self, number: int, begins: int, plan: Plan, pools: Pools) -> list[Told]:
        random = Random(f"{self.seed}/{number}")
        line = LINES[number % len(LINES)]
        story = Story(
            city=self.city,
            line=line,
            number=number,
            random=random,
            pools=pools,
            fault=plan.next_for(number, line),
            now=begins,
        )
        tell(story)
        self._remember(story, line)
        return story.told

    def _remember(self, story: Story, line: Line) -> None:
        truth = self.truth
        truth.stories += 1
        truth.events += len(story.told)
        fault = story.truth()
        if fault is not None:
            truth.faults.append(fault)
        else:
            truth.clean_lots += story.lots
        truth.roots.setdefault(line.code, []).append(story.lots[-1 if line.is_serial else 0])
