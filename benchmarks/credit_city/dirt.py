"""The dirt that feeds bring for real: each kind at a stated rate, with what has to become of it.

The rule that must stay true: a kind says of each row it touched what the door must say: the code
of its first fault, or `ACCEPTED` where the dirt is meaningless and the row counts as if clean.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final, TypeAlias

from benchmarks.credit_city.telling import Row

ACCEPTED: Final = ""
BETWEEN_THOUSAND: Final = 1000

_USCC: Final = ("uscc", "cf_xdr_shxym", "xk_xdr_shxym", "nsrsbh")
_DAYS: Final = ("cf_jdrq", "xk_jdrq", "sampled_on", "given_on", "listed_on", "regdate", "gbrq")
_NAMES: Final = ("name", "cf_xdr_mc", "xk_xdr_mc", "iname", "nsrmc")
_OFFICES: Final = ("cf_cfjg", "xk_xkjg", "jg", "authority")
# Cells that are empty in every clean row: a word for nothing in one that holds something is no
# dirt but another version of the record.
_EMPTY: Final = ("cf_yxq", "bz", "removed_why")
_NOTHING: Final = ("— —", "/", "无", "暂无", "null", "——")
_WIDE: Final = str.maketrans(
    "0123456789ABCDEFGHJKLMNPQRTUWXY-",
    "０１２３４５６７８９ＡＢＣＤＥＦＧＨＪＫＬＭＮＰＱＲＴＵＷＸＹ－",
)

Smear: TypeAlias = Callable[[Random, Row], None]
"""Spoils a row in place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dirt:
    """A kind of dirt. `of_thousand` rows of its feeds have it; `code` is what the door must say."""

    id: str
    feeds: frozenset[str]
    of_thousand: int
    code: str
    smear: Smear


def _first(row: Row, names: Sequence[str]) -> str:
    return next(name for name in names if name in row)


def _put(names: Sequence[str], *texts: str) -> Smear:
    def smear(random: Random, row: Row) -> None:
        row[_first(row, names)] = random.choice(texts)

    return smear


def _wide(random: Random, row: Row) -> None:  # noqa: ARG001 -- every smear has one shape
    for names in (_USCC, _DAYS):
        name = _first(row, names)
        row[name] = row[name].translate(_WIDE)


def _swapped(random: Random, row: Row) -> None:  # noqa: ARG001 -- every smear has one shape
    code, organisation = _first(row, _USCC), _first(row, ("cf_xdr_zzjg", "xk_xdr_zzjg", "org_code"))
    row[code], row[organisation] = row[organisation], row[code]


def _mistyped(random: Random, row: Row) -> None:  # noqa: ARG001 -- every smear has one shape
    name = _first(row, _USCC)
    row[name] = row[name][:-1] + ("1" if row[name][-1] != "1" else "2")


def _masked(random: Random, row: Row) -> None:  # noqa: ARG001 -- every smear has one shape
    name = _first(row, _USCC)
    row[name] = f"{row[name][:4]}**********{row[name][-4:]}"


def _person(random: Random, row: Row) -> None:  # noqa: ARG001 -- every smear has one shape
    row[_first(row, ("cf_xdr_lb", "xk_xdr_lb"))] = "自然人"


def _before(random: Random, row: Row) -> None:  # noqa: ARG001 -- every smear has one shape
    row[_first(row, ("xk_yxqzi", "until"))] = "2001-01-01"


def _sum(random: Random, row: Row) -> None:
    row["cf_cflb"], row["cf_nr_fk"] = "罚款", random.choice(("5万元", "50000元", "伍万元整", "约5"))


_PUBLICITY: Final = frozenset({"penalty", "permit"})
_DATED: Final = frozenset(
    {"penalty", "permit", "inspection", "honour", "abnormal_listing", "serious_listing",
     "judgment_default", "tax_case"}
)  # fmt: skip
_CODED: Final = frozenset(
    {"penalty", "permit", "inspection", "honour", "abnormal_listing", "serious_listing",
     "tax_grade", "registration"}
)  # fmt: skip
_ALL: Final = _DATED | _CODED
_JUDGED: Final = frozenset(
    {"penalty", "permit", "inspection", "abnormal_listing", "serious_listing", "tax_case"}
)

DIRT: Final = (
    Dirt(
        id="no_such_day",
        feeds=_DATED,
        of_thousand=4,
        code="no_such_day",
        smear=_put(_DAYS, "2022-09-31", "2021/02/29"),
    ),
    Dirt(
        id="day_in_prose",
        feeds=_DATED,
        of_thousand=2,
        code="bad_day",
        smear=_put(_DAYS, "二〇二二年九月", "2022年9月上旬"),
    ),
    Dirt(
        id="absurd_day",
        feeds=_DATED,
        of_thousand=1,
        code="absurd_day",
        smear=_put(_DAYS, "1022-03-01", "2922-03-01"),
    ),
    Dirt(
        id="future_day",
        feeds=_DATED,
        of_thousand=1,
        code="future_day",
        smear=_put(_DAYS, "2099-01-01", "2062年3月1日"),
    ),
    Dirt(
        id="nothing",
        feeds=frozenset({"penalty", "permit", "abnormal_listing"}),
        of_thousand=40,
        code=ACCEPTED,
        smear=_put(_EMPTY, *_NOTHING),
    ),
    Dirt(
        id="dummy_code",
        feeds=_PUBLICITY,
        of_thousand=6,
        code=ACCEPTED,
        smear=_put(_USCC, "00000000000000000X"),
    ),
    Dirt(
        id="dummy_required",
        feeds=frozenset({"honour", "abnormal_listing"}),
        of_thousand=4,
        code="missing",
        smear=_put(_USCC, "00000000000000000X"),
    ),
    Dirt(id="wide", feeds=_DATED & _CODED, of_thousand=20, code=ACCEPTED, smear=_wide),
    Dirt(
        id="swapped",
        feeds=_PUBLICITY | {"registration"},
        of_thousand=3,
        code="swapped_codes",
        smear=_swapped,
    ),
    Dirt(id="mistyped", feeds=_CODED, of_thousand=4, code="bad_uscc", smear=_mistyped),
    Dirt(id="masked_code", feeds=_CODED, of_thousand=2, code="masked_code", smear=_masked),
    Dirt(
        id="sum_in_words", feeds=frozenset({"penalty"}), of_thousand=8, code="bad_sum", smear=_sum
    ),
    Dirt(
        id="unknown_word",
        feeds=frozenset({"penalty"}),
        of_thousand=5,
        code="unknown_word",
        smear=_put(("cf_cflb",), "责令改正", "约谈"),
    ),
    Dirt(
        id="unknown_misconduct",
        feeds=frozenset({"judgment_default"}),
        of_thousand=4,
        code="unknown_word",
        smear=_put(("disrupttypename",), "其他", "不配合执行"),
    ),
    Dirt(
        id="unknown_authority",
        feeds=_JUDGED,
        of_thousand=3,
        code="unknown_authority",
        smear=_put(_OFFICES, "工作专班", "石家庄市某某办公室"),
    ),
    Dirt(id="no_name", feeds=_ALL, of_thousand=2, code="missing", smear=_put(_NAMES, "", "/")),
    Dirt(id="wrong_kind", feeds=_PUBLICITY, of_thousand=3, code="wrong_kind", smear=_person),
    Dirt(
        id="end_before_start",
        feeds=frozenset({"permit", "honour"}),
        of_thousand=2,
        code="order",
        smear=_before,
    ),
    Dirt(
        id="minor",
        feeds=frozenset({"judgment_default"}),
        of_thousand=2,
        code="minor",
        smear=_put(("age",), "15", "17"),
    ),
)
"""Every kind of dirt of single rows; what is wrong beside another row is planted by `feeding`."""


def dirt_of(random: Random, feed: str) -> Dirt | None:
    """Return the dirt that a row of a feed gets, None for most rows."""
    drawn = random.randrange(BETWEEN_THOUSAND)
    for one in _OF_FEED[feed]:
        if drawn < one.of_thousand:
            return one
        drawn -= one.of_thousand
    return None


_OF_FEED: Final = {feed: tuple(one for one in DIRT if feed in one.feeds) for feed in sorted(_ALL)}
