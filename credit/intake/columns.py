"""Whether a file is one of its feed at all, told by its columns before a row is read.

The rule that must stay true: a file of another feed, or with another sign between its columns, is
one refusal and not a thousand rows that nobody understands. A file that lacks a column or has one
too many is its feed's all the same: that is told row by row.
"""

from collections.abc import Sequence
from typing import Final

from base.errors import InvalidInput
from credit.feeds.model import Feed
from credit.feeds.registry import FEEDS
from credit.intake.withholding import told_header

_TOLD: Final = 3
_HEADER_CHARS_MAX: Final = 40
_OTHER_SIGNS: Final = (";", "；", "\t", "|", "，", "、")
_SIGN_NAMES: Final = {"\t": "TAB"}


def require_columns(feed: Feed, headers: Sequence[str]) -> None:
    """Refuse a file whose columns are another feed's, or nobody's: raises `InvalidInput`."""
    lacks = _lacks(feed, headers)
    is_any = any(feed.field_of(header) is not None for header in headers)
    if is_any and not lacks:
        return
    others = [one for one in FEEDS.values() if one is not feed and not _lacks(one, headers)]
    if others:
        other = max(others, key=lambda one: sum(map(bool, map(one.field_of, headers))))
        told = f"{other.id}, {other.zh}"
        raise InvalidInput(f"It has not the columns of this feed but those of another ({told}).")
    if is_any:
        return
    found = ", ".join(_told(header) for header in headers[:_TOLD])
    sign = _sign(feed, headers)
    if sign:
        name = _SIGN_NAMES.get(sign, sign)
        raise InvalidInput(f"Its columns are divided by {name} and not by a comma: {found}.")
    needed = ", ".join(lacks[:_TOLD] or [one.name for one in feed.fields[:_TOLD]])
    raise InvalidInput(f"It has none of this feed's columns: {needed} are expected, not {found}.")


def _lacks(feed: Feed, headers: Sequence[str]) -> list[str]:
    """Return the required fields of a feed that no header is of."""
    there = {found.name for header in headers if (found := feed.field_of(header)) is not None}
    return [one.name for one in feed.fields if one.is_required and one.name not in there]


def _sign(feed: Feed, headers: Sequence[str]) -> str:
    """Return the sign that stands between the feed's columns; "" where none does."""
    for sign in _OTHER_SIGNS:
        pieces = (piece.strip() for header in headers for piece in header.split(sign))
        if any(feed.field_of(piece) is not None for piece in pieces):
            return sign
    return ""


def _told(header: str) -> str:
    return " ".join(told_header(header).split())[:_HEADER_CHARS_MAX] or "(a column without a name)"
