"""How long the GS1 company prefix in a key is, where the public allocation rules say so.

GS1 General Specifications 1.4.2 (prefixes) and the GCP length table; GB 12904-2008 5.1 and the
allocation rules of GS1 China. A prefix registered with an enterprise is always the better source.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from codes.gs1.check_digit import is_digits
from codes.model import CodeError

NORM: Final = "GS1 General Specifications 1.4.2"

# GS1 China holds 680 to 699; 696, 698 and 699 are not given to enterprises. The entries that start
# with 12 are those of the GCP length table for GS1 US.
_LENGTHS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "690": 7,
        "691": 7,
        "692": 8,
        "693": 8,
        "694": 8,
        "695": 8,
        "697": 9,
        "1200": 12,
        "121": 8,
        "122": 9,
        "123": 10,
        "124": 11,
    }
)

_DIGITS_MIN = 4


def company_prefix_length(digits: str) -> int | None:
    """Return the length of the company prefix that `digits` start with, None where unknown.

    `digits` begin at the prefix: of a GTIN-14, leave the indicator digit out.
    """
    return _LENGTHS.get(digits[:3]) or _LENGTHS.get(digits[:4])


def require_company_prefix(text: str) -> None:
    """Refuse `text` unless it can start with a company prefix (four digits or more)."""
    if len(text) < _DIGITS_MIN:
        message = "too short for a GS1 company prefix"
        raise CodeError("company_prefix", message, position=len(text), norm=NORM)
    if not is_digits(text[:_DIGITS_MIN]):
        raise _digits_refusal(text, "a GS1 company prefix has digits only")
    length = company_prefix_length(text)
    if length is not None and not is_digits(text[:length].ljust(length)):
        raise _digits_refusal(text, f"the company prefix here has {length} digits")


def _digits_refusal(text: str, message: str) -> CodeError:
    position = next((i for i, c in enumerate(text) if not is_digits(c)), len(text))
    return CodeError("company_prefix", message, position=position, norm=NORM)
