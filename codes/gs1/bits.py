"""A string of bits: written from its left, read from its left, carried as URL-safe base64.

GS1 Digital Link 1.1 clause on compression. Numbers are exact integers of any length: arithmetic in
binary fractions loses the last digits of long keys.
"""

from typing import Final

from codes.model import CodeError

NORM: Final = "GS1 Digital Link: Compression"

ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
VALUES: Final = {character: value for value, character in enumerate(ALPHABET)}


class BitWriter:
    """Collects numbers of given widths."""

    __slots__ = ("_number", "_width")

    def __init__(self) -> None:
        self._number = 0
        self._width = 0

    def put(self, number: int, width: int) -> None:
        """Append `number`, which must fit, in `width` bits."""
        self._number = self._number << width | number
        self._width += width

    def text(self) -> str:
        """Return the bits, filled with zeros on the right to a multiple of six, as base64."""
        count = -(-self._width // 6)
        number = self._number << (6 * count - self._width)
        return "".join(ALPHABET[number >> 6 * place & 63] for place in range(count - 1, -1, -1))


class BitReader:
    """Reads numbers of given widths; refuses to read past the end."""

    __slots__ = ("_chars", "_left", "_number")

    def __init__(self, text: str) -> None:
        """Take URL-safe base64 without filling characters; raises `CodeError`."""
        number = 0
        for position, character in enumerate(text):
            if character not in VALUES:
                raise CodeError(
                    "charset", "not a character of URL-safe base64", position=position, norm=NORM
                )
            number = number << 6 | VALUES[character]
        self._number = number
        self._chars = len(text)
        self._left = 6 * len(text)

    @property
    def position(self) -> int:
        """The index of the character that holds the next bit."""
        return self._chars - -(-self._left // 6)

    def take(self, width: int) -> int:
        """Return the next `width` bits as a number; raises `CodeError` at the end."""
        if width > self._left:
            message = "the compressed text ends too early"
            raise CodeError("truncated", message, position=self._chars, norm=NORM)
        self._left -= width
        return self._number >> self._left & ((1 << width) - 1)

    def is_at_end(self) -> bool:
        """Whether only the zeros are left that fill the last character.

        Raises `CodeError` where the filling is not zero: one link has one compressed text.
        """
        if self._left >= 6:
            return False
        if self._number & ((1 << self._left) - 1):
            message = "the last bits are not zero"
            raise CodeError("filling", message, position=self._chars - 1, norm=NORM)
        return True
