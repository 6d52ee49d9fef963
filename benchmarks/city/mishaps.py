"""The faults that happen on the way to a shop and in it.

One rule: each changes what one hand says, so that everybody else in the story stays honest.
"""

from dataclasses import replace

from base.strict_json import JsonObject, JsonValue
from benchmarks.city.goods import Batch, Pallet
from benchmarks.city.hauling import Trip, travel
from benchmarks.city.people import Person
from benchmarks.city.telling import DAY, HOUR, Story, sensor_series
from benchmarks.city.templates import instant_text

_HOT_C = 34.0
_LATE_S = 45 * DAY


def choose_shop(story: Story, number: int) -> Person:
    """Return the shop that a pallet goes to: one with bad papers where that is the fault."""
    if number == 0 and story.fault in ("expired_licence", "listed_party"):
        return story.city.wrong[story.fault]
    return story.random.choice(story.city.shops)


def befall(story: Story, trip: Trip, goods: dict[str, JsonValue], at: int, pallet: Pallet) -> int:
    """Tell of a trip on which the story's fault happens, if it is one of the road."""
    before = len(story.told)
    end = travel(story, trip, goods, at)
    moved, taken = story.told[before + 1], story.told[before + 2]
    codes = (pallet.uri, *pallet.cases, *_contents(pallet))
    if story.fault == "cold_chain_excursion":
        series = sensor_series(trip.carrier, at + 60, end - 240, _HOT_C, 600)
        moved.event["sensorElementList"] = series
        story.plant(moved.event, *codes)
    elif story.fault == "sensor_gap":
        celsius = story.line.celsius or 4.0
        # One reading when the goods left, one when they came, and none between.
        moved.event["sensorElementList"] = sensor_series(
            trip.carrier, at + 60, end - 240, celsius, DAY
        )
        story.plant(moved.event, *codes)
    elif story.fault == "impossible_travel":
        taken.event["readPoint"] = taken.event["bizLocation"] = {"id": trip.taker.far_place}
        story.plant(taken.event, *codes)
    elif story.fault == "receive_before_ship":
        taken.event["eventTime"] = instant_text(at - 5 * HOUR)
        story.plant(taken.event, *codes)
    elif story.fault == "late_report":
        story.told[before + 2] = replace(taken, reported_at=taken.reported_at + _LATE_S)
        story.plant(taken.event, *codes)
    return end


def _contents(pallet: Pallet) -> tuple[str, ...]:
    return tuple(code for batch in pallet.content for code in (batch.uri, *batch.items))


def sold_wrongly(story: Story, event: JsonObject, batch: Batch) -> None:
    """Let the story's fault happen at a sale, if it is one of the shop."""
    if story.fault == "over_sale" and not story.subjects:
        event["quantityList"] = [replace(batch, amount=batch.amount * 50).element()]
        story.plant(event, batch.uri)
    elif story.fault in ("expired_goods", "expired_licence", "listed_party"):
        story.plant(event, batch.uri, *batch.items)
    elif story.fault == "not_holder" and not story.subjects:
        stranger = story.city.wrong["not_holder"]
        at = story.told[-1].reported_at + 600
        template = story.template("", "retail_selling", "retail_sold")
        told = story.tell(at, stranger, template, batch.part(0, 2).said())
        story.plant(told, batch.uri, *batch.items)
    elif story.fault == "clone_suspicion" and not story.subjects:
        story.plant(event, *batch.items[:1])
