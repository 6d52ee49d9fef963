"""In which order cases are told, and the words under which the next page goes on.

The rule that must stay true: a page goes on behind the last case of the one before; no case that
stayed where it was meanwhile is told twice or left out.
"""

from datetime import date
from trace.page_tokens import read_token, refused_token, write_token
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, or_

from credit.tables import CREDIT_CASE

_FLAG_BYTES: Final = 1
_DAY_BYTES: Final = 4
_SEQ_BYTES: Final = 8
_NO_DAY: Final = 0

_ROW: Final = CREDIT_CASE.c
_CLOSED: Final[ColumnElement[Any]] = case((_ROW.is_open, 0), else_=1)
_DUE_ON: Final[ColumnElement[Any]] = case((_ROW.is_open, _ROW.due_on), else_=None)
# What is decided is not due any more: the newest stands first there.
_PLACE: Final[ColumnElement[Any]] = case((_ROW.is_open, _ROW.opened_seq), else_=-_ROW.last_seq)

ORDER: Final[tuple[ColumnElement[Any], ...]] = (_CLOSED, _DUE_ON.is_(None), _DUE_ON, _PLACE)
"""What is open first: by the day it is due, without one by its age; then what was closed last."""


def behind(token: str) -> ColumnElement[bool]:
    """Return the condition for what comes behind a page; raises `InvalidInput` for no page."""
    flag, day, seq = read_token(token, _FLAG_BYTES, _DAY_BYTES, _SEQ_BYTES)
    closed, due_on, place = _CLOSED, _DUE_ON, _PLACE
    last_closed, last_on = int.from_bytes(flag), _day_of(int.from_bytes(day))
    further = place > int.from_bytes(seq, signed=True)
    if last_on is None:
        later = and_(due_on.is_(None), further)
    else:
        later = or_(due_on > last_on, due_on.is_(None), and_(due_on == last_on, further))
    return or_(closed > last_closed, and_(closed == last_closed, later))


def token_of(row: Any) -> str:
    """Return the words under which a page goes on behind a case."""
    due_on = row.due_on if row.is_open else None
    place = row.opened_seq if row.is_open else -row.last_seq
    return write_token(
        (0 if row.is_open else 1).to_bytes(_FLAG_BYTES),
        (_NO_DAY if due_on is None else due_on.toordinal()).to_bytes(_DAY_BYTES),
        place.to_bytes(_SEQ_BYTES, signed=True),
    )


def _day_of(number: int) -> date | None:
    try:
        return None if number == _NO_DAY else date.fromordinal(number)
    except (ValueError, OverflowError):
        raise refused_token("is not a token that was given out here") from None
