"""Where codes stand that look alike, and what each looks like, for whoever must tell two apart."""

from collections.abc import Mapping
from typing import Final

from web.pages.model import Lang
from web.pages.words import Words, by_name

# Those that detection cannot tell apart; a scheme that joins them has a line here.
_HINTS: Final[Mapping[str, Words]] = by_name((
    ("sscc", "在托盘或货箱的物流标签上，(00) 之后 18 位",
     "On the logistic label of a pallet or case, 18 digits after (00)"),
    ("cn_uscc", "在营业执照上，18 位，多以 9 开头",
     "On a business licence, 18 characters, mostly beginning with 9"),
    ("cn_drug_trace20", "在药盒上“药品追溯码”字样旁，20 位，多以 8 开头",
     "On a medicine box beside 药品追溯码, 20 digits, mostly beginning with 8"),
    ("cn_mofcom_trace20", "在肉菜摊位的购物小票上，20 位",
     "On the receipt of a meat or vegetable stall, 20 digits"),
    ("cn_mofcom_veg_batch16", "在批发市场的肉菜交易凭证上，16 位",
     "On the meat or vegetable voucher of a wholesale market, 16 digits"),
    ("cn_agri_trace_short", "在食用农产品的国家追溯标签上",
     "On a national trace label of farm produce"),
    ("gs1_element_string", "在商品的二维码或条码下，带括号的数字，例如 (01)……(10)……",
     "Under the symbol of a product, digits with brackets, as (01)… (10)…"),
))  # fmt: skip


def hint_of(scheme: str, lang: Lang) -> str:
    """Return where codes of a scheme stand and what they look like, nothing where none is told."""
    words = _HINTS.get(scheme)
    return words.of(lang) if words else ""
