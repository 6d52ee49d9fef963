"""EPC URIs to GS1 keys, and back.

EPC Tag Data Standard 1.13 clause 6 (pure identity URIs) and 12 (patterns); CBV 2.0 clause 8.9 (the
Digital Link each becomes). An EPC URI drops the check digit and splits the key at the company
prefix; a Digital Link has the digit and does not know the split, so the way back needs the length
of the prefix.
"""

import re
from collections.abc import Callable
from typing import Final

from codes.gs1.charset import CSET39, first_outside_cset82, percent_decode, percent_encode
from codes.gs1.check_digit import is_digits, mod10_check_digit
from codes.gs1.company_prefix import require_company_prefix
from codes.model import CodeError

NORM: Final = "EPC Tag Data Standard 1.13 6.3"

# Schemes of the Tag Data Standard that carry no GS1 key: they have no Digital Link form.
WITHOUT_GS1_KEY: Final = (
    "urn:epc:id:gid:",
    "urn:epc:id:usdod:",
    "urn:epc:id:adi:",
    "urn:epc:id:bic:",
    "urn:epc:id:imovn:",
)

_GCP_DIGITS_MIN = 6
_GCP_DIGITS_MAX = 12
_SERIAL_CHARS = re.compile(r"(?:[A-Za-z0-9!'()*+,\-.:;=_]|%[0-9A-Fa-f]{2})+")
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
        raise CodeError("epc_shape", "an EPC URI is urn:epc:<kind>:<scheme>:<fields>", norm=NORM)
    reader = _READERS.get(f"{parts[2]}:{parts[3]}")
    if reader is None:
        raise CodeError(
            "epc_scheme", "this is not an EPC scheme with a GS1 key", position=8, norm=NORM
        )
    return reader(parts[4])


def _numeric_key(body: str, *, digits: int, moved: bool, what: str) -> tuple[str, str]:
    """Read `GCP.ref[.rest]` into the key with its check digit, and the rest.

    `digits` is the length of the key without its check digit; `moved` says that the first digit of
    the reference (indicator or extension digit) stands before the company prefix in the key.
    """
    prefix, _, rest = body.partition(".")
    reference, _, rest = rest.partition(".")
    bare = f"{reference[:1]}{prefix}{reference[1:]}" if moved else prefix + reference
    if (
        len(bare) != digits
        or not (bare.isdigit() and bare.isascii())
        or not _GCP_DIGITS_MIN <= len(prefix) <= _GCP_DIGITS_MAX
    ):
        raise _key_refusal(prefix, reference, digits=digits, what=what)
    return bare + mod10_check_digit(bare), rest


def _key_refusal(prefix: str, reference: str, *, digits: int, what: str) -> CodeError:
    """Say which of the three rules of a numeric key was broken."""
    if not is_digits(prefix) or not _GCP_DIGITS_MIN <= len(prefix) <= _GCP_DIGITS_MAX:
        return CodeError(
            "company_prefix", f"the company prefix of {what} has 6 to 12 digits", norm=NORM
        )
    if reference and not is_digits(reference):
        return CodeError("charset", f"the reference of {what} has digits only", norm=NORM)
    return CodeError(
        "length",
        f"company prefix and reference of {what} have {digits} digits together, "
        f"not {len(prefix) + len(reference)}",
        norm=NORM,
    )


def _serial(text: str, *, chars_max: int, what: str) -> str:
    """Check an escaped serial, lot or extension and return it encoded for a Digital Link."""
    if text.isalnum() and text.isascii() and len(text) <= chars_max:
        return text
    return percent_encode(_decoded_serial(text, chars_max=chars_max, what=what))


def _decoded_serial(text: str, *, chars_max: int, what: str) -> str:
    if not text:
        raise CodeError("empty", f"{what} is empty", norm=NORM)
    match = _SERIAL_CHARS.match(text)
    if match is None or match.end() != len(text):
        position = 0 if match is None else match.end()
        raise CodeError("charset", f"{text[position]!r} must be escaped in {what}", norm=NORM)
    value = percent_decode(text, norm=NORM)
    outside = first_outside_cset82(value)
    if outside is not None:
        raise CodeError("charset", f"{what} has a character outside set 82", norm=NORM)
    if len(value) > chars_max:
        raise CodeError("length", f"{what} has at most {chars_max} characters", norm=NORM)
    return value


def _digits(text: str, *, digits_max: int, what: str) -> str:
    if not is_digits(text) or len(text) > digits_max:
        raise CodeError("charset", f"{what} has 1 to {digits_max} digits", norm=NORM)
    return text


def _nothing_more(rest: str, body: str, *, dots: int, what: str) -> None:
    if rest or body.count(".") != dots:
        raise CodeError("epc_shape", f"{what} has {dots + 1} fields", norm=NORM)


def _wildcard(rest: str, *, what: str) -> None:
    if rest != "*":
        raise CodeError("epc_pattern", f"the last field of {what} must be *", norm=NORM)


def _sgtin(body: str) -> str:
    gtin, serial = _numeric_key(body, digits=13, moved=True, what="an SGTIN")
    return f"01/{gtin}/21/{_serial(serial, chars_max=20, what='the serial number')}"


def _lgtin(body: str) -> str:
    gtin, lot = _numeric_key(body, digits=13, moved=True, what="an LGTIN")
    return f"01/{gtin}/10/{_serial(lot, chars_max=20, what='the lot number')}"


def _upui(body: str) -> str:
    gtin, extension = _numeric_key(body, digits=13, moved=True, what="a UPUI")
    return f"01/{gtin}/235/{_serial(extension, chars_max=28, what='the extension')}"


def _itip_key(body: str) -> tuple[str, str]:
    gtin, rest = _numeric_key(body, digits=13, moved=True, what="an ITIP")
    piece, _, rest = rest.partition(".")
    total, _, rest = rest.partition(".")
    if not (is_digits(piece + total) and len(piece) == len(total) == 2 and "00" < piece <= total):
        raise CodeError("piece_of_total", "piece and total are 01 to 99, piece first", norm=NORM)
    return f"8006/{gtin}{piece}{total}", rest


def _itip(body: str) -> str:
    key, serial = _itip_key(body)
    return f"{key}/21/{_serial(serial, chars_max=20, what='the serial number')}"


def _sscc(body: str) -> str:
    sscc, rest = _numeric_key(body, digits=17, moved=True, what="an SSCC")
    _nothing_more(rest, body, dots=1, what="an SSCC")
    return f"00/{sscc}"


def _sgln(body: str) -> str:
    gln, extension = _numeric_key(body, digits=12, moved=False, what="an SGLN")
    # CBV 2.0 8.9: the extension 0 means that there is none, and AI 254 is left out.
    if extension == "0":
        return f"414/{gln}"
    return f"414/{gln}/254/{_serial(extension, chars_max=20, what='the GLN extension')}"


def _pgln(body: str) -> str:
    gln, rest = _numeric_key(body, digits=12, moved=False, what="a PGLN")
    _nothing_more(rest, body, dots=1, what="a PGLN")
    return f"417/{gln}"


def _grai(body: str) -> str:
    key, serial = _numeric_key(body, digits=12, moved=False, what="a GRAI")
    return f"8003/0{key}{_serial(serial, chars_max=16, what='the serial number')}"


def _gdti(body: str) -> str:
    key, serial = _numeric_key(body, digits=12, moved=False, what="a GDTI")
    return f"253/{key}{_serial(serial, chars_max=17, what='the serial number')}"


def _sgcn(body: str) -> str:
    key, serial = _numeric_key(body, digits=12, moved=False, what="an SGCN")
    return f"255/{key}{_digits(serial, digits_max=12, what='the serial number')}"


def _service(body: str, *, ai: str, digits: int, what: str) -> str:
    key, rest = _numeric_key(body, digits=digits, moved=False, what=what)
    _nothing_more(rest, body, dots=1, what=what)
    return f"{ai}/{key}"


def _prefixed(body: str, *, ai: str, what: str) -> str:
    prefix, _, reference = body.partition(".")
    if not is_digits(prefix) or not _GCP_DIGITS_MIN <= len(prefix) <= _GCP_DIGITS_MAX:
        raise _key_refusal(prefix, reference, digits=30, what=what)
    path = f"{ai}/{prefix}{_serial(reference, chars_max=30 - len(prefix), what=what)}"
    require_company_prefix(f"{prefix}{reference}")
    return path


def _cpi_key(body: str) -> tuple[str, str]:
    prefix, _, rest = body.partition(".")
    reference, _, serial = rest.partition(".")
    if not is_digits(prefix) or not _GCP_DIGITS_MIN <= len(prefix) <= _GCP_DIGITS_MAX:
        raise _key_refusal(prefix, reference, digits=30, what="a CPI")
    part = percent_decode(reference, norm=NORM)
    if not _COMPONENT_CHARS.fullmatch(reference) or not CSET39.fullmatch(part):
        raise CodeError("charset", "a component reference has A-Z, 0-9, -, %23, %2F", norm=NORM)
    if len(prefix) + len(part) > 30:
        raise CodeError("length", "a CPI has at most 30 characters", norm=NORM)
    require_company_prefix(f"{prefix}{part}")
    return f"8010/{prefix}{percent_encode(part)}", serial


def _cpi(body: str) -> str:
    key, serial = _cpi_key(body)
    number = _digits(serial, digits_max=12, what="the CPI serial number")
    if number[0] == "0" and number != "0":
        raise CodeError("leading_zero", "a CPI serial number has no leading zero", norm=NORM)
    return f"{key}/8011/{number}"


def _class_of(body: str, *, ai: str, digits: int, moved: bool, what: str) -> str:
    key, rest = _numeric_key(body, digits=digits, moved=moved, what=what)
    _wildcard(rest, what=what)
    return f"{ai}{key}"


def _itip_class(body: str) -> str:
    key, rest = _itip_key(body)
    _wildcard(rest, what="an ITIP pattern")
    return key


def _cpi_class(body: str) -> str:
    key, rest = _cpi_key(body)
    _wildcard(rest, what="a CPI pattern")
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
