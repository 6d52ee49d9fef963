"""The clock of a record as a picture: its first day, repair, its end.

Pure: the same days give the same bar. The rule that must stay true: a day that no rule fixes is in
no picture; an end that is not fixed is drawn open.
"""

from dataclasses import dataclass
from datetime import date
from typing import Final

WIDTH: Final = 1000
# An open end goes on for so much of what is drawn before it.
_OPEN_SHARE: Final = 6
_LEAST: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of the bar, in thousandths: `waiting`, `repairable` or `open` without an end."""

    x: int
    width: int
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """The bar with its days; `today_x` is None where today is not on it."""

    pieces: tuple[Piece, ...]
    today_x: int | None
    starts_on: date
    repairable_on: date | None
    stops_on: date | None
    days_left: int | None
    is_repairable: bool
    has_stopped: bool


def clock_of(
    starts_on: date | None, repairable_on: date | None, stops_on: date | None, today: date
) -> Clock | None:
    """Return the clock of a record on a day; None where no rule fixes a day after its first."""
    if starts_on is None or (repairable_on is None and stops_on is None):
        return None
    first = starts_on.toordinal()
    known = [day.toordinal() for day in (repairable_on, stops_on) if day is not None]
    end = max(known)
    if stops_on is None:
        end = max(end, today.toordinal())
        end += max((end - first) // _OPEN_SHARE, 1)
    span = max(end - first, 1)

    def at(day: date) -> int:
        return min(max((day.toordinal() - first) * WIDTH // span, 0), WIDTH)

    turn = WIDTH if repairable_on is None else at(repairable_on)
    kinds = (("waiting", 0, turn), ("repairable" if stops_on else "open", turn, WIDTH))
    return Clock(
        pieces=tuple(
            Piece(x=start, width=max(stop - start, _LEAST), kind=kind)
            for kind, start, stop in kinds
            if stop > start
        ),
        today_x=at(today) if first <= today.toordinal() <= end else None,
        starts_on=starts_on,
        repairable_on=repairable_on,
        stops_on=stops_on,
        days_left=None if stops_on is None else max((stops_on - today).days, 0),
        is_repairable=repairable_on is not None and repairable_on <= today,
        has_stopped=stops_on is not None and stops_on <= today,
    )
