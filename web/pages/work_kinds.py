"""Which kinds of codes are offered for a product, by what the product is, and in which words."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from codes.gs1.digital_link import CANONICAL_STEM
from parties.directory import CertificateCard, PartyCard, ProductCard
from parties.issuing.kinds import KINDS, IssuedKind
from parties.tables import PartyKind
from web.pages.languages import chosen_lang
from web.pages.words import Words

_GTIN: Final = f"{CANONICAL_STEM}/01/"
# 农业部公告第2579号: a temporary registration (LS) gets no new codes.
_PESTICIDE: Final = re.compile(r"(?:PD|WP)[0-9]{6,8}")
_SEEDS: Final = ("seed", "种子")

_ABOUT: Final[Mapping[str, Words]] = {
    "gs1_serial": Words(
        zh="每件商品一个不重复的序列号，二维码是一个网址，手机一扫就能打开。适合有商品条码的产品。",
        en="A number of its own for each item; the QR code is an address that any phone opens. "
        "For products with a bar code number (GTIN).",
    ),
    "suxin_serial": Words(
        zh="由溯信统一编号，产品没有商品条码也可以使用。",
        en="Numbered by Suxin; for products without a bar code number, too.",
    ),
    "pesticide_unit": Words(
        zh="农药标签上的 32 位单元识别代码，每个最小销售单元一个。",
        en="The 32 digits on a pesticide's label, one for each unit that is sold.",
    ),
    "seed_unit": Words(
        zh="种子标签二维码中的单元识别代码，每个最小销售单元一个。",
        en="The unit code in the QR code of a seed label, one for each unit that is sold.",
    ),
    "sscc": Words(
        zh="每个箱子、托盘等物流单元一个，用于发货和收货。",
        en="One for each carton, pallet or other logistic unit that is sent and received.",
    ),
    "gtin": Words(
        zh="给新的产品品种编商品条码，一个品种一个。",
        en="Bar code numbers for new products, one for each product.",
    ),
    "gln": Words(
        zh="给厂房、仓库、门店等场所编码，一处一个。",
        en="Numbers of plants, stores and shops, one for each place.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A kind of code that is offered, with what it is for."""

    kind: IssuedKind
    title: str
    about: str


def offers_for(
    product: ProductCard, party: PartyCard, papers: Sequence[CertificateCard], today: date
) -> list[Offer]:
    """Return the kinds that fit a product, the likeliest first."""
    names = []
    if registrations_of(product, papers, today):
        names.append("pesticide_unit")
    if party.kind is PartyKind.INPUT_MAKER or any(_is_of_seeds(paper) for paper in papers):
        names.append("seed_unit")
    if product.uri.startswith(_GTIN):
        names.append("gs1_serial")
    names.append("suxin_serial")
    return offers_of(names)


def registrations_of(
    product: ProductCard, papers: Iterable[CertificateCard], today: date
) -> list[str]:
    """Return the pesticide registrations that a product may be sold under today."""
    return [
        paper.number
        for paper in papers
        if _PESTICIDE.fullmatch(paper.number)
        and paper.product_id in (None, product.id)
        and paper.is_valid_on(today)
    ]


def offers_of(names: Iterable[str]) -> list[Offer]:
    """Return kinds by their names, as they are offered."""
    lang = chosen_lang()
    return [
        Offer(
            kind=KINDS[name],
            title=KINDS[name].title_zh if lang == "zh" else KINDS[name].title_en,
            about=_ABOUT[name].of(lang),
        )
        for name in names
    ]


def _is_of_seeds(paper: CertificateCard) -> bool:
    return any(word in paper.kind.lower() for word in _SEEDS)
