"""Making elements that are right in every respect: values, partners, place in a link."""

from datetime import date

from hypothesis import strategies as st

from codes.gs1.ais import AIS, Ai, Part
from codes.gs1.check_digit import check_pair, mod10_check_digit
from codes.gs1.checks import CHECKS
from codes.gs1.digital_link import KEYS
from codes.gs1.element_string import require_partners
from codes.gs1.lists import COUNTRY_LETTERS, COUNTRY_NUMBERS, CURRENCY_NUMBERS, PACKAGE_TYPES
from codes.model import CodeError

Made = st.SearchStrategy[str]

# No company prefix of these two digits has a length that the allocation rules fix.
PREFIX = "95"
DAYS = st.dates(date(2000, 1, 1), date(2049, 12, 31))
SHORT_DAYS = DAYS.map(lambda day: day.strftime("%y%m%d"))
MINUTES = st.integers(0, 59).map("{:02}".format)
HOURS = st.integers(0, 23).map("{:02}".format)


def shaped(pattern: str) -> Made:
    return st.from_regex(pattern, fullmatch=True)


BY_CHECK: dict[str, Made] = {
    "yymmd0": SHORT_DAYS | SHORT_DAYS.map(lambda day: day[:4] + "00"),
    "yymmdd": SHORT_DAYS,
    "yyyymmdd": DAYS.map(lambda day: day.strftime("%Y%m%d")),
    "hhmi": st.builds("{}{}".format, HOURS, MINUTES),
    "hh": HOURS,
    "mi": MINUTES,
    "ss": MINUTES,
    "iso3166": st.sampled_from(sorted(COUNTRY_NUMBERS)),
    "iso3166999": st.sampled_from([*sorted(COUNTRY_NUMBERS), "999"]),
    "iso3166alpha2": st.sampled_from(sorted(COUNTRY_LETTERS)),
    "iso4217": st.sampled_from(sorted(CURRENCY_NUMBERS)),
    "iso5218": st.sampled_from("0129"),
    "packagetype": st.sampled_from(sorted(PACKAGE_TYPES)),
    "importeridx": shaped("[A-Za-z0-9_-]"),
    "mediatype": st.sampled_from(["01", "10", "80", "99"]),
    "hyphen": st.just("-"),
    "yesno": st.sampled_from("01"),
    "winding": st.sampled_from("019"),
    "zero": st.just("0"),
    "nozeroprefix": shaped("0|[1-9][0-9]{0,11}"),
    "latitude": st.integers(0, 1_800_000_000).map("{:010}".format),
    "longitude": st.integers(0, 3_600_000_000).map("{:010}".format),
    "pcenc": shaped("(?:[A-Za-z0-9.]|%[0-9A-F]{2}){1,11}"),
    "pieceoftotal": st.integers(1, 99).map(lambda n: f"{n:02}99"),
    "posinseqslash": st.sampled_from(["1/1", "2/3", "9/9"]),
    "iban": st.sampled_from(["GB82WEST12345698765432", "CH5604835012345678009"]),
    "couponcode": st.just("106141416543213150110120"),
    "couponposoffer": st.just("001234561234560123456"),
}


def value_of(row: Ai) -> Made:
    """Return right values of an identifier, of every length that it allows."""
    names = {id(check): name for name, check in CHECKS.items()}
    parts = [
        part_of(part, {names[id(check)] for place, check in row.checks if place == group})
        for group, part in enumerate(row.parts, start=1)
    ]
    whole = st.tuples(*parts).map("".join)
    needed = sum(not part.is_optional for part in row.parts)
    if needed == len(parts):
        return whole
    # Optional parts go from the end on, never from the middle.
    kept = st.integers(needed, len(parts))
    return kept.flatmap(lambda count: st.tuples(*parts[:count]).map("".join))


def part_of(part: Part, checks: set[str]) -> Made:
    own = next((BY_CHECK[name] for name in sorted(checks) if name in BY_CHECK), None)
    if own is not None:
        return own
    characters = part.characters.pattern.removesuffix("*")
    low, high = part.length_min, part.length_max
    if "csumalpha" in checks:
        letter = "A" if "hasnondigit" in checks else ""
        return shaped(f"{PREFIX}[0-9]{{2}}{letter}{characters}{{0,{high - 8}}}").map(
            lambda text: text + check_pair(text)
        )
    if "csum" in checks:
        return st.integers(0, 10 ** (high - 1) - 1).map(
            lambda n: (digits := str(n).zfill(high - 1)) + mod10_check_digit(digits)
        )
    if "gcppos1" in checks:
        return shaped(f"{PREFIX}[0-9]{{4}}{characters}{{0,{high - 6}}}")
    made = shaped(f"{characters}{{{low},{high}}}")
    return made.filter(lambda text: text.strip("0") != "") if "nonzero" in checks else made


def is_complete(ais: list[str]) -> bool:
    try:
        require_partners(dict.fromkeys(ais, ""))
    except CodeError:
        return False
    return True


@st.composite
def linkable(draw: st.DrawFn) -> dict[str, str]:
    """Draw elements that make up one right Digital Link, its key first."""
    key = draw(st.sampled_from(sorted(KEYS)))
    sequence = draw(st.sampled_from(AIS[key].qualifiers or ((),)))
    ais = [key, *(ai for ai in sequence if draw(st.booleans()))]
    # (415) needs its qualifier, and (22) needs (01), so that it stands behind (8006) in no link.
    ais = [key, *sequence] if key == "415" else ais if is_complete(ais) else [key]
    belongs = {ai for one in AIS[key].qualifiers or () for ai in one if set(ais[1:]) <= set(one)}
    allowed = sorted(ai for ai, row in AIS.items() if row.attribute and ai not in belongs)
    for ai in draw(st.lists(st.sampled_from(allowed), max_size=6)):
        needed = [ai, *(one for demand in AIS[ai].needs for one in demand[0])]
        more = [
            one.replace("n", "0")
            for one in dict.fromkeys(needed)
            if one.replace("n", "0") not in ais
        ]
        if set(more) <= set(allowed) and is_complete([*ais, *more]):
            ais += more
    return {ai: draw(value_of(AIS[ai])) for ai in ais}
