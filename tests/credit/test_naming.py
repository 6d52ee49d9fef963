"""Names taken apart and compared: what is one party, what is another, what a person has to say."""

import pytest

from credit.naming.characters import plain
from credit.naming.comparing import Outcome, Part, Side, compare
from credit.naming.parsing import parse_name
from credit.naming.words import words

KNOWN = "青岛海蓝食品有限公司"
QINGDAO, JIMO = "370200", "370215"


def _said(told: str, known: str = KNOWN, *, told_in: str = QINGDAO, seat: str = JIMO) -> Outcome:
    return compare(Side(name=told, region=told_in), Side(name=known, region=seat)).outcome


def test_a_name_has_a_place_a_shop_name_a_trade_and_a_form() -> None:
    parts = parse_name("山东省青岛市海蓝食品科技有限责任公司第二分公司")

    assert (parts.places, parts.core, parts.industry) == (("3702",), "海蓝", ("食品科技",))
    assert (parts.form, parts.branch) == ("limited", "第2分公司")


@pytest.mark.parametrize(
    "told",
    [
        "青島海藍食品有限公司",
        "青岛 海蓝食品有限公司（已注销）",
        "山东省青岛市海蓝食品有限责任公司",
        "青岛市即墨区海蓝食品有限公司",
        "海蓝食品（青岛）有限公司",
        "海蓝食品公司",
        "青岛海蓝食品",
        "青岛海蓝食品限公司",
        "青岛海蓝食品有限公司司",
        "青岛空港产业园海蓝食品有限公司",
        "青岛海蓝食品有线公司",
        "青岛台商投资区海蓝食品有限公司",
    ],
)
def test_another_writing_is_the_same_party(told: str) -> None:
    assert _said(told) is Outcome.SAME


@pytest.mark.parametrize(
    "told",
    [
        "青岛海兰食品有限公司",
        "青岛海篮食品有限公司",
        "青岛海蓝",
        "青岛海蓝食晶有限公司",
        "海蓝食品股份有限公司",
    ],
)
def test_what_is_merely_alike_is_a_persons_to_say(told: str) -> None:
    assert _said(told) is Outcome.POSSIBLE


@pytest.mark.parametrize(
    "told",
    [
        "烟台海蓝食品有限公司",
        "青岛海蓝水产有限公司",
        "青岛海蓝食品科技有限公司",
        "青岛海蓝食品有限公司即墨分公司",
        "青岛海蓝食品集团有限公司",
        "青岛海蓝食品经营部",
    ],
)
def test_another_part_makes_another_party(told: str) -> None:
    assert _said(told) is Outcome.DIFFERENT


def test_a_daughter_in_another_city_is_not_its_mother() -> None:
    assert _said("青岛海蓝食品（烟台）有限公司") is not Outcome.SAME


def test_a_name_without_its_place_is_one_where_the_place_is_known() -> None:
    assert _said("海蓝食品有限公司") is Outcome.SAME
    assert _said("海蓝食品有限公司", told_in="") is Outcome.POSSIBLE
    assert _said("海蓝食品有限公司", told_in="370600") is Outcome.POSSIBLE


def test_a_county_is_the_same_only_where_the_party_has_its_seat() -> None:
    told = "青岛市即墨区海蓝食品有限公司"

    assert _said(told, seat=JIMO) is Outcome.SAME
    assert _said(told, seat=QINGDAO) is Outcome.POSSIBLE


def test_of_an_individual_business_there_is_one_in_every_district() -> None:
    known = "即墨区老王家水饺店"

    assert _said("老王家水饺店（个体工商户）", known, told_in=JIMO) is Outcome.SAME
    assert _said("老王家水饺店", known, told_in=QINGDAO) is Outcome.POSSIBLE
    assert _said("城阳区老王家水饺店", known) is Outcome.DIFFERENT


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ("青岛海蓝投资中心", "青岛海蓝投资中心（有限合伙）"),
        ("青岛海蓝投资中心有限合伙企业", "青岛海蓝投资中心（有限合伙）"),
        ("青岛海蓝集团有限公司", "青岛海蓝（集团）有限公司"),
        ("青岛海蓝食品有限公司第2分公司", "青岛海蓝食品有限公司第二分公司"),
    ],
)
def test_brackets_and_digits_change_no_party(told: str, known: str) -> None:
    assert _said(told, known) is Outcome.SAME


@pytest.mark.parametrize(
    ("told", "known"),
    [
        ("晋江海蓝食品有限公司", "晋江市海蓝食品有限公司"),
        ("晋江海蓝食品有限公司即墨五常营业部", "晋江市海蓝食品有限公司即墨五常营业部"),
        ("青岛鱈魚王鷄肉製品有限公司", "青岛鳕鱼王鸡肉制品有限公司"),
        ("青岛海蓝食品有限公司五常市营业部", "青岛海蓝食品有限公司五常营业部"),
        ("青岛北海面粉厂", "青岛市北海面粉厂"),
    ],
)
def test_a_former_prefecture_a_town_with_a_number_and_a_rare_character_mislead_nobody(
    told: str, known: str
) -> None:
    assert _said(told, known, told_in="", seat="") is Outcome.SAME


def test_a_shop_name_that_is_a_place_elsewhere_is_where_its_row_is_from() -> None:
    known = "青岛市金华茶业有限公司"

    assert _said("金华茶业有限公司", known) is Outcome.SAME
    assert _said("金华茶业有限公司", known, told_in="") is Outcome.POSSIBLE


@pytest.mark.parametrize(
    ("told", "known"),
    [
        # What 通用规范汉字表 lets stand in names is a character of its own.
        ("青岛东昇食品有限公司", "青岛东升食品有限公司"),
        ("青岛歌华有线公司", "青岛歌华有限公司"),
    ],
)
def test_what_may_be_a_name_of_its_own_is_not_taken_for_a_slip(told: str, known: str) -> None:
    assert _said(told, known) is Outcome.POSSIBLE


def test_one_spelling_of_a_name_stays_as_it_is() -> None:
    told = "".join(map(chr, words().traditional))

    assert plain(plain(told, words().traditional), words().traditional) == plain(
        told, words().traditional
    )


def test_each_part_says_why() -> None:
    compared = compare(Side(name="青岛海兰食品有限公司"), Side(name=KNOWN)).parts

    assert {one.part: one.reason for one in compared if one.reason} == {Part.CORE: "one_character"}
