"""Whether two names are of one party, part by part, with the reason for each part.

The rule that must stay true: precision before recall. Names are the same only where everything that
tells parties apart agrees; what merely looks alike is a candidate for a person to judge.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from credit.naming.characters import MASK, is_one_slip
from credit.naming.parsing import PARTNERSHIP, NameParts, parse_name
from credit.naming.places import NATION, short_names
from credit.naming.words import Words, words


class Part(StrEnum):
    """What of a party is compared."""

    CORE = "core"
    INDUSTRY = "industry"
    PLACE = "place"
    FORM = "form"
    BRANCH = "branch"
    EXTRA = "extra"
    CODE = "code"


class Verdict(StrEnum):
    """How a part compares: `near` may be the same, `missing` is told on one side alone."""

    AGREES = "agrees"
    NEAR = "near"
    MISSING = "missing"
    DIFFERS = "differs"


class Outcome(StrEnum):
    """What follows for the two names."""

    SAME = "same"
    POSSIBLE = "possible"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A party as it is named; `region` is where it is known to be (GB/T 2260), "" where unknown."""

    name: str
    region: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One part on both sides. `reason` says in a word why it is not plainly the same."""

    part: Part
    told: str
    known: str
    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The parts, what follows from them, and points out of 1000 by which candidates are sorted."""

    parts: tuple[Compared, ...]
    outcome: Outcome
    score: int

    def but(self, part: Compared) -> "Comparison":
        """Return the comparison with one more part."""
        return comparison_of((*self.parts, part))


# What a part that agrees is worth; one that is near or missing gets a share of it.
_POINTS: Final = {
    Part.CORE: 500,
    Part.INDUSTRY: 200,
    Part.PLACE: 200,
    Part.FORM: 100,
    Part.BRANCH: 0,
    Part.EXTRA: 0,
    Part.CODE: 0,
}
_SHARE_PERCENT: Final = {
    Verdict.AGREES: 100,
    Verdict.NEAR: 60,
    Verdict.MISSING: 40,
    Verdict.DIFFERS: 0,
}
# What a contradiction costs beside the points of its part: a branch of the party is not the party.
_COST: Final = 150
# A spelling mistake in the form changes no party; every other doubt is a person's.
_HARMLESS: Final = frozenset({"misspelt", "left_out"})
_CORE_CHARS_MIN: Final = 2
_PREFECTURE: Final = 4
# The kinds of zones in 中国开发区审核公告目录 (2018), by their last word.
_ZONE: Final = re.compile(
    "[^A-Z0-9]{2,8}(?:产业园|工业园|科技园|物流园|园区|开发区|经济区|示范区|试验区|工业区|保税区|港区|新区|"
    "加工区|合作区|度假区|投资区|集聚区|集中区|片区)"
)
_NUMBER: Final = re.compile("[0-9一二三四五六七八九十]+")
# What may turn into each other; and what a short name leaves out: 海蓝食品 is a company, and no
# cooperative, works or shop.
_CONVERSION: Final = frozenset({"limited", "joint_stock"})
_SHORTENED: Final = _CONVERSION
_BRACKETED: Final = frozenset({PARTNERSHIP, "sole_trader"})
_WORKS: Final = "厂"


def compare(told: Side, known: Side, table: Words | None = None) -> Comparison:
    """Compare two names of parties by a version of the rules, the newest where none is told."""
    table = words() if table is None else table
    one, other = parse_name(told.name, table), parse_name(known.name, table)
    one, other = _placed(one, other), _placed(other, one)
    trade = _industry(one, other, table)
    return comparison_of(
        (
            _core(one, other, trade),
            trade,
            _place(one, other, told.region, known.region),
            _form(one, other, table),
            *_others(one, other),
        )
    )


def compare_any(
    told: Side, names: Sequence[str], region: str, table: Words | None = None
) -> tuple[int, Comparison]:
    """Return which of a party's names, present and former, is the nearest, and how it compares."""
    found = [compare(told, Side(name=name, region=region), table) for name in names]
    best = max(range(len(found)), key=lambda at: (_RANK[found[at].outcome], found[at].score, -at))
    return best, found[best]


def comparison_of(parts: Iterable[Compared]) -> Comparison:
    """Return what follows from compared parts."""
    found = tuple(parts)
    verdicts = {one.verdict for one in found}
    score = sum(_POINTS[one.part] * _SHARE_PERCENT[one.verdict] // 100 for one in found)
    score -= _COST * sum(one.verdict is Verdict.DIFFERS for one in found)
    if Verdict.DIFFERS in verdicts:
        outcome = Outcome.DIFFERENT
    elif all(one.verdict is Verdict.AGREES or one.reason in _HARMLESS for one in found):
        outcome = Outcome.SAME
    else:
        outcome = Outcome.POSSIBLE
    return Comparison(parts=found, outcome=outcome, score=max(score, 0))


_RANK: Final = {Outcome.SAME: 2, Outcome.POSSIBLE: 1, Outcome.DIFFERENT: 0}


def _placed(one: NameParts, other: NameParts) -> NameParts:
    """Return a name whose county was written without its kind, as the other name tells it.

    A zone that no table knows is known by its last word, where the other name goes without it.
    """
    is_apart = bool(one.places) and _differ(one.places, other.places)
    if is_apart and one.is_core_place and one.core == other.core:
        # 北海面粉厂 need not be in 北海: a name has a shop name, and this one has no other.
        return replace(one, places=())
    if one.core != other.core and other.places and not is_apart:
        for short in short_names(other.places):
            if one.core == short + other.core:
                return replace(one, core=other.core, places=other.places)
    if one.core.endswith(other.core) and _ZONE.fullmatch(one.core.removesuffix(other.core)):
        return replace(one, core=other.core)
    return one


def _core(one: NameParts, other: NameParts, trade: Compared) -> Compared:
    told, known = one.core, other.core
    if told == known or one.stem == other.stem or trade.reason == "one_character":
        return _agrees(Part.CORE, told, known)
    verdict, reason = _likeness(told, known)
    return _compared(Part.CORE, told, known, verdict, reason)


def _likeness(told: str, known: str) -> tuple[Verdict, str]:
    """Return how two shop names that are not the same compare, and why."""
    if MASK in told or MASK in known:
        fits = _fits(told, known) if MASK in told else _fits(known, told)
        return Verdict.NEAR if fits else Verdict.DIFFERS, "masked"
    if _NUMBER.sub("", told) == _NUMBER.sub("", known):
        # 第一食品 and 第二食品 are two, however alike they look.
        return Verdict.DIFFERS, "number"
    if is_one_slip(told, known):
        # 海尔 and 海儿: a slip of the pen, or the name of another party that wants to look like it.
        return Verdict.NEAR, "one_character"
    if min(len(told), len(known)) >= _CORE_CHARS_MIN and (told in known or known in told):
        return Verdict.NEAR, "part_of_it"
    return Verdict.DIFFERS, "other"


def _industry(one: NameParts, other: NameParts, table: Words) -> Compared:
    told, known = "".join(one.industry), "".join(other.industry)
    if told == known or one.stem == other.stem:
        return _agrees(Part.INDUSTRY, told, known)
    if _is_misspelt(one, other, table) or _is_misspelt(other, one, table):
        return _compared(Part.INDUSTRY, told, known, Verdict.NEAR, "one_character")
    if told and known:
        return _compared(Part.INDUSTRY, told, known, Verdict.DIFFERS, "other")
    # A short name leaves its trade out; a whole one that has none is another's.
    is_short = not (one.form if not told else other.form)
    verdict = Verdict.MISSING if is_short else Verdict.DIFFERS
    return _compared(Part.INDUSTRY, told, known, verdict, "untold" if is_short else "other")


def _is_misspelt(one: NameParts, other: NameParts, table: Words) -> bool:
    """Return whether a name is the other but for one character of its trade, which is no trade.

    冷链物硫 is a slip, 冷链物资 another trade: nobody can tell but who knows the party.
    """
    trade = "".join(other.industry)
    rest = one.stem.removeprefix(other.core)
    return (
        bool(trade)
        and rest != one.stem
        and is_one_slip(rest, trade)
        and rest not in table.industries
        and "".join(one.industry) != rest
    )


def _place(one: NameParts, other: NameParts, region: str, known_region: str) -> Compared:
    told, known = " ".join(one.places), " ".join(other.places)
    if one.places and other.places:
        if set(one.places) & set(other.places):
            return _agrees(Part.PLACE, told, known)
        if _differ(one.places, other.places):
            return _compared(Part.PLACE, told, known, Verdict.DIFFERS, "other")
        is_seat = _is_seat(one.places, known_region) or _is_seat(other.places, region)
        return _compared(Part.PLACE, told, known, Verdict.NEAR, "left_out" if is_seat else "inside")
    if not one.places and not other.places:
        return _agrees(Part.PLACE, told, known)
    # One name leaves its place out: where that party is known to be says it.
    places, seat = (other.places, region) if other.places else (one.places, known_region)
    holds = _holds if _is_rare(one.form) or _is_rare(other.form) else _is_around
    if seat and any(holds(place, seat) for place in places):
        return _compared(Part.PLACE, told, known, Verdict.NEAR, "left_out")
    return _compared(Part.PLACE, told, known, Verdict.MISSING, "untold")


def _is_rare(form: str) -> bool:
    """Return whether a city has one of a shop name, a trade and this form in nearly every case."""
    return not form or form in _SHORTENED or form == PARTNERSHIP or form.endswith(_WORKS)


def _is_seat(places: Sequence[str], seat: str) -> bool:
    """Return whether one of these places is the county where the other party has its seat.

    A register lets no second company of one shop name and trade into its district (企业名称登记
    管理规定 art. 17): 青岛海蓝 with its seat in 即墨 is 青岛市即墨区海蓝.
    """
    return bool(seat[_PREFECTURE:].strip("0")) and seat in places


def _is_around(place: str, seat: str) -> bool:
    """Return whether a seat lies in a place: of 老王面馆 there is one in every district."""
    return place != NATION and seat.startswith(place)


def _holds(place: str, seat: str) -> bool:
    """Return whether a seat lies in a place, as far down as a name tells it."""
    return place != NATION and (seat.startswith(place) or place.startswith(_whole(seat)))


def _whole(seat: str) -> str:
    """Return a code without the zeros that stand for all of a place, a prefecture at the least."""
    return seat[:_PREFECTURE] if seat[_PREFECTURE:] in ("", "00") else seat


def _differ(one: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether places lie apart: none of one side holds any of the other."""
    return not any(
        NATION in (a, b) or a.startswith(b) or b.startswith(a) for a in one for b in other
    )


def _form(one: NameParts, other: NameParts, table: Words) -> Compared:
    told, known = _form_text(one), _form_text(other)
    if one.is_group is not other.is_group:
        # 海尔 may be the group by its short name; with a form of its own it is another company.
        is_short = not (other.form if one.is_group else one.form)
        verdict = Verdict.MISSING if is_short else Verdict.DIFFERS
        return _compared(Part.FORM, told, known, verdict, "group")
    if one.form != other.form:
        return _compared(Part.FORM, told, known, *_other_form(one, other, table))
    if one.is_misspelt or other.is_misspelt:
        return _compared(Part.FORM, told, known, Verdict.NEAR, "misspelt")
    return _agrees(Part.FORM, told, known)


def _other_form(one: NameParts, other: NameParts, table: Words) -> tuple[Verdict, str]:
    """Return how two forms that are not the same compare, and why."""
    forms = {one.form, other.form}
    if "" in forms:
        return Verdict.MISSING, "left_out" if _may_go(one) and _may_go(other) else "untold"
    if forms == _CONVERSION:
        return Verdict.NEAR, "converted"
    if PARTNERSHIP in forms and forms & table.own_forms:
        # 海蓝投资中心 leaves (有限合伙) out.
        return Verdict.MISSING, "left_out"
    return Verdict.DIFFERS, "other"


def _may_go(one: NameParts) -> bool:
    """Return whether a name is as good without its form.

    海蓝食品 is a company by its short name, and no works or shop. What stands in brackets may be
    left out where the name says what it is by itself: 小王理发室(个体工商户).
    """
    return not one.form or one.form in _SHORTENED or (one.form in _BRACKETED and not one.industry)


def _form_text(one: NameParts) -> str:
    return " ".join(filter(None, ("group" if one.is_group else "", one.form)))


def _others(one: NameParts, other: NameParts) -> Iterator[Compared]:
    if one.branch or other.branch:
        is_one = one.branch == other.branch and not _differ_told(one, other)
        is_one = is_one or _without_place(one, other) or _without_place(other, one)
        verdict = Verdict.AGREES if is_one else Verdict.DIFFERS
        reason = "" if is_one else "branch"
        yield _compared(Part.BRANCH, one.branch, other.branch, verdict, reason)
    if one.extra != other.extra:
        told, known = " ".join(one.extra), " ".join(other.extra)
        verdict = Verdict.DIFFERS if one.extra and other.extra else Verdict.MISSING
        yield _compared(Part.EXTRA, told, known, verdict, "brackets")


def _differ_told(one: NameParts, other: NameParts) -> bool:
    return set(one.branch_places) != set(other.branch_places)


def _without_place(one: NameParts, other: NameParts) -> bool:
    """Return whether a branch in 即墨 is the one in 即墨区."""
    return not one.branch_places and any(
        one.branch == short + other.branch for short in short_names(other.branch_places)
    )


def _fits(masked: str, whole: str) -> bool:
    """Return whether a name with hidden characters can be the other: one star hides one or more."""
    first, *rest = masked.split(MASK)
    if not whole.startswith(first) or not whole.endswith(rest[-1]):
        return False
    at = len(first)
    for piece in rest:
        at = whole.find(piece, at) if piece else at
        if at < 0:
            return False
        at += len(piece)
    return True


def _agrees(part: Part, told: str, known: str) -> Compared:
    return Compared(part=part, told=told, known=known, verdict=Verdict.AGREES)


def _compared(part: Part, told: str, known: str, verdict: Verdict, reason: str) -> Compared:
    return Compared(part=part, told=told, known=known, verdict=verdict, reason=reason)
