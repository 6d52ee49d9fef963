"""Which codes are scanned: goods, one by one or by the lot.

One rule: a code of a party, a place, a paper or a whole class of goods is never logged, since who
looks at it says something about a person's affairs and nothing about a copied label. Nor is a code
that holds a person's number: what is logged is kept with its text.
"""

from dataclasses import dataclass
from functools import lru_cache
from trace.identifiers import key_of
from typing import Final
from urllib.parse import unquote

from codes import registry
from codes.canonical import Level, level_of
from codes.gs1.digital_link import CANONICAL_STEM
from codes.model import Category, CodeError
from parties.directory import register_uris
from parties.tables import URI_CHARS_MAX

_REMEMBERED: Final = 16_384
# GS1 keys that name goods: logistic unit, trade item, piece of a trade item.
_GOODS_KEYS: Final = frozenset({"00", "01", "8006"})
_GOODS: Final = frozenset(
    {Category.AGRI_PRODUCT, Category.FOOD, Category.DRUG, Category.AGRI_INPUT, Category.ANY}
)
_OWN: Final = "urn:suxin:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A code that can be scanned, with its number and that of its product."""

    uri: str
    item: int
    product_uri: str
    product: int
    is_single: bool


@lru_cache(maxsize=_REMEMBERED)
def subject_of(uri: str) -> Subject | None:
    """Return what is logged of a canonical URI; None for what is not goods."""
    if len(uri) > URI_CHARS_MAX or not _is_goods(uri):
        return None
    level = level_of(uri)
    if level not in (Level.INSTANCE, Level.LOT):
        return None
    product = register_uris(uri)[-1]
    return Subject(
        uri=uri,
        item=key_of(uri),
        product_uri=product,
        product=key_of(product),
        is_single=level is Level.INSTANCE,
    )


def _is_goods(uri: str) -> bool:
    if uri.startswith(CANONICAL_STEM + "/"):
        return uri[len(CANONICAL_STEM) + 1 :].partition("/")[0] in _GOODS_KEYS
    if not uri.startswith(_OWN):
        return False
    name, _, text = uri[len(_OWN) :].partition(":")
    scheme = registry.OWN_NAMES.get(name)
    if scheme is None or registry.get(scheme).category not in _GOODS:
        return False
    try:
        return not registry.get(scheme).parse(unquote(text)).is_personal
    except CodeError:
        return False
