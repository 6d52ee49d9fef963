"""Items of an article as people write them: 第（二）项, 第二项, item (2).

The rule that must stay true: an article that names items and the item beside it never contradict
each other; what is written in no known way contradicts nothing.
"""

import re
import unicodedata
from typing import Final

from credit.naming.characters import number_of

_NUMBER: Final = r"第?\(?(?:[0-9]{1,3}|[一二三四五六七八九十]{1,3})\)?"
# 第（一）、（三）项 names two of them.
_ITEMS: Final = re.compile(rf"{_NUMBER}(?:(?:[、,和及]|或者?){_NUMBER})*项")
_ITEMS_EN: Final = re.compile(
    r"\bitems?\s*(\(?[0-9]{1,3}\)?(?:\s*(?:,|and|or)\s*\(?[0-9]{1,3}\)?)*)"
)
_ONE: Final = re.compile(r"[0-9]{1,3}|[一二三四五六七八九十]{1,3}")


def item_number(item: str) -> str:
    """Return the number of an item in digits, "" for what is written in no known way."""
    found = _ONE.findall(_plain(item))
    return number_of(found[0]) if len(found) == 1 else ""


def item_bare(item: str) -> str:
    """Return an item as it stands between brackets; what is written in no known way stays."""
    found = _ONE.findall(_plain(item))
    return found[0] if len(found) == 1 else item


def items_named(article: str) -> frozenset[str]:
    """Return the numbers of the items that the words of an article name, in digits."""
    text = _plain(article)
    told = [*(one[0] for one in _ITEMS.finditer(text)), *_ITEMS_EN.findall(text)]
    return frozenset(number_of(one) for words in told for one in _ONE.findall(words))


def is_contradicted(item: str, article: str) -> bool:
    """Return whether an article names items, and an item beside it is none of them."""
    number, named = item_number(item), items_named(article)
    return bool(number and named) and number not in named


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()
