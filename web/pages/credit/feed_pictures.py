"""Small pictures of feeds, drawn on the server: what became of each batch, and shares as bars.

Pure. One rule: what there is any of is to be seen, however little it is beside the rest.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from credit.intake.batches import CreditBatch

HEIGHT: Final = 100
STEP: Final = 12
_WIDE: Final = 9
_LEAST: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Bit:
    """A rectangle of a picture; `kind` names what it stands for."""

    x: int
    y: int
    width: int
    height: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """A picture of batches, the oldest at the left."""

    width: int
    height: int
    bits: tuple[Bit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One line of a chart: its words, its number, and how long its bar is in hundredths."""

    title: str
    count: int
    length: int
    tone: str
    code: str = ""


def draw_batches(batches: Sequence[CreditBatch]) -> Bars:
    """Return the picture of some batches, of which the first is the newest."""
    most = max((one.received for one in batches), default=0)
    bits = [
        bit
        for at, one in enumerate(reversed(batches))
        if one.received
        for bit in _column(at * STEP, one, most)
    ]
    return Bars(width=max(1, len(batches)) * STEP, height=HEIGHT, bits=tuple(bits))


def _column(x: int, batch: CreditBatch, most: int) -> Iterable[Bit]:
    kinds = (
        ("accepted", batch.accepted),
        ("duplicate", batch.duplicates),
        ("quarantined", batch.quarantined),
    )
    whole = max(_LEAST, batch.received * HEIGHT // most)
    y = HEIGHT
    for kind, rows in kinds:
        if rows:
            height = max(_LEAST, whole * rows // batch.received)
            y = max(0, y - height)
            yield Bit(x=x, y=y, width=_WIDE, height=height, kind=kind)


def draw_shares(rows: Sequence[tuple[str, int, str, str]]) -> list[Share]:
    """Return lines for (title, count, tone, code); the longest bar is the largest number's."""
    most = max((count for _, count, _, _ in rows), default=0)
    return [
        Share(
            title=title,
            count=count,
            length=max(1, count * 100 // most) if count else 0,
            tone=tone,
            code=code,
        )
        for title, count, tone, code in rows
    ]
