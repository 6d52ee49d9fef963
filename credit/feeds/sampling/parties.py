"""Invented parties: their codes have checks that fit, and are nobody's.

One rule: whom a number stands for follows from the number alone.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from codes.cn.checks import mod_11_2
from codes.schemes.cn_uscc import org_code_check, uscc_check
from credit.feeds.model import SubjectKind

REGION: Final = "370200"
CITY: Final = "青岛"
_DISTRICTS: Final = ("370202", "370203", "370211", "370212", "370213", "370214", "370281", "370283")
# No county was ever given these last digits: the numbers are no living person's.
_NO_COUNTY: Final = "370299"
_BRANDS: Final = (
    "海丰", "鲁岛", "东林", "绿野", "金禾", "瑞泽",
    "蓝湾", "百味", "康源", "华盛", "崂泉", "新辉",
)  # fmt: skip
_TRADES: Final = (
    ("食品", "C1411"), ("乳业", "C1440"), ("水产", "A0412"), ("肉类加工", "C1351"),
    ("果蔬", "A0141"), ("餐饮管理", "H6210"), ("粮油", "C1331"), ("饮料", "C1521"),
    ("超市连锁", "F5212"), ("药业", "C2720"),
)  # fmt: skip
_SURNAMES: Final = ("王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴")
_GIVEN: Final = ("建国", "海燕", "志强", "秀英", "文博", "晓梅", "立新", "桂芳", "思远", "雨桐")
_FIRST_ON: Final = date(1995, 1, 1)
_BORN_ON: Final = date(1950, 1, 1)
_ESTABLISHED_DAYS: Final = 10_000
_ADULT_DAYS: Final = 18_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Somebody whom rows are about; a natural person has a number and no social credit code."""

    number: int
    kind: SubjectKind
    name: str
    uscc: str
    person_number: str
    region: str
    industry: str
    established_on: date
    representative: str

    @property
    def org_code(self) -> str:
        """Return the organisation code inside the social credit code."""
        return self.uscc[8:17]


def enterprise(number: int) -> Party:
    """Return the invented enterprise of a number."""
    brand, (trade, industry) = _BRANDS[number % 12], _TRADES[number // 12 % 10]
    region = _DISTRICTS[number % len(_DISTRICTS)]
    return Party(
        number=number,
        kind=SubjectKind.ENTERPRISE,
        name=f"{CITY}{brand}{number}{trade}有限公司",
        uscc=uscc_of(number, region=region),
        person_number="",
        region=region,
        industry=industry,
        established_on=_FIRST_ON + timedelta(days=number * 37 % _ESTABLISHED_DAYS),
        representative=person_name(number),
    )


def sole_trader(number: int) -> Party:
    """Return the invented sole trader of a number."""
    brand = _BRANDS[number % 12]
    region = _DISTRICTS[number % len(_DISTRICTS)]
    return Party(
        number=number,
        kind=SubjectKind.SOLE_TRADER,
        name=f"{CITY}市{brand}{number}副食店",
        uscc=uscc_of(number, kind="92", region=region),
        person_number="",
        region=region,
        industry="F5219",
        established_on=_FIRST_ON + timedelta(days=number * 41 % _ESTABLISHED_DAYS),
        representative=person_name(number),
    )


def person(number: int) -> Party:
    """Return the invented natural person of a number, who is of age."""
    # Of each 1000 numbers all are born on one day: so 18 million of them are different.
    born_on = _BORN_ON + timedelta(days=number // 1000 * 7919 % _ADULT_DAYS)
    return Party(
        number=number,
        kind=SubjectKind.PERSON,
        name=person_name(number),
        uscc="",
        person_number=person_number_of(number, born_on),
        region=_DISTRICTS[number % len(_DISTRICTS)],
        industry="",
        established_on=born_on,
        representative="",
    )


def uscc_of(number: int, *, kind: str = "91", region: str = REGION) -> str:
    """Return a social credit code whose check fits."""
    organisation = f"{number:08d}"
    body = f"{kind}{region}{organisation}{org_code_check(organisation)}"
    return body + uscc_check(body)


def person_number_of(number: int, born_on: date) -> str:
    """Return an ID number whose check fits; of 1000 born on one day each has its own."""
    body = f"{_NO_COUNTY}{born_on:%Y%m%d}{number % 1000:03d}"
    return body + mod_11_2(body)


def person_name(number: int) -> str:
    """Return the name of the person of a number."""
    return _SURNAMES[number % 10] + _GIVEN[number // 10 % 10]
