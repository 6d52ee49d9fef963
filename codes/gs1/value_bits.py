"""One value of an identifier as bits, and back.

GS1 Digital Link: Compression. A fixed number needs no length; anything else says how long it is,
and text says in which of five alphabets it is written.
"""

import re
from functools import cache
from typing import Final

from codes.gs1.bits import ALPHABET, NORM, VALUES, BitReader, BitWriter
from codes.gs1.compression_table import Component
from codes.model import CodeError

# The longest text a length of seven bits can tell; no identifier's value is longer than 90.
TEXT_CHARS_MAX: Final = 127
_TEXT_LENGTH_BITS: Final = 7

_DIGITS, _HEX_LOWER, _HEX_UPPER, _BASE64, _ASCII = range(5)
_ENCODING_BITS: Final = 3
_HEX: Final = "0123456789ABCDEF"
_KINDS: Final = (
    (re.compile(r"[0-9]+"), _DIGITS),
    (re.compile(r"[0-9A-F]+"), _HEX_UPPER),
    (re.compile(r"[0-9a-f]+"), _HEX_LOWER),
    (re.compile(r"[A-Za-z0-9_\-]+"), _BASE64),
)


@cache
def digits_width(digits: int) -> int:
    """Return the bits of a number of so many digits: the ceiling of digits·log2(10) + 0.01.

    The hundredth is the standard's; it costs no digits one bit. Taken to the hundredth power the
    rule is one of whole numbers.
    """
    power: int = 10 ** (100 * digits)
    return -(-(2 * power - 1).bit_length() // 100)


@cache
def length_width(length_max: int) -> int:
    """Return the bits that tell a length of at most so many: the ceiling of log2(max) + 0.01."""
    power: int = length_max**100
    return -(-(2 * power - 1).bit_length() // 100)


def put_value(writer: BitWriter, layout: tuple[Component, ...], value: str) -> None:
    """Append a value that has the shape of its identifier."""
    start = 0
    for component in layout:
        end = start + component.length if component.is_fixed else len(value)
        part = value[start:end]
        start = end
        if component.is_number:
            if not component.is_fixed:
                writer.put(len(part), length_width(component.length))
            writer.put(int(part or "0"), digits_width(len(part)))
        else:
            length_bits = 0 if component.is_fixed else length_width(component.length)
            _put_text(writer, part, length_bits)


def take_value(reader: BitReader, layout: tuple[Component, ...]) -> str:
    """Read one value; raises `CodeError` for a number too large or a length too long."""
    value = ""
    for component in layout:
        if component.is_number:
            length = component.length
            if not component.is_fixed:
                length = _take_length(reader, length_width(length), length)
            value += _take_digits(reader, length)
        else:
            length_bits = 0 if component.is_fixed else length_width(component.length)
            value += _take_text(reader, length_bits, component.length)
    return value


def put_text(writer: BitWriter, text: str) -> None:
    """Append a text of at most 127 ASCII characters with its alphabet and length."""
    _put_text(writer, text, _TEXT_LENGTH_BITS)


def take_text(reader: BitReader) -> str:
    """Read a text with its alphabet and length; raises `CodeError`."""
    return _take_text(reader, _TEXT_LENGTH_BITS, TEXT_CHARS_MAX)


def put_name(writer: BitWriter, name: str) -> None:
    """Append a name of 1 to 127 characters of base64 with its length."""
    writer.put(len(name), _TEXT_LENGTH_BITS)
    for character in name:
        writer.put(VALUES[character], 6)


def take_name(reader: BitReader) -> str:
    """Read a name with its length; raises `CodeError`."""
    length = reader.take(_TEXT_LENGTH_BITS)
    return "".join(ALPHABET[reader.take(6)] for _ in range(length))


def _encoding_of(text: str) -> int:
    return next((kind for pattern, kind in _KINDS if pattern.fullmatch(text)), _ASCII)


def _put_text(writer: BitWriter, text: str, length_bits: int) -> None:
    encoding = _encoding_of(text)
    writer.put(encoding, _ENCODING_BITS)
    if length_bits:
        writer.put(len(text), length_bits)
    if encoding == _DIGITS:
        writer.put(int(text), digits_width(len(text)))
    elif encoding in {_HEX_LOWER, _HEX_UPPER}:
        writer.put(int(text, 16), 4 * len(text))
    else:
        for character in text:
            if encoding == _BASE64:
                writer.put(VALUES[character], 6)
            else:
                writer.put(ord(character), 7)


def _take_text(reader: BitReader, length_bits: int, length_max: int) -> str:
    encoding = reader.take(_ENCODING_BITS)
    length = _take_length(reader, length_bits, length_max) if length_bits else length_max
    if encoding == _DIGITS:
        return _take_digits(reader, length)
    if encoding in {_HEX_LOWER, _HEX_UPPER}:
        digits = "".join(_HEX[reader.take(4)] for _ in range(length))
        return digits.lower() if encoding == _HEX_LOWER else digits
    if encoding == _BASE64:
        return "".join(ALPHABET[reader.take(6)] for _ in range(length))
    if encoding == _ASCII:
        return "".join(chr(reader.take(7)) for _ in range(length))
    raise CodeError(
        "encoding", "an alphabet that is not defined", position=reader.position, norm=NORM
    )


def _take_length(reader: BitReader, width: int, length_max: int) -> int:
    length = reader.take(width)
    if length > length_max:
        message = "a value longer than its identifier allows"
        raise CodeError("length", message, position=reader.position, norm=NORM)
    return length


def _take_digits(reader: BitReader, length: int) -> str:
    position = reader.position
    number = reader.take(digits_width(length))
    if number >= 10**length:
        message = "a number with more digits than it says"
        raise CodeError("range", message, position=position, norm=NORM)
    # Zeros on the left are digits of the value: 0299 is not 299.
    return str(number).zfill(length) if length else ""
