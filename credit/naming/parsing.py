"""A name taken apart: place, shop name (字号), industry, form; and which branch of it is meant.

The rule that must stay true: what is put together again is the whole name. Nothing of it is passed
over but blanks, marks, and remarks such as (注销) that are no part of any name.
"""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from credit.naming.characters import MASK, is_one_slip, number_of, plain
from credit.naming.places import take_places
from credit.naming.words import Words, words

NAME_CHARS_MAX: Final = 200
_KEPT_NAMES: Final = 20_000
_BRACKET: Final = re.compile(r"\(([^()]*)\)")
_CORE_CHARS_MIN: Final = 2
# After one of these an enterprise's name is at its end, whatever it is that follows.
_WHOLE: Final = ("有限责任公司", "有限公司", "股份公司", "集团公司")
_COMPANY: Final = "公司"
# Forms that are known again where one character of them went wrong, as long as a sign is left.
_SPELT: Final = ("有限责任公司", "股份有限公司", "有限公司")
_SIGNS: Final = ("有限", "公司", "限公")
# Where the first or the second character is left out.
_CUT: Final = ("限责任公司", "有责任公司", "限公司", "有公司")
# 有限 as it sounds. A company's name has 有限公司 in it (公司法 art. 7), so behind a trade it is no
# other word; 歌华有线公司 is a company of cable television by its short name.
_HEARD: Final = ("有线责任公司", "有线公司", "有现公司", "有县公司")
_LIMITED: Final = "有限公司"
_JOINT_STOCK: Final = "股份"
PARTNERSHIP: Final = "partnership"
# 第二分公司 and 二分公司 are one; 五常 in 五常营业部 is a town.
_NUMBERED: Final = re.compile(
    r"第?([0-9一二三四五六七八九十]+)(?=号|门店|门市|[分支营车仓店部厂工项])"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NameParts:
    """What a name says. `text` is its one spelling, `places` the codes its place may have.

    `core` is the shop name, `industry` the words of trade in their order, `form` the kind of legal
    form and "" where the name has none; `is_misspelt` where a character of it went wrong. `branch`
    is which part of the enterprise is meant, without its place. `extra` is what stands in brackets
    and is none of these. `is_core_place` where the shop name is the place: 青岛啤酒.
    """

    text: str
    places: tuple[str, ...] = ()
    core: str = ""
    industry: tuple[str, ...] = ()
    form: str = ""
    is_misspelt: bool = False
    is_group: bool = False
    branch: str = ""
    branch_places: tuple[str, ...] = ()
    is_core_place: bool = False
    extra: tuple[str, ...] = ()

    @property
    def stem(self) -> str:
        """Return shop name and industry as they were written."""
        return self.core + "".join(self.industry)

    @property
    def is_masked(self) -> bool:
        """Return whether characters of the name are hidden."""
        return MASK in self.text


def parse_name(text: str, table: Words | None = None) -> NameParts:
    """Take a name apart by a version of the rules, the newest one where none is told.

    Every text has parts, and a name that is only a place is its own core.
    """
    return _parsed(text, words() if table is None else table)


def is_given_once(parts: NameParts, table: Words) -> bool:
    """Return whether a register gives such a name to one party: it tells its place and its form.

    海蓝食品 is short for several, of 即墨区老王面馆 there may be two, and of a branch many.
    """
    return (
        bool(parts.places)
        and not (parts.is_core_place or parts.is_masked or parts.is_misspelt or parts.branch)
        and parts.form in table.given_once
    )


@lru_cache(maxsize=_KEPT_NAMES)
def _parsed(text: str, table: Words) -> NameParts:
    whole = plain(text[:NAME_CHARS_MAX], table.traditional)
    open_text, found = _without_brackets(whole, table)
    places, rest = take_places(open_text)
    found = _with_seat_elsewhere(found, places)
    main, branch = _split_branch(rest, table)
    found = _with_branch(found, branch)
    stem, form, is_misspelt = _take_form(main, table, found.form)
    stem, is_group = _take_group(stem, table)
    stem = _without_zone(stem, table)
    core, industry = _take_industry(stem, table)
    is_core_place = not core
    if is_core_place:
        # 青岛啤酒: the place is the shop name too. A name that is nothing else is one all the same.
        core = open_text.removesuffix(rest) or open_text
    return replace(
        found,
        text=whole,
        places=places or found.places,
        core=core,
        is_core_place=is_core_place,
        industry=industry,
        form=form,
        is_misspelt=is_misspelt,
        is_group=found.is_group or is_group,
    )


def _without_brackets(text: str, table: Words) -> tuple[str, NameParts]:
    """Return a name without its brackets, and what they said."""
    places: tuple[str, ...] = ()
    form, is_group, extra = "", False, []
    for inside in _BRACKET.findall(text):
        meaning = table.in_brackets.get(inside, "")
        of_place, rest = take_places(inside)
        if meaning == "group":
            is_group = True
        elif meaning:
            form = meaning
        elif of_place and not rest and not places:
            places = of_place
        elif inside and inside not in table.remarks:
            extra.append(inside)
    open_text = _BRACKET.sub("", text).replace("(", "").replace(")", "")
    found = NameParts(text=text, places=places, form=form, is_group=is_group, extra=tuple(extra))
    return open_text, found


def _with_seat_elsewhere(found: NameParts, places: tuple[str, ...]) -> NameParts:
    """Return the parts with a place in brackets that is none of those the name begins with.

    青岛海蓝食品(成都)有限公司 is a daughter in another city, and no other writing of its mother.
    """
    is_one = any(a.startswith(b) or b.startswith(a) for a in found.places for b in places)
    if not places or not found.places or is_one:
        return found
    return replace(found, places=(), extra=(*found.extra, " ".join(found.places)))


def _split_branch(text: str, table: Words) -> tuple[str, str]:
    """Return the enterprise and which part of it: what follows a form that is not at the end."""
    at = max((text.rfind(form) + len(form) for form in _WHOLE if form in text), default=0)
    if not at:
        for word in table.branches:
            if text.endswith(word):
                at = text.rfind(_COMPANY, 0, len(text) - len(word)) + len(_COMPANY)
                at = 0 if at < len(_COMPANY) + _CORE_CHARS_MIN else at
                break
    if not at or text[at:] in ("", *table.remarks):
        return text[: at or None], ""
    return text[:at], text[at:]


def _with_branch(found: NameParts, branch: str) -> NameParts:
    if not branch:
        return found
    places, rest = take_places(branch)
    named = _NUMBERED.sub(lambda match: f"第{number_of(match[1])}", rest)
    return replace(found, branch=named or branch, branch_places=places)


def _take_form(text: str, table: Words, in_brackets: str) -> tuple[str, str, bool]:
    """Return what is left, the form, and whether it was misspelt."""
    word = table.form_at_end(text)
    cut = _cut_at_end(text, table) if word == _COMPANY else ""
    if cut:
        stem = text.removesuffix(cut)
        joint_stock = _JOINT_STOCK if stem.endswith(_JOINT_STOCK) else ""
        return stem.removesuffix(joint_stock), table.forms[f"{joint_stock}{_LIMITED}"], True
    if word:
        stem, form = text.removesuffix(word), table.forms[word]
        if form == PARTNERSHIP:
            # 海蓝投资中心有限合伙企业 is 海蓝投资中心(有限合伙).
            stem = stem.removesuffix(table.form_at_end(stem))
        return stem, in_brackets if in_brackets == PARTNERSHIP else form, False
    for known in _SPELT if any(sign in text for sign in _SIGNS) else ():
        for length in (len(known), len(known) - 1):
            if len(text) >= length + _CORE_CHARS_MIN and is_one_slip(text[-length:], known):
                return text[:-length], table.forms[known], True
    return text, in_brackets, False


def _cut_at_end(text: str, table: Words) -> str:
    """Return the form with a character left out, or heard as another, that a text ends with."""
    for heard in _HEARD:
        stem = text.removesuffix(heard).removesuffix(_JOINT_STOCK)
        if text.endswith(heard) and table.industry_at_end(stem):
            return heard
    return next((one for one in _CUT if text.endswith(one)), "")


def _take_group(stem: str, table: Words) -> tuple[str, bool]:
    if stem.endswith(table.group) and stem != table.group:
        return stem.removesuffix(table.group), True
    return stem, False


def _without_zone(stem: str, table: Words) -> str:
    """Return a stem without the zone that its seat lies in: 高新区 names no place of GB/T 2260."""
    for zone in table.zones:
        if stem.startswith(zone) and len(stem) >= len(zone) + _CORE_CHARS_MIN:
            return stem.removeprefix(zone)
    return stem


def _take_industry(stem: str, table: Words) -> tuple[str, tuple[str, ...]]:
    """Return the shop name and the words of trade after it; a shop name has two characters."""
    core, found = stem, []
    while word := table.industry_at_end(core):
        left = len(core) - len(word)
        if 0 < left < _CORE_CHARS_MIN:
            break
        core = core.removesuffix(word)
        found.append(word)
    return core, tuple(reversed(found))
