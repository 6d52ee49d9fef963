"""What each kind of step tells, and how a planted fault changes it.

One rule: a step takes what the story has in hand and leaves there what comes of it.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from base.strict_json import JsonValue
from benchmarks.city.faults import skipped
from benchmarks.city.goods import Batch, Stock, listed
from benchmarks.city.hauling import haul
from benchmarks.city.lines import Op, Step
from benchmarks.city.people import Person
from benchmarks.city.selling import pack, sell, use
from benchmarks.city.telling import DAY, HOUR, Story
from benchmarks.city.templates import Template, likely, templates

_HEADS: Final = "H87"
_POOL_SHARE: Final = 4
_BEGINNING_S: Final = 5 * HOUR
"""How long it takes until every origin has begun."""


def tell(story: Story) -> None:
    """Tell the story from its first step to its last."""
    for step in story.line.steps:
        _TELLERS[step.op](story, step)


def _grow(story: Story, step: Step) -> None:
    if story.line.origin == "farm":
        farms = story.city.farms[story.line.code]
        for farm in story.random.sample(farms, min(len(farms), story.some(2, 4))):
            story.goods.append(_begun(story, step, farm))
        story.now += _BEGINNING_S
        return
    plant = story.random.choice(story.city.plants[story.line.code])
    at = story.hours(1, 6)
    drawn = story.pools.take(step.draws, at) if step.draws and not story.fault else None
    if drawn is None:
        story.goods.append(_bought(story, step, plant))
        return
    story.goods.append(drawn)
    haul(story, plant, ("", "", step.cte))


def _begun(story: Story, step: Step, farm: Person) -> Batch:
    """Begin a lot on a farm: milk and pigs by weight, crops by the plant."""
    reaps = any(one.op is Op.REAP for one in story.line.steps)
    unit = _HEADS if reaps else "KGM"
    lot = story.new_lot(farm, "raw")
    batch = Batch(uri=lot, amount=story.some(600, 1500), unit=unit, holder=farm)
    template = story.template(step.cte, "commissioning", "active", "ADD")
    at = story.now + story.some(600, _BEGINNING_S - 600)
    label = story.label(template, at, lot, story.line.days + 60)
    story.tell(at, farm, template, {**batch.said(), "ilmd": label})
    return batch


def _bought(story: Story, step: Step, plant: Person) -> Batch:
    """Take in materials from a supplier outside of the city."""
    batch = Batch(
        uri=story.new_lot(plant, "raw"), amount=story.some(800, 1600), unit="KGM", holder=plant
    )
    template = story.template(step.cte, "receiving", "in_progress")
    given = dict(batch.said())
    if template.fixed.get("action") == "ADD":
        given["ilmd"] = story.label(template, story.now, batch.uri, story.line.days + 60)
    sides: dict[str, JsonValue] = {
        "sourceList": [{"type": "owning_party", "source": plant.party}],
        "destinationList": [{"type": "owning_party", "destination": plant.party}],
    }
    story.tell(story.now, plant, template, {**given, **sides})
    return batch


def _see(story: Story, step: Step) -> None:
    at = story.hours(2, 8)
    is_left_out = story.fault == "missing_step" and step.cte == skipped(story.line)
    for batch in story.goods:
        template = story.template(step.cte, "inspecting", "conformant")
        if is_left_out:
            story.subjects += [batch.uri, *batch.items]
        else:
            story.tell(at + story.some(1, 50) * 60, batch.holder, template, batch.said())


def _reap(story: Story, step: Step) -> None:
    """Harvest each field, with an input on it where somebody has one to sell."""
    story.hours(48, 96)
    for at, batch in enumerate(story.goods):
        drawn = None
        if step.draws and not story.fault:
            drawn = story.pools.take_pieces(step.draws, story.now, 3)
        inputs = [batch]
        if drawn is not None:
            inputs.append(_applied(story, drawn, batch.holder, step.draws))
        story.goods[at] = _made(story, step, inputs, batch.holder, story.some(500, 1300), "bulk")
    story.hours(1, 2)


def _applied(story: Story, drawn: Batch, farm: Person, pool: str) -> Batch:
    """Sell an input to a farm, and use it there."""
    dealer, at = drawn.holder, story.hours(1, 3)
    retail, applied = _USES[pool]
    sale = _template_of(pool, retail, "retail_selling", "retail_sold")
    sides: dict[str, JsonValue] = {
        "destinationList": [{"type": "owning_party", "destination": farm.party}]
    }
    story.tell(at, dealer, sale, {**drawn.said(), **sides})
    parties: dict[str, JsonValue] = {
        "sourceList": [{"type": "owning_party", "source": dealer.party}],
        **sides,
    }
    taken = _template_of(pool, "", "receiving", "in_progress")
    story.tell(story.hours(1, 2), farm, taken, {**drawn.said(), **parties})
    template = _template_of(pool, applied, "urn:suxin:epcis:farm_input", "in_progress")
    story.tell(story.hours(4, 9), farm, template, drawn.said())
    story.hours(1, 2)
    return drawn.held_by(farm)


_USES: Final[Mapping[str, tuple[str, str]]] = {
    "pesticide": ("retail", "use"),
    "fertiliser": ("deal.sell", "use"),
    "seed": ("retail", ""),
}


def _template_of(pool: str, cte: str, step: str, disposition: str) -> Template:
    return (
        templates()[f"{pool}/{cte}"] if cte else likely(pool, step, disposition, action="OBSERVE")
    )


def _turn(story: Story, step: Step) -> None:
    """Make one lot of everything that each hand holds."""
    story.hours(3, 10)
    by_holder: dict[int, list[Batch]] = {}
    for batch in story.goods:
        by_holder.setdefault(batch.holder.at, []).append(batch)
    is_diluted = story.fault == "dilution" and not story.subjects
    story.goods = []
    for inputs in by_holder.values():
        total = sum(one.amount for one in inputs)
        amount = total * 3 if is_diluted else int(total * step.share)
        lot = _made(story, step, inputs, inputs[0].holder, amount, "bulk")
        story.goods.append(lot)
        if is_diluted:
            story.plant(story.told[-1].event, lot.uri)
    _share(story, step)


def _share(story: Story, step: Step) -> None:
    """Leave a part of the first making to the other lines."""
    first = next(one for one in story.line.steps if one.op is Op.TURN)
    if story.line.pool and step is first and not story.fault and story.line.origin == "farm":
        batch = story.goods[0]
        part = replace(batch, amount=batch.amount // _POOL_SHARE)
        story.goods[0] = replace(batch, amount=batch.amount - part.amount)
        story.pools.put(story.line.pool, Stock(batch=part, ready_at=story.now + DAY // 2))


def _made(
    story: Story, step: Step, inputs: list[Batch], holder: Person, amount: int, what: str
) -> Batch:
    lot = story.new_lot(holder, what)
    output = Batch(uri=lot, amount=amount, unit="KGM", holder=holder)
    template = story.template(step.cte, "commissioning", "active")
    at = story.now
    story.tell(
        at,
        holder,
        template,
        {
            **listed(inputs, "input"),
            **output.said("output"),
            "ilmd": story.label(template, at, lot, story.line.days + 30),
        },
    )
    return output


def _haul(story: Story, step: Step) -> None:
    here = {batch.holder.at for batch in story.goods}
    plants = [one for one in story.city.plants[story.line.code] if one.at not in here]
    haul(story, story.random.choice(plants or story.city.plants[story.line.code]), step.more)


_TELLERS: Final[Mapping[Op, Callable[[Story, Step], None]]] = {
    Op.GROW: _grow,
    Op.SEE: _see,
    Op.REAP: _reap,
    Op.HAUL: _haul,
    Op.TURN: _turn,
    Op.PACK: pack,
    Op.SELL: sell,
    Op.USE: use,
}
