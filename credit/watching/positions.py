"""How far a subscriber has been told: the ledger, the days and the nights, as one opaque token.

The rule that must stay true: a token says from where to where its page is, and what of it was told;
so the next page goes on behind it, whatever was appended meanwhile.
"""

from dataclasses import dataclass
from datetime import date
from trace.page_tokens import read_token, refused_token, write_token
from typing import Final, NamedTuple
from uuid import UUID

_SEQ_BYTES: Final = 8
_DAY_BYTES: Final = 4
_POSITION: Final = (_SEQ_BYTES, _DAY_BYTES, _DAY_BYTES)
_RANK_BYTES: Final = 1
_ORDINAL_BYTES: Final = 4
_PLACE: Final = (_DAY_BYTES, _RANK_BYTES, _SEQ_BYTES, 16, _ORDINAL_BYTES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Everything up to an entry, a day and the night of a day; `seq` is how many entries."""

    seq: int
    day: date
    night: date

    def is_at_most(self, other: "Position") -> bool:
        """Return whether nothing is in it that is not in the other."""
        return self.seq <= other.seq and self.day <= other.day and self.night <= other.night

    def or_later(self, other: "Position") -> "Position":
        """Return what either of the two holds."""
        return Position(
            seq=max(self.seq, other.seq),
            day=max(self.day, other.day),
            night=max(self.night, other.night),
        )


class Place(NamedTuple):
    """Where a change stands among those of a page: its moment, its party, which of the moment."""

    day: date
    rank: int
    seq: int
    subject_id: UUID
    ordinal: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A page that goes on: from where to where, behind which change."""

    lower: Position
    upper: Position
    last: Place


START: Final = Position(seq=0, day=date.min, night=date.min)


def write_position(position: Position) -> str:
    """Return the token of a subscriber that has been told everything up to a position."""
    return write_token(*_position(position))


def write_reached(reached: Reached) -> str:
    """Return the token of a subscriber in the middle of what there is."""
    last = reached.last
    return write_token(
        *_position(reached.lower),
        *_position(reached.upper),
        _day(last.day),
        last.rank.to_bytes(_RANK_BYTES, "big"),
        last.seq.to_bytes(_SEQ_BYTES, "big"),
        last.subject_id.bytes,
        last.ordinal.to_bytes(_ORDINAL_BYTES, "big"),
    )


def read_after(token: str, now: Position) -> Position | Reached:
    """Return what a token stands for, "" for the start.

    Raises `InvalidInput` for one that was never given out, such as one from days to come.
    """
    if not token:
        return START
    whole = len(write_position(START))
    try:
        if len(token) == whole:
            found: Position | Reached = _read_position(read_token(token, *_POSITION))
        else:
            found = _read_reached(read_token(token, *_POSITION, *_POSITION, *_PLACE))
    except (ValueError, OverflowError):
        raise _refused() from None
    end = found.upper if isinstance(found, Reached) else found
    if not end.is_at_most(now):
        raise _refused()
    if isinstance(found, Reached) and not found.lower.is_at_most(found.upper):
        raise _refused()
    return found


def _refused() -> Exception:
    return refused_token("is not a token that was given out here")


def _position(position: Position) -> tuple[bytes, ...]:
    seq = position.seq.to_bytes(_SEQ_BYTES, "big")
    return seq, _day(position.day), _day(position.night)


def _read_reached(fields: tuple[bytes, ...]) -> Reached:
    day, rank, seq, subject, ordinal = fields[6:]
    last = Place(
        day=_read_day(day),
        rank=int.from_bytes(rank, "big"),
        seq=int.from_bytes(seq, "big"),
        subject_id=UUID(bytes=subject),
        ordinal=int.from_bytes(ordinal, "big"),
    )
    return Reached(lower=_read_position(fields[:3]), upper=_read_position(fields[3:6]), last=last)


def _read_position(fields: tuple[bytes, ...]) -> Position:
    seq, day, night = fields
    return Position(seq=int.from_bytes(seq, "big"), day=_read_day(day), night=_read_day(night))


def _day(day: date) -> bytes:
    return day.toordinal().to_bytes(_DAY_BYTES, "big")


def _read_day(packed: bytes) -> date:
    return date.fromordinal(int.from_bytes(packed, "big"))
