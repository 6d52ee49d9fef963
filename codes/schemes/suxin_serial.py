"""Suxin's own serial: `SX`, twelve base32 characters, one check character.

For goods that carry no other code. The twelve are 60 random bits, so that a serial cannot be
guessed from its neighbour; the alphabet is Crockford's base32, which leaves out I, L, O and U.

The check character is that of a Reed-Solomon code with one check symbol over GF(2^5), the field of
x^5 + x^2 + 1. ISO/IEC 7064 has no system whose check stays inside 32 characters; this one does, and
it finds every wrong character and every exchange of two characters, neighbours or not, because the
weights are distinct and not zero.
"""

import hmac
import re
from collections.abc import Mapping
from typing import Final

from codes.model import Category, Code, CodeError, CodeWarning, Scheme

NORM: Final = "Suxin serial, version 1"
SIGNATURE_NORM: Final = "Suxin signed link, version 1"

PREFIX: Final = "SX"

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_VALUES: Final = {character: value for value, character in enumerate(_ALPHABET)}
BODY_CHARS: Final = 12

# Crockford reads I and L as 1 and O as 0. U is not in his alphabet at all; it is read as V, its
# look-alike, and a wrong reading would be found by the check character.
_LOOK_ALIKES: Final = {"I": "1", "L": "1", "O": "0", "U": "V"}


def _double(value: int) -> int:
    """Multiply by x in GF(2^5)."""
    doubled = value << 1
    return doubled ^ 0b100101 if doubled & 0b100000 else doubled


def _products() -> tuple[tuple[int, ...], ...]:
    """Return, for each place, what each character adds: value times x^(places to the right)."""
    rows = []
    row = list(range(32))
    for _ in range(BODY_CHARS):
        row = [_double(value) for value in row]
        rows.append(tuple(row))
    return tuple(reversed(rows))


_PRODUCTS: Final = _products()


def serial_check(body: str) -> str:
    """Return the check character of twelve base32 characters."""
    remainder = 0
    for products, character in zip(_PRODUCTS, body, strict=True):
        remainder ^= products[_VALUES[character]]
    return _ALPHABET[remainder]


def body_of_number(number: int) -> str:
    """Return the twelve base32 characters of a number below 2^60."""
    return "".join([_ALPHABET[number >> shift & 31] for shift in range(55, -1, -5)])


def number_of_body(body: str) -> int | None:
    """Return the number that twelve base32 characters stand for, None for any other text."""
    if len(body) != BODY_CHARS:
        return None
    number = 0
    for character in body:
        value = _VALUES.get(character)
        if value is None:
            return None
        number = number << 5 | value
    return number


def serial_of_number(number: int) -> str:
    """Return the serial, with its prefix and check character, of a number below 2^60."""
    body = body_of_number(number)
    return PREFIX + body + serial_check(body)


def parse_serial(text: str) -> Code:
    """Read a serial; hyphens, small letters and look-alikes are put right with a warning.

    Raises `CodeError`.
    """
    upper = text.upper() if text.isascii() else text
    joined = upper.replace("-", "")
    if len(joined) != len(PREFIX) + BODY_CHARS + 1:
        message = "a serial is SX and 13 characters"
        raise CodeError("length", message, position=len(text), norm=NORM)
    if not joined.startswith(PREFIX):
        raise CodeError("prefix", "a serial starts with SX", position=0, norm=NORM)
    body = "".join(_LOOK_ALIKES.get(character, character) for character in joined[len(PREFIX) :])
    for character in body:
        if character not in _VALUES:
            raise CodeError(
                "charset", "not a base32 character", position=upper.index(character), norm=NORM
            )
    if serial_check(body[:-1]) != body[-1]:
        raise CodeError(
            "check_digit", "the check character does not fit", position=len(text) - 1, norm=NORM
        )
    return _code(body, _warnings(text, upper, joined, PREFIX + body))


# A tag is the first 40 bits of an HMAC-SHA256 over `keyid|01<gtin>|21<serial>`, in AI 98 behind the
# key id. It finds invented serials; a copied label stays a right label.
_TAG_BITS: Final = 40
_TAG_CHARS: Final = 8
_KEY_ID = re.compile(r"[A-Za-z0-9]{1,16}")


def sign_serial(gtin: str, serial: str, *, key_id: str, key: bytes) -> str:
    """Return the value of AI 98 for a serial: key id and tag. Raises `CodeError` for a bad id."""
    if not _KEY_ID.fullmatch(key_id):
        raise CodeError("key_id", "a key id is 1 to 16 letters and digits", norm=SIGNATURE_NORM)
    return key_id + _tag(gtin, serial, key_id, key)


def key_id_of(signed: str) -> str:
    """Return the key id that a value of AI 98 names, "" where it is too short for one."""
    return signed[:-_TAG_CHARS]


def require_signature(elements: Mapping[str, str], keys: Mapping[str, bytes]) -> str:
    """Refuse elements unless (98) signs their (01) and (21) with a known key; return the key id.

    Raises `CodeError`.
    """
    gtin, serial, signed = (elements.get(ai, "") for ai in ("01", "21", "98"))
    if not gtin or not serial or len(signed) <= _TAG_CHARS:
        raise CodeError("unsigned", "(01), (21) and (98) are needed", norm=SIGNATURE_NORM)
    key_id, tag = key_id_of(signed), signed[-_TAG_CHARS:]
    key = keys.get(key_id)
    if key is None:
        raise CodeError("key_id", "the key is not known", norm=SIGNATURE_NORM)
    # Compared as bytes: texts outside ASCII are refused by compare_digest with another error.
    expected = _tag(gtin, serial, key_id, key)
    if not hmac.compare_digest(expected.encode(), tag.encode()):
        raise CodeError("signature", "the signature does not fit the serial", norm=SIGNATURE_NORM)
    return key_id


def _tag(gtin: str, serial: str, key_id: str, key: bytes) -> str:
    digest = hmac.digest(key, f"{key_id}|01{gtin}|21{serial}".encode(), "sha256")
    number = int.from_bytes(digest, "big") >> (len(digest) * 8 - _TAG_BITS)
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(_TAG_BITS - 5, -1, -5))


def _code(body: str, warnings: tuple[CodeWarning, ...]) -> Code:
    text = PREFIX + body
    return Code(
        scheme="suxin_serial",
        text=text,
        fields={"serial": body[:-1], "check": body[-1]},
        uri=f"urn:suxin:serial:{text}",
        warnings=warnings,
    )


def _warnings(text: str, upper: str, joined: str, read: str) -> tuple[CodeWarning, ...]:
    warnings = []
    if text != upper:
        warnings.append(
            CodeWarning(code="lower_case", message="small letters were read as capitals")
        )
    if joined != upper:
        warnings.append(CodeWarning(code="hyphens", message="hyphens were left out"))
    if read != joined:
        message = "I and L were read as 1, O as 0, U as V"
        warnings.append(CodeWarning(code="look_alike", message=message))
    return tuple(warnings)


def format_serial(code: Code) -> str:
    """Return the fifteen characters."""
    return code.text


SCHEMES: Final = (
    Scheme(
        name="suxin_serial",
        title_zh="溯信单品序列号",
        title_en="Suxin item serial",
        category=Category.ANY,
        norm=NORM,
        pattern=f"{PREFIX}[{_ALPHABET}]{{13}}",
        parse=parse_serial,
        format=format_serial,
        may_issue=True,
        lengths=frozenset(range(15, 20)),
        looks_like=lambda text: text[0] in "Ss" and text[1] in "Xx",
        rank=1,
        first="Ss",
        marks=(PREFIX,),
        in_address=True,
        own_name="serial",
    ),
)
