"""What happens to the goods of each class from origin to sale: eighteen lines of steps, as data.

One rule: a step names the critical tracking event of the class's profile that it fulfils, or none
where the profile leaves it to custom; the order of a line is that of the profile's chain.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final


class Op(Enum):
    """What a step does with the goods; see `benchmarks.city.telling`."""

    GROW = "grow"  # A lot begins at the one who has it.
    SEE = "see"  # Something is done or found, and the lot stays what it is.
    REAP = "reap"  # One lot becomes another, with an input from the pools where there is one.
    HAUL = "haul"  # Goods go to the next hand: shipped, carried, received.
    TURN = "turn"  # Everything at hand becomes one lot.
    PACK = "pack"  # The lot becomes packed pieces in cases, and cases on pallets.
    SELL = "sell"  # Pallets go to the shops, are unpacked there and sold.
    USE = "use"  # Pieces are bought by farms; they go into a pool.


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: `cte` is that of the event, `more` those of the events that belong to it.

    `share` is how much comes out of what went in; `draws` names the pool of what goes in besides;
    `via` are the events of a way over a store of the maker's trade.
    """

    op: Op
    cte: str = ""
    more: tuple[str, ...] = ()
    share: float = 1.0
    draws: str = ""
    via: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The life of one class. `code` is the products' class code, `profile` the profile's name.

    `origin` says who begins: a farm, or a plant that buys its materials outside of the city.
    `piece_kg` is what a packed piece weighs, `days` how long it keeps, `celsius` how cold it is
    kept, None for no matter, `storage` what labels say of that. `pool` is where a share of the bulk
    goes for other lines to draw from.
    """

    code: str
    profile: str
    origin: str
    steps: tuple[Step, ...]
    piece_kg: float = 0.5
    days: int = 360
    celsius: float | None = None
    storage: str = ""
    pool: str = ""
    is_serial: bool = False


def _line(code: str, profile: str, origin: str, *steps: Step, **terms: object) -> Line:
    return Line(code=code, profile=profile, origin=origin, steps=steps, **terms)  # type: ignore[arg-type] # Each term is a field of a line.


def _see(*ctes: str) -> tuple[Step, ...]:
    return tuple(Step(op=Op.SEE, cte=cte) for cte in ctes)


_FIELD: Final = (
    Step(op=Op.GROW, cte="plant"),
    *_see("input_use"),
)

LINES: Final[tuple[Line, ...]] = (
    _line("vegetable", "veg_fruit", "farm",
          *_FIELD, Step(op=Op.REAP, cte="harvest.transform", draws="pesticide"), *_see("pre_test"),
          Step(op=Op.TURN, cte="grade_pack", share=0.9), *_see("precool_store"),
          Step(op=Op.HAUL, more=("", "transport", "wholesale_in")),
          Step(op=Op.PACK), Step(op=Op.SELL, more=("trade_out", "", "", "retail")),
          days=12, celsius=1.0,
          storage="0~4 ℃"),
    _line("millet", "grain", "farm",
          *_FIELD, Step(op=Op.REAP, cte="harvest.transform", draws="pesticide"),
          Step(op=Op.HAUL, more=("", "", "purchase")), *_see("dry_store", "outbound_test"),
          Step(op=Op.TURN, cte="mill", share=0.7),
          Step(op=Op.PACK, cte="pack", more=("pack.pack",)),
          Step(op=Op.SELL, more=("ship", "", "", "retail")), pool="grain", celsius=14.0,
          storage="≤20℃"),
    _line("maize", "grain", "farm",
          *_FIELD, Step(op=Op.REAP, cte="harvest.transform", draws="fertiliser"),
          Step(op=Op.HAUL, more=("", "", "purchase")), *_see("dry_store", "outbound_test"),
          Step(op=Op.TURN, cte="mill", share=0.66),
          Step(op=Op.PACK, cte="pack", more=("pack.pack",)),
          Step(op=Op.SELL, more=("ship", "", "", "retail")), pool="grain", celsius=14.0,
          storage="≤20℃"),
    _line("potato", "potato", "farm",
          *_FIELD, Step(op=Op.REAP, cte="harvest.transform", draws="seed"),
          Step(op=Op.TURN, cte="sort", share=0.9), *_see("store", "test"),
          Step(op=Op.HAUL, more=("pack_ship", "", "")), Step(op=Op.PACK),
          Step(op=Op.SELL, more=("", "", "sale.receive", "sale")), days=90, celsius=4.0,
          storage="2~8 ℃"),
    _line("peanut", "peanut", "farm",
          *_FIELD, Step(op=Op.REAP, cte="harvest_dry.transform", draws="pesticide"),
          Step(op=Op.HAUL, more=("", "", "purchase")),
          Step(op=Op.TURN, cte="shell_sort", share=0.7), *_see("store"),
          Step(op=Op.TURN, cte="process", share=0.45),
          Step(op=Op.PACK),
          Step(op=Op.SELL, more=("pack_ship", "", "", "retail")), pool="kernel", celsius=12.0,
          storage="0~15 ℃"),
    _line("herb", "tcm", "farm",
          Step(op=Op.GROW, cte="seedling"), *_see("input"),
          Step(op=Op.REAP, cte="harvest.transform", draws="fertiliser"),
          Step(op=Op.HAUL, more=("", "", "")), Step(op=Op.TURN, cte="primary", share=0.3),
          *_see("pack", "test"), Step(op=Op.HAUL, more=("trade", "", "trade.receive")),
          Step(op=Op.TURN, cte="process_piece", share=0.9), Step(op=Op.PACK),
          Step(op=Op.SELL, more=("piece_sale", "", "", "piece_sale.dispense")),
          pool="herb"),
    _line("pork", "meat_egg", "farm",
          Step(op=Op.GROW, cte="farm_in"), *_see("rear"),
          Step(op=Op.HAUL, more=("farm_out", "", "slaughter_in")),
          Step(op=Op.TURN, cte="slaughter", share=0.73), *_see("certify", "chill"),
          Step(op=Op.TURN, cte="cut_pack", share=0.74), Step(op=Op.PACK, more=("cut_pack.pack",)),
          *_see("certify"),
          Step(op=Op.SELL, more=("dist", "", "retail.receive", "retail")),
          days=9, celsius=3.0),
    _line("dairy", "dairy", "farm",
          Step(op=Op.GROW, cte="milking"),
          Step(op=Op.HAUL, more=("", "tanker", "factory_in", "station")),
          Step(op=Op.TURN, cte="process", share=1.03),
          Step(op=Op.PACK, cte="fill_pack", more=("fill_pack.pack",)), *_see("release"),
          Step(op=Op.SELL, more=("dist", "", "retail.receive", "retail")),
          piece_kg=0.2, days=21, celsius=3.6),
    _line("edible_oil", "edible_oil", "plant",
          Step(op=Op.GROW, cte="seed_in", draws="kernel"), *_see("seed_store"),
          Step(op=Op.TURN, cte="prep", share=0.98), Step(op=Op.TURN, cte="extract", share=0.42),
          *_see("test"), Step(op=Op.HAUL, more=("", "crude_trade", "crude_trade.unload")),
          Step(op=Op.TURN, cte="refine", share=0.94),
          Step(op=Op.PACK, cte="fill", more=("fill.pack",)), *_see("test"),
          Step(op=Op.SELL, more=("dist", "", "retail.receive", "retail")), celsius=20.0,
          storage="25℃以下"),
    _line("baijiu", "baijiu", "plant",
          Step(op=Op.GROW, cte="grain_in", draws="grain"),
          Step(op=Op.TURN, cte="koji", share=0.95), Step(op=Op.TURN, cte="ferment", share=0.98),
          Step(op=Op.TURN, cte="distil", share=0.38), *_see("age"),
          Step(op=Op.TURN, cte="blend", share=0.98), *_see("test"),
          Step(op=Op.PACK, cte="fill", more=("fill.pack",)),
          Step(op=Op.SELL, more=("ship", "", "recv", "sale")),
          days=3650, celsius=18.0,
          storage="10~25 ℃", is_serial=True),
    _line("packaged_food", "packaged_food", "plant",
          Step(op=Op.GROW, cte="raw_in", draws="grain"), *_see("store"),
          Step(op=Op.TURN, cte="batch", share=0.99),
          Step(op=Op.PACK, cte="pack", more=("pack.pack",)),
          *_see("release"),
          Step(op=Op.SELL, more=("ship", "", "dist", "retail")), celsius=8.0,
          storage="0~10 ℃"),
    _line("drug", "drug", "plant",
          Step(op=Op.GROW, draws="herb"),
          Step(op=Op.PACK, cte="commission.make", more=("pack",)),
          *_see("release"),
          Step(op=Op.SELL, more=("ship", "transport", "receive", "dispense", "store")),
          days=730, celsius=5.0,
          storage="2~8 ℃", is_serial=True),
    _line("vaccine", "vaccine", "plant",
          Step(op=Op.GROW), Step(op=Op.PACK, cte="commission.make"), *_see("lot_release"),
          Step(op=Op.SELL, more=("distribute", "", "", "vaccinate"),
               via=("ship", "transport", "receive", "store")),
          days=365, celsius=5.0, is_serial=True),
    _line("pesticide", "pesticide", "plant",
          Step(op=Op.GROW, cte="raw"), Step(op=Op.PACK, cte="make", more=("pack",)),
          Step(op=Op.USE, more=("factory_sale", "", "dealer_buy", "retail")),
          days=730, pool="pesticide", is_serial=True),
    _line("fertiliser", "fertiliser", "plant",
          Step(op=Op.GROW, cte="raw"), Step(op=Op.TURN, cte="make", share=0.99), *_see("test"),
          Step(op=Op.PACK), Step(op=Op.USE, more=("sale", "", "deal", "deal.sell")),
          days=1000, pool="fertiliser", piece_kg=4.0),
    _line("seed", "seed", "plant",
          Step(op=Op.GROW, cte="produce"), *_see("quarantine"),
          Step(op=Op.TURN, cte="process", share=0.9), *_see("test"),
          Step(op=Op.PACK, cte="pack.make"), Step(op=Op.USE, more=("ship", "", "", "retail")),
          days=700, pool="seed", piece_kg=5.0, is_serial=True),
    _line("vet_drug", "vet_drug", "plant",
          Step(op=Op.GROW), Step(op=Op.PACK, cte="make.make"), *_see("release"),
          Step(op=Op.USE, more=("ship", "", "receive", "sell")), days=700, celsius=5.0,
          storage="2~8 ℃", is_serial=True),
    _line("feed", "feed", "plant",
          Step(op=Op.GROW, cte="raw", draws="grain"), Step(op=Op.TURN, cte="make", share=0.99),
          *_see("test"), Step(op=Op.PACK, cte="label.make"),
          Step(op=Op.USE, more=("sale", "", "deal", "deal.sell")), days=180, piece_kg=4.0),
)  # fmt: skip

BY_CODE: Final[Mapping[str, Line]] = {line.code: line for line in LINES}
FARM_CLASSES: Final = tuple(line.code for line in LINES if line.origin == "farm")
PLANT_CLASSES: Final = tuple(line.code for line in LINES)
