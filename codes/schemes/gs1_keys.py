"""The GS1 keys that are seldom written bare, where somebody says which key is meant.

GS1 General Specifications 2.2 (GSIN, GINC), 2.3 (GRAI, GIAI), 2.5 (GSRN), 2.6.13 (GDTI, GCN), 2.1
(ITIP, CPID), 2.6.15 (GMN). Their shapes and checks are those of the table of identifiers.
"""

from collections.abc import Callable
from typing import Final

from codes.gs1.ais import AIS, require_value
from codes.gs1.charset import percent_encode
from codes.gs1.check_digit import is_digits
from codes.gs1.digital_link import CANONICAL_STEM
from codes.model import Category, Code, Scheme
from codes.schemes.gtin import company_prefix_fields, require_numeric_key
from codes.shapes import DIGITS, format_text

NORM: Final = "GS1 General Specifications 2"

# Identifier, and the length of what stands before a serial: what the two parts are called is
# what GS1 calls them.
_TYPED: Final = {
    "grai": ("8003", 14, "type", "serial"),
    "gdti": ("253", 13, "type", "serial"),
    "gcn": ("255", 13, "type", "serial"),
    "itip": ("8006", 14, "gtin", "piece_of_total"),
    "gmn": ("8013", -2, "model", "check_pair"),
}
_WHOLE: Final = {"giai": "8004", "ginc": "401", "cpid": "8010"}


def parse_gsin(text: str) -> Code:
    """Read a GSIN, the number of a shipment, of 17 digits; raises `CodeError`."""
    return _checked("gsin", "402", text, length=17)


def parse_gsrn(text: str) -> Code:
    """Read a GSRN, the recipient of a service, of 18 digits; raises `CodeError`."""
    return _checked("gsrn", "8018", text, length=18)


def parse_gsrn_provider(text: str) -> Code:
    """Read a GSRN, the provider of a service, of 18 digits; raises `CodeError`."""
    return _checked("gsrnp", "8017", text, length=18)


def parse_party_gln(text: str) -> Code:
    """Read a GLN as the number of a party; raises `CodeError`."""
    return _checked("pgln", "417", text, length=13)


def _checked(scheme: str, ai: str, text: str, *, length: int) -> Code:
    require_numeric_key(text, length=length, what=f"a {scheme.upper()}", norm=NORM)
    fields = {"body": text[:-1], "check_digit": text[-1], "length": str(length)}
    return _code(scheme, ai, text, fields | company_prefix_fields(text))


def _typed(scheme: str) -> Callable[[str], Code]:
    """Return the reader of a key of two parts, the second of which may be absent."""
    ai, length, head, tail = _TYPED[scheme]

    def parse(text: str) -> Code:
        require_value(AIS[ai], text)
        fields = {head: text[:length], tail: text[length:]}
        return _code(scheme, ai, text, {name: value for name, value in fields.items() if value})

    return parse


def _whole(scheme: str) -> Callable[[str], Code]:
    """Return the reader of a key that starts with a company prefix of any length."""
    ai = _WHOLE[scheme]

    def parse(text: str) -> Code:
        require_value(AIS[ai], text)
        return _code(scheme, ai, text, company_prefix_fields(text))

    return parse


def _code(scheme: str, ai: str, text: str, fields: dict[str, str]) -> Code:
    uri = f"{CANONICAL_STEM}/{ai}/{percent_encode(text)}"
    return Code(scheme=scheme, text=text, fields=fields, uri=uri)


def _of_digits(
    name: str, zh: str, en: str, category: Category, length: int, parse: Callable[[str], Code]
) -> Scheme:
    """Return a scheme of digits with a check, which detection offers behind all others."""
    return Scheme(
        name=name,
        title_zh=zh,
        title_en=en,
        category=category,
        norm=NORM,
        pattern=f"[0-9]{{{length}}}",
        parse=parse,
        format=format_text,
        may_issue=False,
        lengths=frozenset({length}),
        looks_like=is_digits,
        rank=2,
        first=DIGITS,
    )


def _bare(
    name: str, zh: str, en: str, category: Category, pattern: str, parse: Callable[[str], Code]
) -> Scheme:
    """Return a scheme whose codes look like nothing in particular: detection does not offer it."""
    return Scheme(
        name=name,
        title_zh=zh,
        title_en=en,
        category=category,
        norm=NORM,
        pattern=pattern,
        parse=parse,
        format=format_text,
        may_issue=False,
        lengths=frozenset(),
        looks_like=lambda text: len(text) > 3 and is_digits(text[:4]),
        rank=3,
    )


_X: Final = '[!"%-?A-Z_a-z]'
_UNIT, _PARTY, _PAPER = Category.LOGISTIC_UNIT, Category.PARTY, Category.CERTIFICATE
_ITEM: Final = Category.TRADE_ITEM

SCHEMES: Final = (
    _of_digits(
        "gsin", "全球装运标识代码 GSIN", "Global Shipment Identification Number",
        _UNIT, 17, parse_gsin,
    ),
    _of_digits(
        "gsrn", "全球服务关系代码 GSRN", "Global Service Relation Number",
        _PARTY, 18, parse_gsrn,
    ),
    _bare(
        "gsrnp", "全球服务关系代码 GSRN（服务方）", "Global Service Relation Number, provider",
        _PARTY, "[0-9]{18}", parse_gsrn_provider,
    ),
    _bare(
        "pgln", "参与方位置码 GLN", "Global Location Number of a party",
        _PARTY, "[0-9]{13}", parse_party_gln,
    ),
    _bare(
        "grai", "全球可回收资产标识 GRAI", "Global Returnable Asset Identifier",
        _UNIT, f"0[0-9]{{13}}{_X}{{0,16}}", _typed("grai"),
    ),
    _bare(
        "giai", "全球单个资产标识 GIAI", "Global Individual Asset Identifier",
        _UNIT, f"[0-9]{{4}}{_X}{{0,26}}", _whole("giai"),
    ),
    _bare(
        "ginc", "全球托运标识代码 GINC", "Global Identification Number for Consignment",
        _UNIT, f"[0-9]{{4}}{_X}{{0,26}}", _whole("ginc"),
    ),
    _bare(
        "gdti", "全球文件类型标识 GDTI", "Global Document Type Identifier",
        _PAPER, f"[0-9]{{13}}{_X}{{0,17}}", _typed("gdti"),
    ),
    _bare(
        "gcn", "全球优惠券代码 GCN", "Global Coupon Number",
        _PAPER, "[0-9]{13,25}", _typed("gcn"),
    ),
    _bare(
        "itip", "贸易项目单件标识 ITIP", "Individual Trade Item Piece",
        _ITEM, "[0-9]{18}", _typed("itip"),
    ),
    _bare(
        "cpid", "组件/部件标识代码 CPID", "Component/Part Identifier",
        _ITEM, r"[0-9]{4}[#\-/0-9A-Z]{0,26}", _whole("cpid"),
    ),
    _bare(
        "gmn", "全球型号代码 GMN", "Global Model Number",
        _ITEM, f"[0-9]{{4}}{_X}{{0,19}}[2-9A-HJ-NP-Z]{{2}}", _typed("gmn"),
    ),
)  # fmt: skip
