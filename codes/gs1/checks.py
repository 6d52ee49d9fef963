"""The content checks of AI components: what is tested after characters and lengths are right.

GS1 General Specifications 3 and 7. Each check takes the text of one component and raises
`CodeError` with the position in it; the table `CHECKS` maps the names used in `ais.psv`.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from codes.gs1.check_digit import is_digits, require_check_digit, require_check_pair
from codes.gs1.company_prefix import require_company_prefix
from codes.gs1.coupon import coupon_dates, require_positive_offer
from codes.gs1.lists import COUNTRY_LETTERS, COUNTRY_NUMBERS, CURRENCY_NUMBERS, PACKAGE_TYPES
from codes.model import CodeError

NORM: Final = "GS1 General Specifications 3"

Check = Callable[[str], None]

_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SEQUENCE = re.compile(r"([1-9][0-9]*)/([1-9][0-9]*)")
_LATITUDE_MAX = 1_800_000_000
_LONGITUDE_MAX = 3_600_000_000


_IBAN_CHARS_MIN = 11
_IBAN_CHARS_MAX = 34
_NOT_IBAN = re.compile(r"[^0-9A-Z]")


def _refuse(rule: str, message: str, position: int = 0) -> CodeError:
    return CodeError(rule, message, position=position, norm=NORM)


def _first_non_digit(text: str) -> int:
    return next((i for i, character in enumerate(text) if not is_digits(character)), len(text))


def _require_digits(text: str, *, count: int, what: str) -> None:
    if len(text) != count:
        raise _refuse("length", f"{what} has {count} digits", min(len(text), count))
    if not is_digits(text):
        raise _refuse("charset", f"{what} has digits only", _first_non_digit(text))


def _require_day(year: int, month: int, day: int, *, day_min: int, position: int) -> None:
    """Refuse a day that is none; the month stands at `position`, the day behind it."""
    if not 1 <= month <= 12:
        raise _refuse("date", f"there is no month {month:02}", position)
    if not day_min <= day <= monthrange(year, month)[1]:
        raise _refuse("date", f"month {month:02} has no day {day:02}", position + 2)


def _require_short_date(text: str, *, day_min: int) -> None:
    _require_digits(text, count=6, what="a date")
    # Whether a year is a leap year depends on its last two digits alone for 1951 to 2050 and beyond
    # until 2100, so the century does not matter to the test.
    year, month, day = 2000 + int(text[:2]), int(text[2:4]), int(text[4:])
    _require_day(year, month, day, day_min=day_min, position=2)


def check_yymmd0(text: str) -> None:
    """A date YYMMDD whose day may be 00, meaning the last of the month (3.4)."""
    _require_short_date(text, day_min=0)


def check_yymmdd(text: str) -> None:
    """A date YYMMDD whose day must be given."""
    _require_short_date(text, day_min=1)


def check_yyyymmdd(text: str) -> None:
    """A date with its century."""
    _require_digits(text, count=8, what="a date")
    year = int(text[:4])
    if year == 0:
        raise _refuse("date", "there is no year 0000")
    _require_day(year, int(text[4:6]), int(text[6:]), day_min=1, position=4)


def _up_to(limit: int, what: str) -> Check:
    def check(text: str) -> None:
        _require_digits(text, count=2, what=what)
        if int(text) > limit:
            raise _refuse("time", f"{what} is at most {limit}")

    return check


def check_hhmi(text: str) -> None:
    """Hours and minutes."""
    _require_digits(text, count=4, what="a time")
    if text[:2] > "23":
        raise _refuse("time", "the hour is at most 23")
    if text[2:] > "59":
        raise _refuse("time", "the minute is at most 59", 2)


def _one_of(allowed: frozenset[str], what: str) -> Check:
    def check(text: str) -> None:
        if text not in allowed:
            raise _refuse("list", f"{text!r} is not {what}")

    return check


def _at_most(limit: int, what: str) -> Check:
    def check(text: str) -> None:
        _require_digits(text, count=10, what=what)
        if int(text) > limit:
            raise _refuse("range", f"{what} is at most {limit}")

    return check


def _nonzero(text: str) -> None:
    if text.strip("0") == "":
        raise _refuse("zero", "the value may not be zero")


def _no_zero_prefix(text: str) -> None:
    if len(text) > 1 and text[0] == "0":
        raise _refuse("leading_zero", "the value may not start with 0")


def _has_non_digit(text: str) -> None:
    if is_digits(text):
        raise _refuse("charset", "the value needs one character that is no digit")


def check_pcenc(text: str) -> None:
    """Percent-encoded text: every % is followed by two hex digits."""
    broken = _PERCENT.search(text)
    if broken is not None:
        message = "% must be followed by two hex digits"
        raise _refuse("percent_encoding", message, broken.start())


def _piece_of_total(text: str) -> None:
    _require_digits(text, count=4, what="piece and total")
    if not "00" < text[:2] <= text[2:]:
        message = "piece and total are 01 to 99, piece not above total"
        raise _refuse("piece_of_total", message, 2 if text[2:] == "00" else 0)


def _pos_in_sequence(text: str) -> None:
    match = _SEQUENCE.fullmatch(text)
    if match is None:
        raise _refuse("sequence", "a place in a sequence is n/m, both without leading zeros")
    if (len(match[1]), match[1]) > (len(match[2]), match[2]):
        raise _refuse("sequence", "the place is behind the end of the sequence")


def _iban(text: str) -> None:
    # ISO 13616: the first four characters go last, letters count from 10, and MOD 97 leaves 1.
    if not _IBAN_CHARS_MIN <= len(text) <= _IBAN_CHARS_MAX:
        position = min(len(text), _IBAN_CHARS_MAX)
        raise _refuse("length", "an IBAN has 11 to 34 characters", position)
    outside = _NOT_IBAN.search(text)
    if outside is not None:
        raise _refuse("charset", "an IBAN has digits and capitals only", outside.start())
    if text[:2] not in COUNTRY_LETTERS:
        raise _refuse("iban", "an IBAN starts with a country code")
    if int("".join(str(int(character, 36)) for character in text[4:] + text[:4])) % 97 != 1:
        raise _refuse("check_digit", "the check digits of the IBAN do not fit", 2)


def _media_type(text: str) -> None:
    _require_digits(text, count=2, what="a media type")
    # 01 to 10 are defined, 80 to 99 are for internal use (General Specifications 3.8.5).
    if not ("01" <= text <= "10" or text >= "80"):
        raise _refuse("list", "the media type is not defined")


def check_csum(text: str) -> None:
    """The mod-10 check digit at the end of the component."""
    require_check_digit(text, what="the key")


def check_gcppos1(text: str) -> None:
    """The component starts with a GS1 company prefix."""
    require_company_prefix(text)


def check_gcppos2(text: str) -> None:
    """A GS1 company prefix starts at the second character."""
    try:
        require_company_prefix(text[1:])
    except CodeError as refusal:
        raise refusal.moved(1) from None


def _coupon(text: str) -> None:
    for position, date in coupon_dates(text):
        try:
            check_yymmdd(date)
        except CodeError as refusal:
            raise refusal.moved(position) from None


CHECKS: Final[Mapping[str, Check]] = MappingProxyType(
    {
        "csum": check_csum,
        "csumalpha": lambda text: require_check_pair(text, what="the key"),
        "gcppos1": check_gcppos1,
        "gcppos2": check_gcppos2,
        "yymmd0": check_yymmd0,
        "yymmdd": check_yymmdd,
        "yyyymmdd": check_yyyymmdd,
        "hhmi": check_hhmi,
        "hh": _up_to(23, "the hour"),
        "mi": _up_to(59, "the minute"),
        "ss": _up_to(59, "the second"),
        "iso3166": _one_of(COUNTRY_NUMBERS, "an ISO 3166-1 country number"),
        "iso3166999": _one_of(COUNTRY_NUMBERS | {"999"}, "an ISO 3166-1 country number or 999"),
        "iso3166alpha2": _one_of(COUNTRY_LETTERS, "an ISO 3166-1 country code"),
        "iso4217": _one_of(CURRENCY_NUMBERS, "an ISO 4217 currency number"),
        "iso5218": _one_of(frozenset("0129"), "an ISO/IEC 5218 sex code"),
        "packagetype": _one_of(PACKAGE_TYPES, "a package type of UN/ECE Recommendation 21"),
        "importeridx": _one_of(
            frozenset("-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"),
            "an importer index",
        ),
        "mediatype": _media_type,
        "hyphen": _one_of(frozenset("-"), "a hyphen"),
        "yesno": _one_of(frozenset("01"), "0 or 1"),
        "winding": _one_of(frozenset("019"), "a winding direction"),
        "zero": _one_of(frozenset("0"), "0"),
        "nonzero": _nonzero,
        "nozeroprefix": _no_zero_prefix,
        "hasnondigit": _has_non_digit,
        "latitude": _at_most(_LATITUDE_MAX, "the latitude"),
        "longitude": _at_most(_LONGITUDE_MAX, "the longitude"),
        "pcenc": check_pcenc,
        "pieceoftotal": _piece_of_total,
        "posinseqslash": _pos_in_sequence,
        "iban": _iban,
        "couponcode": _coupon,
        "couponposoffer": require_positive_offer,
    }
)
