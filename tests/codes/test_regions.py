"""The table of GB/T 2260: present and former divisions of the whole mainland, and what is odd."""

import re
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from codes import registry
from codes.cn import regions
from codes.cn.regions import Region, check_region, every_region, find_region, places_of
from codes.model import CodeError
from web.pages.regions import region_name

TABLE = Path(regions.__file__).with_name("regions.psv")


def found(code: str) -> Region:
    region = find_region(code)
    assert region is not None
    return region


@pytest.mark.parametrize(
    ("code", "name", "within"),
    [
        ("110102", "西城区", "北京市"),
        ("310110", "杨浦区", "上海市"),
        ("330113", "临平区", "杭州市"),
        ("440300", "深圳市", "广东省"),
        ("469001", "五指山市", "海南省"),
        ("659001", "石河子市", "新疆维吾尔自治区"),
        ("513221", "汶川县", "阿坝藏族羌族自治州"),
    ],
)
def test_a_division_of_any_province_is_named(code: str, name: str, within: str) -> None:
    read = registry.parse("cn_region_gb2260", code)

    assert read.fields == {"name": name, "within": within}
    assert not read.warnings
    assert not read.doubt


def test_a_province_lies_in_nothing() -> None:
    assert registry.parse("cn_region_gb2260", "330000").fields == {"name": "浙江省"}


@pytest.mark.parametrize(
    ("code", "until", "now"),
    [
        ("110103", "2010", ("110101",)),
        ("310103", "2011", ("310101",)),
        ("310230", "2016", ("310151",)),
        ("371200", "2018", ("3701",)),
        ("130185", "2014-09-09", ("130110",)),
        ("410322", "2021", ("410308",)),
    ],
)
def test_a_former_division_says_until_when_and_what_is_now(
    code: str, until: str, now: tuple[str, ...]
) -> None:
    with pytest.raises(CodeError, match=f"until {until}; now {now[0]}"):
        registry.parse("cn_region_gb2260", code)

    assert found(code).until == until
    assert found(code).now == now


def test_of_a_year_alone_no_day_is_refused() -> None:
    former = found("110103")

    assert former.is_valid_on(date(2010, 12, 31))
    assert not former.is_valid_on(date(2011, 1, 1))
    assert not found("110118").is_valid_on(date(2014, 12, 31))
    assert found("110118").is_valid_on(date(2015, 1, 1))


def test_a_county_that_the_table_lacks_is_accepted_with_a_warning() -> None:
    warnings = check_region("330199", position=3, norm="x")

    assert [(one.code, one.position) for one in warnings] == [("unlisted_region", 3)]
    for unknown in ("339901", "990101", "130199", "33019", "33019X", "３３０１０２"):
        with pytest.raises(CodeError):
            check_region(unknown, position=0, norm="x")


def test_a_line_of_the_standard_that_is_no_place_names_nothing() -> None:
    assert [one.name for one in places_of("110102")] == ["北京市", "西城区"]
    assert [one.name for one in places_of("330102")] == ["浙江省", "杭州市", "上城区"]
    assert [one.name for one in places_of("330100")] == ["浙江省", "杭州市"]
    assert places_of("990000") == ()


def test_no_code_is_in_force_twice_and_every_successor_is_in_force() -> None:
    table = tuple(every_region())

    in_force = [one.code for one in table if not one.until]
    assert Counter(in_force).most_common(1)[0][1] == 1
    assert {code for one in table for code in one.now} <= set(in_force)
    for one in table:
        assert re.fullmatch(r"[0-9]{2}(?:[0-9]{2}){0,2}", one.code)
        assert one.name == one.name.strip()
        assert one.from_on is None or one.to_on is None or one.from_on <= one.to_on


def test_the_whole_country_is_in_the_table() -> None:
    in_force = [one for one in every_region() if not one.until and not one.is_statistical]
    places = [one for one in in_force if not one.is_collective]

    provinces = {one.code for one in places if len(one.code) == 2}
    assert len(provinces) == 34
    assert sum(len(one.code) == 4 for one in places) == 333
    assert 2_840 <= sum(len(one.code) == 6 for one in places) <= 2_860
    # Everything in force lies in something listed.
    assert {one.code[:2] for one in in_force} == provinces
    assert TABLE.stat().st_size < 400_000


@pytest.mark.parametrize(
    ("code", "zh", "en"),
    [
        ("130102", "长安区", "Chang'an District"),
        ("110102", "北京市西城区", "西城区, Beijing"),
        ("330102", "浙江省杭州市上城区", "杭州市上城区, Zhejiang"),
        ("330199", "浙江省杭州市", "杭州市, Zhejiang"),
        ("330000", "浙江省", "Zhejiang"),
        ("810101", "香港特别行政区", "Hong Kong"),
        ("990000", "", ""),
        (None, "", ""),
    ],
)
def test_pages_name_a_place_from_the_table(code: str | None, zh: str, en: str) -> None:
    assert (region_name(code, "zh"), region_name(code, "en")) == (zh, en)
