"""Amounts in one unit of their kind: grams and tonnes are kilograms, pieces by any word are pieces.

The rule that must stay true: a unit that is not here is of a kind of its own, and amounts of
different kinds are never compared.
"""

from decimal import Decimal
from typing import Final

PIECES: Final = None
"""The unit of what is counted: EPCIS leaves it out."""

# UN/ECE Recommendation 20: by what an amount is multiplied, and what it is then told in.
_KNOWN: Final[dict[str, tuple[Decimal, str | None]]] = {
    "EA": (Decimal(1), PIECES),
    "GRM": (Decimal("0.001"), "KGM"),
    "H87": (Decimal(1), PIECES),
    "HLT": (Decimal(100), "LTR"),
    "KGM": (Decimal(1), "KGM"),
    "LTR": (Decimal(1), "LTR"),
    "MGM": (Decimal("0.000001"), "KGM"),
    "MLT": (Decimal("0.001"), "LTR"),
    "MTQ": (Decimal(1000), "LTR"),
    "TNE": (Decimal(1000), "KGM"),
}


def in_one_unit(amount: Decimal, unit: str | None) -> tuple[Decimal, str | None]:
    """Return an amount in the one unit of its kind."""
    factor, known = _KNOWN.get(unit or "", (Decimal(1), unit))
    return amount * factor, known
