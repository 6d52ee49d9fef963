"""Commodity QR codes: an element string, an address on 2dcode.org, or a maker's own address.

GB/T 33993-2017 5. Whatever the form, a GTIN inside names the goods.
"""

import re
from typing import Final

from codes.gs1.charset import percent_decode
from codes.gs1.element_string import parse_bracketed, parse_raw
from codes.gs1.identity import identity_of_elements
from codes.model import Category, Code, CodeError, CodeWarning, Scheme
from codes.shapes import format_text

NORM: Final = "GB/T 33993-2017 5"

_NATIONAL_HOST: Final = "2dcode.org"
_NATIONAL = re.compile(r"(?i:https?)://(?i:www\.)?(?i:2dcode\.org)/([A-Za-z0-9._~\-/]+)")
_ADDRESS = re.compile(
    r"(?i:https?)://([A-Za-z0-9.\-]+(?::[0-9]{1,5})?)((?:/[^/?#\s]*)*)(?:[?#]\S*)?"
)
_EXCLUDED = re.compile(r"[%&/<>?]")

# Names of parts in a maker's address; the norm's own example has gtin, bat and ser.
_NAMES: Final = {
    "gtin": "01", "01": "01", "bat": "10", "lot": "10", "batch": "10", "10": "10",
    "ser": "21", "sn": "21", "21": "21",
}  # fmt: skip
_UNCONFIRMED = CodeWarning(
    code="maker_address", message="the names of the parts in the address are the maker's own"
)


def parse_commodity_code(text: str) -> Code:
    """Read any of the three forms; raises `CodeError`."""
    if text[:4].lower() == "http":
        return _national(text) or _maker(text)
    elements = parse_bracketed(text) if text.startswith("(") else parse_raw(text)
    _require_elements(elements)
    return Code(
        scheme="gbt33993",
        text=text,
        fields={"form": "编码数据结构", **elements},
        uri=identity_of_elements(elements),
    )


def _require_elements(elements: dict[str, str]) -> None:
    if next(iter(elements)) != "01":
        raise CodeError("order", "(01) comes first", position=0, norm=NORM)
    for ai in ("10", "21"):
        wrong = _EXCLUDED.search(elements.get(ai, ""))
        if wrong is not None:
            raise CodeError("charset", f"({ai}) may not hold % & / < > ?", norm=NORM)


def _national(text: str) -> Code | None:
    match = _NATIONAL.fullmatch(text)
    if match is None:
        return None
    return Code(
        scheme="gbt33993",
        text=text,
        fields={"form": "国家统一网址", "code": match[1]},
        # Plain and encrypted address, with www or without, are one: two would split a history.
        uri=f"https://{_NATIONAL_HOST}/{match[1]}",
    )


def _maker(text: str) -> Code:
    match = _ADDRESS.fullmatch(text)
    if match is None:
        raise CodeError("address", "this is no web address", position=0, norm=NORM)
    parts = match[2].split("/")[1:]
    start = next((i for i, part in enumerate(parts) if part.lower() == "gtin"), None)
    if start is None or len(parts[start:]) % 2:
        raise CodeError(
            "host", f"neither on {_NATIONAL_HOST} nor with a GTIN in its path",
            position=text.index("/") + 2, norm=NORM,
        )  # fmt: skip
    elements: dict[str, str] = {}
    for name, value in zip(parts[start::2], parts[start + 1 :: 2], strict=True):
        ai = _NAMES.get(name.lower())
        if ai is None or ai in elements:
            raise CodeError("address", "a part of the address has no known name", norm=NORM)
        elements[ai] = percent_decode(value, norm=NORM)
    checked = parse_bracketed(
        "".join(f"({ai})" + value.replace("(", "\\(") for ai, value in elements.items())
    )
    _require_elements(checked)
    return Code(
        scheme="gbt33993",
        text=text,
        fields={"form": "厂商自定义网址", **checked},
        uri=identity_of_elements(checked),
        warnings=(_UNCONFIRMED,),
    )


def _looks_like(text: str) -> bool:
    return _NATIONAL_HOST in text.lower() or "/gtin/" in text.lower()


SCHEMES: Final = (
    Scheme(
        name="gbt33993",
        title_zh="商品二维码",
        title_en="Commodity QR code",
        category=Category.TRADE_ITEM,
        norm=NORM,
        parse=parse_commodity_code,
        format=format_text,
        may_issue=True,
        lengths=None,
        looks_like=_looks_like,
        rank=1,
        first="hH",
    ),
)
