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
    if len(digits) < 2:
        raise CodeError("length", f"{what} is too short to hold a check digit", norm=NORM)
    for position, character in enumerate(digits):
        if not is_digits(character):
            raise CodeError("charset", f"{what} holds digits only", position=position, norm=NORM)
    if len(digits) > _KEY_DIGITS_MAX:
        raise CodeError("length", f"{what} is too long to be checked", norm=NORM)
    if not has_valid_check_digit(digits):
        raise CodeError(
            "check_digit",
            f"the check digit of {what} should be {mod10_check_digit(digits[:-1])}",
            position=len(digits) - 1,
            norm=NORM,
        )
