"""How far two coarse places are apart at the least, in whole kilometres and integers alone.

The rule that must stay true: a distance is never overstated, since somebody is told that "no item
travels that fast". So it is the straight line through the ground, less what the cells may hide.
"""

from decimal import Decimal, localcontext
from math import isqrt
from typing import Final

from trace.scans.model import Place  # isort: skip

_UNIT: Final = 10**9
_GUARD: Final = 10**21  # More digits than are kept, so that 3,600 steps add no error to them.
_TURN_TENTHS: Final = 3600
_EARTH_KM: Final = 6371  # Mean radius of the earth (IUGG).
# Half the diagonal of a cell of a tenth of a degree, for either end.
_HIDDEN_KM: Final = 16


def distance_km(one: Place, other: Place) -> int:
    """Return how many kilometres lie between two places, at the least."""
    here, there = _vector(one), _vector(other)
    straight = isqrt(sum((a - b) ** 2 for a, b in zip(here, there, strict=True)))
    return max(0, straight * _EARTH_KM // _UNIT - _HIDDEN_KM)


def _vector(place: Place) -> tuple[int, int, int]:
    """Return the point of the unit sphere, times `_UNIT`."""
    across, up = _TURN[place.lat_tenths % _TURN_TENTHS]
    east, north = _TURN[place.lon_tenths % _TURN_TENTHS]
    return across * east // _UNIT, across * north // _UNIT, up


def _turn() -> tuple[tuple[int, int], ...]:
    """Return cosine and sine, times `_UNIT`, of every tenth of a degree of a whole turn."""
    cosine, sine = _first_tenth()
    across, up = _GUARD, 0
    turn = []
    for _ in range(_TURN_TENTHS):
        turn.append((across * _UNIT // _GUARD, up * _UNIT // _GUARD))
        across, up = (
            (across * cosine - up * sine) // _GUARD,
            (up * cosine + across * sine) // _GUARD,
        )
    return tuple(turn)


def _first_tenth() -> tuple[int, int]:
    """Return cosine and sine, times `_GUARD`, of one tenth of a degree, by their series."""
    with localcontext() as context:
        context.prec = 40
        angle = Decimal("3.14159265358979323846264338327950288") / 1800
        power, cosine, sine = Decimal(1), Decimal(0), Decimal(0)
        for step in range(0, 12, 2):
            sign = 1 if step % 4 == 0 else -1
            cosine += sign * power
            sine += sign * power * angle / (step + 1)
            power = power * angle * angle / ((step + 1) * (step + 2))
        return int(cosine * _GUARD), int(sine * _GUARD)


_TURN: Final = _turn()
