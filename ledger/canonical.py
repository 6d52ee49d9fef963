"""The one spelling: of a JSON value as bytes, and of bytes inside a JSON text or a signed note.

Format version 1, evidence for ever. The rule that must stay true: two values that are equal as
JSON have the same bytes (RFC 8785), and a text that decodes to some bytes is the only one that
does. Whoever re-encodes what it read and finds a difference refuses it.
"""

import base64
import binascii
import re
from collections.abc import Iterable
from typing import Final

import orjson
import rfc8785

from base.errors import InvalidInput, Problem
from base.strict_json import JsonValue

_ORJSON_OPTIONS: Final = orjson.OPT_SORT_KEYS | orjson.OPT_STRICT_INTEGER
_SIMPLE_TYPES: Final = frozenset({str, int, bool, type(None)})
_FLOAT_PLAIN_MIN: Final = 1e-4
_FLOAT_PLAIN_END: Final = 1e15
_LOWER_HEX: Final = re.compile(r"(?:[0-9a-f]{2})*")


def canonical_bytes(value: JsonValue) -> bytes:
    """Return the JSON Canonicalization Scheme form of `value` (RFC 8785), in UTF-8.

    Raises `InvalidInput` for what has no such form: an integer beyond ±(2^53 - 1), NaN, an
    infinity, a lone surrogate, a key that is not text, a type that JSON has not, or a nesting that
    exhausts the stack.
    """
    try:
        if _has_fast_form(value):
            return orjson.dumps(value, option=_ORJSON_OPTIONS)
    except (TypeError, UnicodeEncodeError, RecursionError):
        # What the fast writer cannot take is decided by the reference writer, with its reason.
        pass
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError) as error:
        raise _refusal("not_canonical", f"has no canonical form: {error}") from None
    except RecursionError:
        raise _refusal("json_depth", "is nested too deeply") from None


def encode_base64(data: bytes) -> str:
    """Return standard base64 with padding (RFC 4648 4)."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def decode_base64(text: str) -> bytes:
    """Return the bytes whose one base64 spelling is `text`; raises `InvalidInput` otherwise.

    Unused bits that are not zero decode quietly in most readers (RFC 4648 3.5), so the result is
    encoded again and compared.
    """
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise _refusal("not_base64", "is not standard base64") from None
    if encode_base64(data) != text:
        raise _refusal("not_base64", "is not the one base64 spelling of its bytes")
    return data


def decode_hex(text: str) -> bytes:
    """Return the bytes that lower-case hexadecimal `text` spells; raises `InvalidInput` else."""
    if _LOWER_HEX.fullmatch(text) is None:
        raise _refusal("not_hex", "is not lower-case hexadecimal")
    return bytes.fromhex(text)


def _has_fast_form(value: object) -> bool:
    """Return whether the fast writer prints `value` exactly as RFC 8785 asks.

    It sorts keys by code point, RFC 8785 3.2.3 by UTF-16 unit: the same order while no key leaves
    the Basic Multilingual Plane. It prints `5.0`, `1e+16` and `1e-6` where ECMAScript prints `5`,
    `10000000000000000` and `0.000001`: so only fractions between the two powers take this way.
    Exact types only, because it also prints enumerations, identifiers and dates.
    """
    children: Iterable[object]
    if type(value) is dict:
        if not all(map(str.isascii, value)) and not _is_in_bmp("".join(value)):
            return False
        children = value.values()
    elif type(value) is list:
        children = value
    elif type(value) is float:
        return _has_plain_digits(value)
    else:
        return type(value) in _SIMPLE_TYPES
    return _SIMPLE_TYPES.issuperset(map(type, children)) or all(map(_has_fast_form, children))


def _is_in_bmp(text: str) -> bool:
    # Characters beyond the Basic Multilingual Plane, and only they, take two UTF-16 units.
    return len(text.encode("utf-16-le")) == 2 * len(text)


def _has_plain_digits(number: float) -> bool:
    return _FLOAT_PLAIN_MIN <= abs(number) < _FLOAT_PLAIN_END and not number.is_integer()


def _refusal(code: str, message: str) -> InvalidInput:
    problem = Problem(path="", code=code, message=message)
    return InvalidInput(f"the value {message}", problems=(problem,))
