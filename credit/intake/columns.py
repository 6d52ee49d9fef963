"""Whether a file is one of its feed at all, told by its columns before a row is read.

The rule that must stay true: a file of another feed, or with another sign between its columns, is
one refusal and not a thousand rows that nobody understands. A file that lacks a column or has one
too many is its feed's all the same: that is told row by row. No refusal holds a word of the file's
own: its first line may be somebody's data.
"""

from collections.abc import Sequence
from typing import Final

from base.errors import InvalidInput
from credit.feeds.model import Feed
from credit.feeds.registry import FEEDS

_TOLD: Final = 3
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
    sign, found = _sign(feed, headers)
    if sign:
        name, known = _SIGN_NAMES.get(sign, sign), ", ".join(found[:_TOLD])
        raise InvalidInput(f"Its columns are divided by {name} and not by a comma: {known}.")
    needed = ", ".join(lacks[:_TOLD] or [one.name for one in feed.fields[:_TOLD]])
    raise InvalidInput(f"Its first line names none of this feed's columns, such as {needed}.")


def _lacks(feed: Feed, headers: Sequence[str]) -> list[str]:
    """Return the required fields of a feed that no header is of."""
    there = {found.name for header in headers if (found := feed.field_of(header)) is not None}
    return [one.name for one in feed.fields if one.is_required and one.name not in there]


def _sign(feed: Feed, headers: Sequence[str]) -> tuple[str, list[str]]:
    """Return the sign that stands between the feed's columns, and these; "" where none does."""
    for sign in _OTHER_SIGNS:
        pieces = [piece.strip() for header in headers for piece in header.split(sign)]
        found = [piece for piece in pieces if feed.field_of(piece) is not None]
        if found:
            return sign, found
    return "", []
