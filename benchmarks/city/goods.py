"""What a story has in hand: lots, pieces, cases and pallets, and the pools that join the lines."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from base.strict_json import JsonObject, JsonValue
from benchmarks.city.people import Person

_STOCKS_MAX = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A lot in somebody's hands, with so much of it; `items` are its pieces where they are told."""

    uri: str
    amount: int
    unit: str
    holder: Person
    items: tuple[str, ...] = ()

    def said(self, name: str = "") -> dict[str, JsonValue]:
        """Return the batch as fields of an event: `input`, `output`, `child` or of an object."""
        if self.items:
            key = "childEPCs" if name == "child" else f"{name}EPCList" if name else "epcList"
            return {key: list(self.items)}
        return {f"{name}QuantityList" if name else "quantityList": [self.element()]}

    def element(self) -> JsonObject:
        """Return the batch as an element of a list of quantities."""
        return {"epcClass": self.uri, "quantity": self.amount, "uom": self.unit}

    def held_by(self, holder: Person) -> "Batch":
        """Return it in other hands."""
        return replace(self, holder=holder)

    def part(self, start: int, count: int) -> "Batch":
        """Return some of its pieces."""
        return replace(self, amount=count, items=self.items[start : start + count])


@dataclass(frozen=True, slots=True, kw_only=True)
class Pallet:
    """Cases on a pallet, by their codes; `content` is what each case holds."""

    uri: str
    cases: tuple[str, ...]
    content: tuple[Batch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """Goods that other lines may draw on from a moment on."""

    batch: Batch
    ready_at: int


@dataclass(slots=True)
class Pools:
    """What lies ready between the lines, the oldest first; old stocks are forgotten."""

    stocks: dict[str, deque[Stock]] = field(default_factory=dict)

    def put(self, name: str, stock: Stock) -> None:
        """Add goods to a pool."""
        self.stocks.setdefault(name, deque(maxlen=_STOCKS_MAX)).append(stock)

    def take(self, name: str, at: int) -> Batch | None:
        """Return goods that are ready, and take them away; None where there are none."""
        found = self.stocks.get(name)
        if not found or found[0].ready_at > at:
            return None
        return found.popleft().batch

    def take_pieces(self, name: str, at: int, count: int) -> Batch | None:
        """Return some pieces and leave the rest there."""
        batch = self.take(name, at)
        if batch is None or batch.amount <= count:
            return batch
        rest = batch.part(count, batch.amount - count)
        self.stocks[name].appendleft(Stock(batch=rest, ready_at=at))
        return batch.part(0, count)


def listed(batches: Sequence[Batch], name: str) -> dict[str, JsonValue]:
    """Return several batches as fields of one event."""
    fields: dict[str, JsonValue] = {}
    items: list[JsonValue] = [item for one in batches for item in one.items]
    lots: list[JsonValue] = [one.element() for one in batches if not one.items]
    if items:
        fields[f"{name}EPCList"] = items
    if lots:
        fields[f"{name}QuantityList"] = lots
    return fields
