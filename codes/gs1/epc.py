"""EPC URIs to GS1 keys, and back.

EPC Tag Data Standard 1.13 clause 6 (pure identity URIs) and 12 (patterns); CBV 2.0 clause 8.9 (the
Digital Link each becomes). An EPC URI drops the check digit and splits the key at the company
prefix; a Digital Link has the digit and does not know the split, so the way back needs the length
of the prefix.
"""

import re
from collections.abc import Callable
from typing import Final

from codes.gs1.charset import percent_decode, percent_encode, place_in_encoded
from codes.gs1.check_digit import is_digits
from codes.gs1.epc_fields import (
    GCP_DIGITS_MAX,
    GCP_DIGITS_MIN,
    NORM,
    digits_field,
    last_field,
    numeric_key,
    prefix_refusal,
    require_allotted,
    require_fields,
    require_wildcard,
)
from codes.model import CodeError

# Schemes of the Tag Data Standard that carry no GS1 key: they have no Digital Link form.
WITHOUT_GS1_KEY: Final = (
    "urn:epc:id:gid:",
    "urn:epc:id:usdod:",
    "urn:epc:id:adi:",
    "urn:epc:id:bic:",
    "urn:epc:id:imovn:",
)

_CPI_CHARS_MAX = 30
_COMPONENT_CHARS = re.compile(r"(?:[A-Z0-9\-]|%(?:23|2[Ff]))+")

_Reader = Callable[[str], str]


def path_of_epc(uri: str) -> str:
    """Return the Digital Link path (`01/…/21/…`) of an EPC URI that carries a GS1 key.

    Takes `urn:epc:id:…`, `urn:epc:class:lgtin:…` and `urn:epc:idpat:…` whose last field is `*`.
    Raises `CodeError` for any other scheme, a wrong shape, or a character that should be escaped.
    """
    # A colon may stand unescaped in a serial, so only the first four of them split.
    parts = uri.split(":", 4)
    if len(parts) < 5:
        message = "an EPC URI is urn:epc:<kind>:<scheme>:<fields>"
        raise CodeError("epc_shape", message, position=len(uri), norm=NORM)
    reader = _READERS.get(f"{parts[2]}:{parts[3]}")
    if reader is None:
        raise CodeError(
            "epc_scheme", "this is not an EPC scheme with a GS1 key", position=8, norm=NORM
        )
    try:
        return reader(parts[4])
    except CodeError as refusal:
        raise refusal.moved(len(uri) - len(parts[4])) from None


def _sgtin(body: str) -> str:
    gtin, serial = numeric_key(body, digits=13, moved=True, what="an SGTIN")
    return f"01/{gtin}/21/{last_field(serial, body, chars_max=20, what='the serial number')}"


def _lgtin(body: str) -> str:
    gtin, lot = numeric_key(body, digits=13, moved=True, what="an LGTIN")
    return f"01/{gtin}/10/{last_field(lot, body, chars_max=20, what='the lot number')}"


def _upui(body: str) -> str:
    gtin, extension = numeric_key(body, digits=13, moved=True, what="a UPUI")
    return f"01/{gtin}/235/{last_field(extension, body, chars_max=28, what='the extension')}"


def _itip_key(body: str) -> tuple[str, str]:
    gtin, rest = numeric_key(body, digits=13, moved=True, what="an ITIP")
    piece, _, rest = rest.partition(".")
    total, _, rest = rest.partition(".")
    if not (is_digits(piece + total) and len(piece) == len(total) == 2 and "00" < piece <= total):
        message = "piece and total are 01 to 99, piece first"
        position = len(".".join(body.split(".")[:2])) + 1
        raise CodeError("piece_of_total", message, position=min(position, len(body)), norm=NORM)
    return f"8006/{gtin}{piece}{total}", rest


def _itip(body: str) -> str:
    key, serial = _itip_key(body)
    return f"{key}/21/{last_field(serial, body, chars_max=20, what='the serial number')}"


def _sscc(body: str) -> str:
    sscc, rest = numeric_key(body, digits=17, moved=True, what="an SSCC")
    require_fields(rest, body, dots=1, what="an SSCC")
    return f"00/{sscc}"


def _sgln(body: str) -> str:
    gln, extension = numeric_key(body, digits=12, moved=False, what="an SGLN")
    # CBV 2.0 8.9: the extension 0 means that there is none, and AI 254 is left out.
    if extension == "0":
        return f"414/{gln}"
    return f"414/{gln}/254/{last_field(extension, body, chars_max=20, what='the GLN extension')}"


def _pgln(body: str) -> str:
    gln, rest = numeric_key(body, digits=12, moved=False, what="a PGLN")
    require_fields(rest, body, dots=1, what="a PGLN")
    return f"417/{gln}"


def _grai(body: str) -> str:
    key, serial = numeric_key(body, digits=12, moved=False, what="a GRAI")
    return f"8003/0{key}{last_field(serial, body, chars_max=16, what='the serial number')}"


def _gdti(body: str) -> str:
    key, serial = numeric_key(body, digits=12, moved=False, what="a GDTI")
    return f"253/{key}{last_field(serial, body, chars_max=17, what='the serial number')}"


def _sgcn(body: str) -> str:
    key, serial = numeric_key(body, digits=12, moved=False, what="an SGCN")
    return f"255/{key}{digits_field(serial, body, digits_max=12, what='the serial number')}"


def _service(body: str, *, ai: str, digits: int, what: str) -> str:
    key, rest = numeric_key(body, digits=digits, moved=False, what=what)
    require_fields(rest, body, dots=1, what=what)
    return f"{ai}/{key}"


def _prefixed(body: str, *, ai: str, what: str) -> str:
    prefix, _, reference = body.partition(".")
    if not is_digits(prefix) or not GCP_DIGITS_MIN <= len(prefix) <= GCP_DIGITS_MAX:
        raise prefix_refusal(prefix, what=what)
    path = f"{ai}/{prefix}{last_field(reference, body, chars_max=30 - len(prefix), what=what)}"
    require_allotted(prefix, reference)
    return path


def _cpi_key(body: str) -> tuple[str, str]:
    prefix, _, rest = body.partition(".")
    reference, _, serial = rest.partition(".")
    if not is_digits(prefix) or not GCP_DIGITS_MIN <= len(prefix) <= GCP_DIGITS_MAX:
        raise prefix_refusal(prefix, what="a CPI")
    start = len(prefix) + 1
    fitting = _COMPONENT_CHARS.match(reference)
    if fitting is None or fitting.end() != len(reference):
        position = start + (fitting.end() if fitting else 0)
        message = "a component reference has A-Z, 0-9, -, %23, %2F"
        raise CodeError("charset", message, position=position, norm=NORM)
    part = percent_decode(reference, norm=NORM)
    if len(prefix) + len(part) > _CPI_CHARS_MAX:
        position = start + place_in_encoded(reference, _CPI_CHARS_MAX - len(prefix))
        message = f"a CPI has at most {_CPI_CHARS_MAX} characters"
        raise CodeError("length", message, position=position, norm=NORM)
    require_allotted(prefix, part)
    return f"8010/{prefix}{percent_encode(part)}", serial


def _cpi(body: str) -> str:
    key, serial = _cpi_key(body)
    number = digits_field(serial, body, digits_max=12, what="the CPI serial number")
    if number[0] == "0" and number != "0":
        message = "a CPI serial number has no leading zero"
        position = len(body) - len(serial)
        raise CodeError("leading_zero", message, position=position, norm=NORM)
    return f"{key}/8011/{number}"


def _class_of(body: str, *, ai: str, digits: int, moved: bool, what: str) -> str:
    key, rest = numeric_key(body, digits=digits, moved=moved, what=what)
    require_wildcard(rest, body, what=what)
    return f"{ai}{key}"


def _itip_class(body: str) -> str:
    key, rest = _itip_key(body)
    require_wildcard(rest, body, what="an ITIP pattern")
    return key


def _cpi_class(body: str) -> str:
    key, rest = _cpi_key(body)
    require_wildcard(rest, body, what="a CPI pattern")
    return key


def _trade_class(body: str) -> str:
    return _class_of(body, ai="01/", digits=13, moved=True, what="a GTIN pattern")


_READERS: Final[dict[str, _Reader]] = {
    "id:sgtin": _sgtin,
    "id:sscc": _sscc,
    "id:sgln": _sgln,
    "id:pgln": _pgln,
    "id:grai": _grai,
    "id:giai": lambda body: _prefixed(body, ai="8004", what="a GIAI"),
    "id:gsrn": lambda body: _service(body, ai="8018", digits=17, what="a GSRN"),
    "id:gsrnp": lambda body: _service(body, ai="8017", digits=17, what="a GSRN"),
    "id:gsin": lambda body: _service(body, ai="402", digits=16, what="a GSIN"),
    "id:ginc": lambda body: _prefixed(body, ai="401", what="a GINC"),
    "id:gdti": _gdti,
    "id:sgcn": _sgcn,
    "id:cpi": _cpi,
    "id:itip": _itip,
    "id:upui": _upui,
    "class:lgtin": _lgtin,
    "idpat:sgtin": _trade_class,
    "idpat:upui": _trade_class,
    "idpat:grai": lambda body: _class_of(
        body, ai="8003/0", digits=12, moved=False, what="a GRAI pattern"
    ),
    "idpat:gdti": lambda body: _class_of(
        body, ai="253/", digits=12, moved=False, what="a GDTI pattern"
    ),
    "idpat:sgcn": lambda body: _class_of(
        body, ai="255/", digits=12, moved=False, what="an SGCN pattern"
    ),
    "idpat:itip": _itip_class,
    "idpat:cpi": _cpi_class,
}
