"""How goods get from one hand to the next: shipped, carried and received.

The rule that must stay true: both hands and the carrier are named by whoever gives, so that each
has a standing in the goods before it speaks of them.
"""

from dataclasses import dataclass

from base.strict_json import JsonValue
from benchmarks.city.people import Person
from benchmarks.city.telling import Story

_STATION_MINUTES = (75, 110)
_ROAD_MINUTES = (150, 220)
_UNLOADING_S = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Trip:
    """A way between two hands.

    `ctes` are those of shipping, carrying, receiving and, where the carrier takes over at a
    station, of that.
    """

    giver: Person
    carrier: Person
    taker: Person
    ctes: tuple[str, ...]

    def sides(self) -> dict[str, JsonValue]:
        """Return the parties, as fields of an event."""
        return {
            "sourceList": [
                {"type": "owning_party", "source": self.giver.party},
                {"type": "possessing_party", "source": self.carrier.party},
            ],
            "destinationList": [
                {"type": "owning_party", "destination": self.taker.party},
                {"type": "possessing_party", "destination": self.carrier.party},
            ],
        }


def haul(story: Story, taker: Person, ctes: tuple[str, ...]) -> None:
    """Bring every lot in hand to a party, each by a carrier of its own."""
    story.hours(1, 3)
    ends = []
    for at, batch in enumerate(story.goods):
        trip = Trip(
            giver=batch.holder,
            carrier=story.random.choice(story.city.carriers),
            taker=taker,
            ctes=ctes,
        )
        ends.append(travel(story, trip, batch.said(), story.now + story.some(0, 60) * 60))
        story.goods[at] = batch.held_by(taker)
    story.now = max(ends, default=story.now)


def travel(story: Story, trip: Trip, goods: dict[str, JsonValue], at: int) -> int:
    """Tell of one trip that begins at a moment; return when it ended."""
    ship, move, take, *station = trip.ctes
    sides = trip.sides()
    given = {**goods, **sides}
    story.tell(at, trip.giver, story.template(ship, "shipping", "in_transit"), given)
    if station:
        at += story.some(*_STATION_MINUTES) * 60
        template = story.template(station[0], "receiving", "in_progress")
        story.tell(at, trip.carrier, template, given)
    left, at = at, at + story.some(*_ROAD_MINUTES) * 60
    moved = {**given, "sensorElementList": story.readings(left + 60, at, trip.carrier)}
    template = story.template(move, "transporting", "in_transit")
    story.tell(at, trip.carrier, template, moved if story.line.celsius is not None else given)
    at += _UNLOADING_S
    # Some profiles take goods in by unloading them; whoever unloads receives.
    taken = {**given, "bizStep": "receiving"}
    story.tell(at, trip.taker, story.template(take, "receiving", "in_progress"), taken)
    return at
