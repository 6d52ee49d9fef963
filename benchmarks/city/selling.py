"""Packing into cases and on pallets, and what becomes of a pallet where it is unpacked.

The rule that must stay true: what is unpacked is what was packed, and no more is sold than came,
but where that is the story's fault.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from base.strict_json import JsonValue
from benchmarks.city.goods import Batch, Pallet, Stock
from benchmarks.city.hauling import Trip, travel
from benchmarks.city.lines import Step
from benchmarks.city.mishaps import befall, choose_shop, sold_wrongly
from benchmarks.city.people import Person
from benchmarks.city.telling import DAY, Story
from benchmarks.city.templates import Template, likely, plain, templates

_CASES = 2
_PIECES, _ITEMS = 24, 6


def pack(story: Story, step: Step) -> None:
    """Make packed pieces of the lot in hand, put them into cases and the cases on pallets."""
    story.hours(2, 8)
    bulk = story.goods
    holder = bulk[0].holder
    pallets = story.some(2, 4)
    size = _ITEMS if story.line.is_serial else _PIECES
    count = size * _CASES * pallets
    lot = story.new_lot(holder, "pack")
    items = _items(lot, count) if story.line.is_serial else ()
    batch = Batch(uri=lot, amount=count, unit="H87", holder=holder, items=items)
    each = max(1, int(count * story.line.piece_kg) // len(bulk))
    used = [replace(one, amount=min(each, one.amount)) for one in bulk]
    template = _making(story, step.cte)
    days = 0 if story.fault == "expired_goods" else story.line.days
    label = story.label(template, story.now, lot, days)
    fields = {**_used(used), **batch.said("output"), "ilmd": label}
    if items:
        # How many pieces the lot has is said beside their codes.
        pieces = count // 2 if story.fault == "over_issue" else count
        fields["outputQuantityList"] = [{"epcClass": lot, "quantity": pieces}]
    event = story.tell(story.now, holder, template, fields)
    if story.fault in ("over_issue", "expired_certificate"):
        story.plant(event, lot)
    story.goods = [batch]
    cases = step.more[0] if step.more else ""
    packed = partial(_packed, story, holder, cases, batch, size)
    story.pallets = [packed(number) for number in range(pallets)]
    story.hours(1, 2)


def _making(story: Story, cte: str) -> Template:
    if cte:
        return templates()[f"{story.line.profile}/{cte}"]
    return likely(story.line.profile, "packing", "active", "TransformationEvent")


def _used(batches: Sequence[Batch]) -> dict[str, JsonValue]:
    return {"inputQuantityList": [one.element() for one in batches]}


def _items(lot: str, count: int) -> tuple[str, ...]:
    product, _, number = lot.rpartition("/10/")
    return tuple(f"{product}/21/{number}{at:03}" for at in range(count))


def _packed(story: Story, holder: Person, cte: str, batch: Batch, size: int, number: int) -> Pallet:
    """Fill the cases of one pallet and put them on it."""
    template = (
        templates()[f"{story.line.profile}/{cte}"]
        if cte
        else likely(story.line.profile, "packing", "in_progress", "AggregationEvent", "ADD")
    )
    pallet = plain("packing", "in_progress", "AggregationEvent", "ADD")
    # Until they are sent somewhere, cases are for whoever packs them.
    own: list[JsonValue] = [{"type": "owning_party", "destination": holder.party}]
    content, cases = [], []
    for case in range(_CASES):
        first = (number * _CASES + case) * size
        part = batch.part(first, size)
        code = _sscc(story, holder, number * 4 + case)
        at = story.now + (number * _CASES + case + 1) * 120
        given = {"parentID": code, **part.said("child"), "destinationList": own}
        story.tell(at, holder, template, given)
        content.append(part)
        cases.append(code)
    uri = _sscc(story, holder, number * 4 + 3)
    listed: list[JsonValue] = list(cases)
    story.tell(
        story.now + 2400 + number * 60, holder, pallet, {"parentID": uri, "childEPCs": listed}
    )
    return Pallet(uri=uri, cases=tuple(cases), content=tuple(content))


def _sscc(story: Story, holder: Person, number: int) -> str:
    return holder.sscc(story.number * 16 + number)


def sell(story: Story, step: Step) -> None:
    """Send a pallet to each of some shops, which unpack it and sell from it."""
    start = story.hours(20, 30)
    for number, pallet in enumerate(story.pallets):
        shop = choose_shop(story, number)
        _deliver(story, step, pallet, shop, start + story.some(0, 300) * 60, number == 0)


def use(story: Story, step: Step) -> None:
    """Send the pallets to dealers, who sell to farms: to some at once, the rest from a pool."""
    start = story.hours(20, 30)
    for pallet in story.pallets:
        dealer = story.random.choice(story.city.shops)
        at = _arrive(story, step, pallet, dealer, start + story.some(0, 300) * 60, is_first=False)
        for batch in _unpack(story, pallet, dealer, at):
            stock = Stock(batch=batch.held_by(dealer), ready_at=at + DAY // 4)
            story.pools.put(story.line.pool or story.line.code, stock)


def _deliver(
    story: Story, step: Step, pallet: Pallet, shop: Person, at: int, is_first: bool
) -> None:
    at = _arrive(story, step, pallet, shop, at, is_first=is_first)
    content = _unpack(story, pallet, shop, at)
    at += story.some(2, 10) * 3_600
    template = story.template(step.more[3], "retail_selling", "retail_sold")
    for batch in content:
        left = batch.amount
        while left > 0:
            size = min(left, story.some(2, 9) if not batch.items else 2)
            part = batch.part(batch.amount - left, size)
            event = story.tell(at, shop, template, part.said())
            if is_first:
                sold_wrongly(story, event, batch)
            left -= size
            at += story.some(10, 200) * 60
            if story.random.random() < 0.25:
                break


def _arrive(
    story: Story, step: Step, pallet: Pallet, shop: Person, at: int, *, is_first: bool
) -> int:
    goods: dict[str, JsonValue] = {"epcList": [pallet.uri]}
    holder = story.goods[0].holder
    if step.via:
        at, holder = _over_store(story, step.via, goods, holder, at)
    trip = Trip(
        giver=holder,
        carrier=story.random.choice(story.city.carriers),
        taker=shop,
        ctes=step.more[:3],
    )
    if is_first and story.fault:
        at = befall(story, trip, goods, at, pallet)
    else:
        at = travel(story, trip, goods, at)
    for cte in step.more[4:]:
        since, at = at, at + story.some(20, 90) * 60
        template = story.template(cte, "storing", "in_progress")
        story.tell(at, shop, template, goods, since=since)
    return at


def _over_store(
    story: Story, via: Sequence[str], goods: dict[str, JsonValue], holder: Person, at: int
) -> tuple[int, Person]:
    """Bring goods into a store of the trade; return when and with whom they are then."""
    plants = story.city.plants[story.line.code]
    store = story.random.choice([one for one in plants if one.at != holder.at] or plants)
    carrier = story.random.choice(story.city.carriers)
    trip = Trip(giver=holder, carrier=carrier, taker=store, ctes=tuple(via[:3]))
    since = travel(story, trip, goods, at)
    at = since + 1_800
    template = story.template(via[3], "storing", "in_progress")
    story.tell(at, store, template, goods, since=since)
    return at + story.some(5, 20) * 3_600, store


def _unpack(story: Story, pallet: Pallet, shop: Person, at: int) -> list[Batch]:
    template = plain("unpacking", "in_progress", "AggregationEvent", "DELETE")
    cases: list[JsonValue] = list(pallet.cases)
    at += story.some(20, 120) * 60
    story.tell(at, shop, template, {"parentID": pallet.uri, "childEPCs": cases})
    for number, (case, batch) in enumerate(zip(pallet.cases, pallet.content, strict=True)):
        moment = at + (number + 1) * 300
        story.tell(moment, shop, template, {"parentID": case, **batch.said("child")})
    return [batch.held_by(shop) for batch in pallet.content]
