"""What can be issued: one row for each kind of code, with how its numbers become texts.

The rule that must stay true: a kind's way from number to text is one to one and never changes, for
a block keeps numbers and every text is made from them again. A new kind is one more row.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from codes.gs1.check_digit import mod10_check_digit
from codes.gs1.digital_link import CANONICAL_STEM
from codes.permutation import Domain
from codes.registry import get
from codes.schemes.suxin_serial import BODY_CHARS, body_of_number, number_of_body, serial_of_number

# Blocks of a kind with random-looking numbers begin at multiples of this, so that the block of a
# number is found by its beginning alone.
PERMUTED_STEP: Final = 1 << 20

_KEY_DIGITS: Final = 12  # GS1 General Specifications 2.1 and 2.4: body of a GTIN-13 and of a GLN.
_SSCC_DIGITS: Final = 16  # GS1 General Specifications 2.2.1: prefix and serial reference.

_SERIALS: Final = Domain(radix=32, length=BODY_CHARS)
# 农业部公告第2579号: digits 12 to 32 of a unit code are random.
_PESTICIDE_TAIL: Final = Domain(radix=10, length=21)
# 农作物种子标签二维码编码规则 6: at most 20 characters; digits alone are allowed.
_SEED_UNIT: Final = Domain(radix=10, length=20)

_ITEM: Final = re.compile(
    re.escape(CANONICAL_STEM) + rf"/01/(?P<gtin>[0-9]{{14}})(?:/10/[^/]+)?"
    rf"/21/(?P<serial>[0-9A-Z]{{{BODY_CHARS}}})"
)
_OWN: Final = re.compile(rf"urn:suxin:serial:SX(?P<body>[0-9A-Z]{{{BODY_CHARS}}})[0-9A-Z]")
_PESTICIDE: Final = re.compile(r"urn:suxin:pesticide:(?P<head>[0-9]{11})(?P<tail>[0-9]{21})")
_SEED: Final = re.compile(r"urn:suxin:seed-unit:(?P<number>[0-9]{20})")


class Needs(StrEnum):
    """What a kind is issued on: a product of the party, or one of its company prefixes."""

    PRODUCT = "product"
    PREFIX = "prefix"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a written code lies: its series by kind and scope, and its number there as written."""

    kind: str
    scope: str
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedKind:
    """One kind of code.

    `scope` of a series: the GTIN of serials, the prefix of keys, the fixed digits of a pesticide,
    "" where one series serves everybody. `domain` is None where numbers are counted, not permuted.
    `text` makes the code of a scope and number, `place` finds both again in a canonical URI, None
    for a URI of another kind. `scheme` reads the text; no scheme reads a serial without its GTIN.
    """

    name: str
    title_zh: str
    title_en: str
    norm: str
    needs: Needs
    scheme: str
    domain: Domain | None
    capacity: Callable[[str], int]
    text: Callable[[str, int], str]
    place: Callable[[str], Place | None]
    is_item: bool = True

    @property
    def schemes(self) -> tuple[str, ...]:
        """The schemes that read its codes as they are written."""
        # A serial is a code only together with the number of its trade item.
        is_serial = self.scheme == "gs1_serial"
        return ("gs1_element_string", "gs1_digital_link") if is_serial else (self.scheme,)

    @property
    def step(self) -> int:
        """What the numbers of a block begin at a multiple of."""
        return 1 if self.domain is None else PERMUTED_STEP

    def uri_of_text(self, scope: str, text: str) -> str:
        """Return the canonical URI of a code; a serial's scope is its GTIN."""
        if self.scheme == "gs1_serial":
            return f"{CANONICAL_STEM}/01/{scope}/21/{text}"
        return get(self.scheme).parse(text).uri


def _size_of(domain: Domain) -> Callable[[str], int]:
    return lambda _scope: domain.size


def _item_place(uri: str) -> Place | None:
    found = _ITEM.fullmatch(uri)
    number = None if found is None else number_of_body(found["serial"])
    if found is None or number is None:
        return None
    return Place(kind="gs1_serial", scope=found["gtin"], number=number)


def _own_place(uri: str) -> Place | None:
    found = _OWN.fullmatch(uri)
    number = None if found is None else number_of_body(found["body"])
    return None if number is None else Place(kind="suxin_serial", scope="", number=number)


def _pesticide_place(uri: str) -> Place | None:
    found = _PESTICIDE.fullmatch(uri)
    if found is None:
        return None
    return Place(kind="pesticide_unit", scope=found["head"], number=int(found["tail"]))


def _seed_place(uri: str) -> Place | None:
    found = _SEED.fullmatch(uri)
    return None if found is None else Place(kind="seed_unit", scope="", number=int(found["number"]))


def _no_place(uri: str) -> Place | None:  # noqa: ARG001 -- every kind has one shape
    # A key belongs to whoever has the prefix, used or not; nobody asks for its block.
    return None


def _gtin_text(prefix: str, number: int) -> str:
    body = prefix + str(number).zfill(_KEY_DIGITS - len(prefix))
    return body + mod10_check_digit(body)


def _sscc_text(prefix: str, number: int) -> str:
    """Return an SSCC; the extension digit (GS1 General Specifications 2.2.1) counts on."""
    digits = _SSCC_DIGITS - len(prefix)
    extension, serial = divmod(number, 10**digits)
    body = f"{extension}{prefix}{str(serial).zfill(digits)}"
    return body + mod10_check_digit(body)


def build_kinds(rows: Sequence[IssuedKind]) -> Mapping[str, IssuedKind]:
    """Return the kinds by name; raises `ValueError` for a name used twice."""
    table = {row.name: row for row in rows}
    if len(table) != len(rows):
        raise ValueError("two kinds of issued codes have one name")
    return MappingProxyType(table)


KINDS: Final = build_kinds(
    (
        IssuedKind(
            name="gs1_serial",
            title_zh="商品单品序列号（01）（21）",
            title_en="Serial of a trade item (01)(21)",
            norm="GS1 General Specifications 3.5.2",
            needs=Needs.PRODUCT,
            scheme="gs1_serial",
            domain=_SERIALS,
            capacity=_size_of(_SERIALS),
            text=lambda _gtin, number: body_of_number(number),
            place=_item_place,
        ),
        IssuedKind(
            name="suxin_serial",
            title_zh="溯信单品序列号",
            title_en="Suxin item serial",
            norm="Suxin serial, version 1",
            needs=Needs.PRODUCT,
            scheme="suxin_serial",
            domain=_SERIALS,
            capacity=_size_of(_SERIALS),
            text=lambda _scope, number: serial_of_number(number),
            place=_own_place,
        ),
        IssuedKind(
            name="pesticide_unit",
            title_zh="农药单元识别代码",
            title_en="Pesticide unit code",
            norm="农业部公告第2579号",
            needs=Needs.PRODUCT,
            scheme="cn_pesticide_unit32",
            domain=_PESTICIDE_TAIL,
            capacity=_size_of(_PESTICIDE_TAIL),
            text=lambda head, number: head + str(number).zfill(_PESTICIDE_TAIL.length),
            place=_pesticide_place,
        ),
        IssuedKind(
            name="seed_unit",
            title_zh="种子单元识别代码",
            title_en="Seed unit code",
            norm="农作物种子标签二维码编码规则 6",
            needs=Needs.PRODUCT,
            scheme="cn_seed_unit_code",
            domain=_SEED_UNIT,
            capacity=_size_of(_SEED_UNIT),
            text=lambda _scope, number: str(number).zfill(_SEED_UNIT.length),
            place=_seed_place,
        ),
        IssuedKind(
            name="sscc",
            title_zh="系列货运包装箱代码 SSCC",
            title_en="Serial Shipping Container Code",
            norm="GS1 General Specifications 2.2.1",
            needs=Needs.PREFIX,
            scheme="sscc",
            domain=None,
            capacity=lambda prefix: int(10 ** (_SSCC_DIGITS + 1 - len(prefix))),
            text=_sscc_text,
            place=_no_place,
            is_item=False,
        ),
        IssuedKind(
            name="gtin",
            title_zh="商品条码 GTIN-13",
            title_en="GTIN-13",
            norm="GS1 General Specifications 2.1",
            needs=Needs.PREFIX,
            scheme="gtin13",
            domain=None,
            capacity=lambda prefix: int(10 ** (_KEY_DIGITS - len(prefix))),
            text=_gtin_text,
            place=_no_place,
            is_item=False,
        ),
        IssuedKind(
            name="gln",
            title_zh="全球位置码 GLN",
            title_en="Global Location Number",
            norm="GS1 General Specifications 2.4",
            needs=Needs.PREFIX,
            scheme="gln",
            domain=None,
            capacity=lambda prefix: int(10 ** (_KEY_DIGITS - len(prefix))),
            text=_gtin_text,
            place=_no_place,
            is_item=False,
        ),
    )
)


def place_of(uri: str) -> Place | None:
    """Return where a canonical URI would lie if it was issued here, None if it cannot have been."""
    for kind in KINDS.values():
        place = kind.place(uri)
        if place is not None:
            return place
    return None
