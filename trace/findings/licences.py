"""Which certificates of a party are no licences: rows of `licences.yaml`.

One rule: a kind is compared without regard to case, and one that is not in the file is a licence.
"""

from functools import cache
from pathlib import Path
from typing import Final

from schemas.profiles.yaml_rows import Faults, Rows, read_rows

_FILE: Final = Path(__file__).with_name("licences.yaml")


def is_licence(kind: str) -> bool:
    """Return whether a party must have a certificate of this kind in order to deal."""
    return kind.casefold() not in _voluntary()


@cache
def _voluntary() -> frozenset[str]:
    faults = Faults()
    file = read_rows(_FILE, faults)
    file.day("since")
    found = frozenset(_kind(row) for row in file.each("voluntary"))
    file.done()
    faults.refuse()
    return found


def _kind(row: Rows) -> str:
    kind = row.text("kind")
    row.text("verified")
    row.done()
    return kind.casefold()
