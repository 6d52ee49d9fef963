"""Who has the goods of a trace now, as the interface and the files answer it.

One rule: the sums are over the very rows that are told; of how many codes that is, is said.
"""

from decimal import Decimal
from trace.tracing import Trace
from trace.whereabouts import Hand, HolderSum, sum_holders

from base.strict_json import JsonObject, JsonValue


def where_told(trace: Trace, uri: str) -> list[JsonValue] | None:
    """Return with whom a code is now and how much of it; None where it was not asked or read."""
    found = trace.whereabouts.get(uri)
    return None if found is None else [_hand(one) for one in found.hands]


def holders_told(trace: Trace) -> list[JsonValue]:
    """Return the sums by party and by what became of the goods."""
    return [_sum(one) for one in sum_holders(trace.whereabouts.values())]


def _hand(hand: Hand) -> JsonObject:
    return {
        "party_id": None if hand.party_id is None else str(hand.party_id),
        "fate": hand.fate.value,
        "amount": None if hand.amount is None else _text(hand.amount),
        "uom": hand.unit,
        "seq": hand.seq,
    }


def _sum(one: HolderSum) -> JsonObject:
    return {
        "party_id": None if one.party_id is None else str(one.party_id),
        "fate": one.fate.value,
        "pieces": one.pieces,
        "lots": one.lots,
        "containers": one.containers,
        "amounts": [{"amount": _text(amount), "uom": unit} for unit, amount in one.amounts.items()],
        "lots_untold": one.untold,
    }


def _text(amount: Decimal) -> str:
    return format(amount, "f")
