"""Who gave out a number: the GS1 prefix, the first three digits.

GS1 General Specifications 1.4.2. It tells where an enterprise is a member, and nothing about where
the goods come from.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final


def _table() -> Mapping[str, str]:
    table: dict[str, str] = {}
    lines = Path(__file__).with_name("prefixes.psv").read_text("utf-8").splitlines()
    for line in [line for line in lines if line and not line.startswith("#")][1:]:
        first, last, issuer = line.split("|")
        for number in range(int(first), int(last) + 1):
            prefix = str(number).zfill(3)
            if prefix in table:
                raise ValueError(f"prefixes.psv: {prefix} stands twice")
            table[prefix] = issuer
    return MappingProxyType(table)


_ISSUERS: Final = _table()


def issuer_of(digits: str) -> str | None:
    """Return the organisation that gave out the prefix which `digits` start with, or None."""
    return _ISSUERS.get(digits[:3])
