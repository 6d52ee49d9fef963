"""Check characters of Chinese codes.

GB/T 17710-2008 (ISO/IEC 7064) systems MOD 11-2 and MOD 11,10; GB 11714-1997 for organisations.
"""

_MOD_11_2 = "0123456789X"


def mod_11_2(body: str) -> str:
    """Return the check character (0 to 9 or X) of ASCII digits under ISO/IEC 7064 MOD 11-2."""
    remainder = 0
    for digit in body:
        remainder = (remainder + int(digit)) * 2 % 11
    return _MOD_11_2[(12 - remainder) % 11]


def mod_11_10(body: str) -> str:
    """Return the check digit of ASCII digits under ISO/IEC 7064 MOD 11,10."""
    product = 10
    for digit in body:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)
