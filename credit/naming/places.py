"""The place that a name begins with, or has in brackets.

The rule that must stay true: what kind of place it is may be left out for provinces and
prefectures alone (青岛 is 青岛市); a county's short name is as often a shop name (东方, 长安).
"""

from collections.abc import Iterable
from functools import cache
from typing import Final

from codes.cn.regions import every_region, find_region

NATION: Final = "0"
_NATION_WORDS: Final = ("中华人民共和国", "中国")
_KINDS: Final = (
    "维吾尔自治区",
    "壮族自治区",
    "回族自治区",
    "特别行政区",
    "自治区",
    "地区",
    "省",
    "市",
    "盟",
)
_COUNTY_KINDS: Final = ("区", "县", "市", "旗")
_AUTONOMOUS: Final = "自治州"
_PEOPLE: Final = (
    *("朝鲜族", "土家族", "苗族", "藏族", "彝族", "羌族", "布依族", "侗族", "哈尼族", "壮族"),
    *("傣族", "白族", "景颇族", "傈僳族", "回族", "蒙古族", "蒙古", "柯尔克孜", "哈萨克", "黎族"),
)
_SHORT_CHARS_MIN: Final = 2
_COUNTY: Final = 6


def take_places(text: str) -> tuple[tuple[str, ...], str]:
    """Return the codes of the narrowest place that a text begins with, and what follows it.

    Of places of one name those inside the place before it are meant; without one, any of them.
    """
    codes: tuple[str, ...] = ()
    rest = text
    while rest:
        found, length = _longest(rest)
        inside = tuple(one for one in found if _is_inside(one, codes))
        if not length or (codes and not inside):
            break
        codes, rest = inside or found, rest[length:]
    return codes, rest


def short_names(codes: Iterable[str]) -> tuple[str, ...]:
    """Return how places are called without what kind of place they are, the longest first."""
    found = set()
    for code in codes:
        region = find_region(code)
        if region is not None:
            found |= {region.name, _short(region.name), _short_county(region.name)}
    wanted = (one for one in found if len(one) >= _SHORT_CHARS_MIN)
    return tuple(sorted(wanted, key=lambda one: (-len(one), one)))


def _longest(text: str) -> tuple[tuple[str, ...], int]:
    named = named_places()
    for length in range(min(_longest_name(), len(text)), _SHORT_CHARS_MIN - 1, -1):
        found = named.get(text[:length])
        if found is not None:
            return found, length
    return (), 0


def _is_inside(code: str, codes: tuple[str, ...]) -> bool:
    return any(one == NATION or (code.startswith(one) and len(code) >= len(one)) for one in codes)


@cache
def _longest_name() -> int:
    return max(map(len, named_places()))


@cache
def named_places() -> dict[str, tuple[str, ...]]:
    """Return the codes that a name of a place may mean: those of today where that is known."""
    found: dict[str, set[str]] = {word: {NATION} for word in _NATION_WORDS}
    for region in every_region():
        if region.is_collective or len(region.name) < _SHORT_CHARS_MIN:
            continue
        codes = set(region.now) or {region.code}
        names = {region.name}
        if len(region.code) < _COUNTY and not region.until:
            # A short name of what is no more (晋江地区, 合江) is a county's today, or a shop's.
            names.add(_short(region.name))
        for name in names:
            if len(name) >= _SHORT_CHARS_MIN:
                found.setdefault(name, set()).update(codes)
    return {name: tuple(sorted(codes)) for name, codes in found.items()}


def _short(name: str) -> str:
    if name.endswith(_AUTONOMOUS):
        return _without_peoples(name.removesuffix(_AUTONOMOUS))
    for kind in _KINDS:
        if name.endswith(kind):
            return name.removesuffix(kind)
    return name


def _short_county(name: str) -> str:
    for kind in _COUNTY_KINDS:
        if name.endswith(kind):
            return name.removesuffix(kind)
    return name


def _without_peoples(name: str) -> str:
    """Return 延边 for 延边朝鲜族: several peoples may follow each other."""
    for people in _PEOPLE:
        if name.endswith(people) and len(name) > len(people) + 1:
            return _without_peoples(name.removesuffix(people))
    return name
