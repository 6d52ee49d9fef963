"""The GS1 check digit of numeric keys and the check pair of alphanumeric ones.

GS1 General Specifications 7.9: from the right of the body the weights are 3, 1, 3, 1, …
"""

from codes.model import CodeError

NORM = "GS1 General Specifications 7.9"

# An ASCII digit is its value plus 48, so a weighted sum over the bytes of a text exceeds the sum
# over its digits by a number that depends on the length alone. Summing bytes is several times
# faster than converting each digit, and every identifier of every event passes here.
_KEY_DIGITS_MAX = 64
_EXCESS = tuple(48 * (3 * ((n + 1) // 2) + n // 2) for n in range(_KEY_DIGITS_MAX + 1))


def is_digits(text: str) -> bool:
    """Whether `text` is one or more of the ten ASCII digits."""
    return text.isdigit() and text.isascii()


def mod10_check_digit(body: str) -> str:
    """Return the check digit of `body`, which must be ASCII digits (at most 64)."""
    octets = body.encode("ascii")
    weighted = 3 * sum(octets[-1::-2]) + sum(octets[-2::-2])
    return "0987654321"[(weighted - _EXCESS[len(octets)]) % 10]


def has_valid_check_digit(digits: str) -> bool:
    """Whether the last digit of `digits` (ASCII digits, two or more) checks the others."""
    return mod10_check_digit(digits[:-1]) == digits[-1]


def require_check_digit(digits: str, *, what: str) -> None:
    """Refuse `digits` unless they are a body and its check digit; `what` names the key."""
    # The common case first: the rest only finds out what is wrong.
    if 2 <= len(digits) <= _KEY_DIGITS_MAX and is_digits(digits) and has_valid_check_digit(digits):
        return
    if len(digits) < 2:
        raise CodeError(
            "length", f"{what} is too short to hold a check digit", position=len(digits), norm=NORM
        )
    for position, character in enumerate(digits):
        if not is_digits(character):
            raise CodeError("charset", f"{what} holds digits only", position=position, norm=NORM)
    if len(digits) > _KEY_DIGITS_MAX:
        raise CodeError(
            "length", f"{what} is too long to be checked", position=_KEY_DIGITS_MAX, norm=NORM
        )
    raise CodeError(
        "check_digit",
        f"the check digit of {what} should be {mod10_check_digit(digits[:-1])}",
        position=len(digits) - 1,
        norm=NORM,
    )


# General Specifications 7.9.5: the 83 values are weighted with primes from the right, summed
# modulo 1021, and the remainder is written as two of 32 characters.
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)
_VALUES_82 = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
_PAIR = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def check_pair(body: str) -> str:
    """Return the check character pair of `body`: 1 to 23 characters of set 82."""
    total = sum(
        weight * _VALUES_82.index(character)
        for weight, character in zip(_PRIMES, reversed(body), strict=False)
    )
    return _PAIR[total % 1021 >> 5] + _PAIR[total % 1021 & 31]


def require_check_pair(text: str, *, what: str) -> None:
    """Refuse `text` (set 82) unless its last two characters check the others."""
    if not 3 <= len(text) <= len(_PRIMES) + 2:
        position = min(len(text), len(_PRIMES) + 2)
        raise CodeError("length", f"{what} has 3 to 25 characters", position=position, norm=NORM)
    pair = check_pair(text[:-2])
    if pair != text[-2:]:
        position = len(text) - (2 if pair[0] != text[-2] else 1)
        raise CodeError(
            "check_digit", f"the check pair of {what} should be {pair}",
            position=position, norm=NORM,
        )  # fmt: skip
