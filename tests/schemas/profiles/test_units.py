"""Units: a code, its words and its sign are one unit, and people read words."""

import re

import pytest

from schemas.profiles.columns import UOM_SUFFIX
from schemas.profiles.registry import catalogue
from schemas.profiles.units import amount_units, read_unit, unit_label, unit_words, units
from tests.schemas.profiles.samples import names, sheets

RAW = re.compile(r"\b[A-Z0-9]{2,3}\b")


@pytest.mark.parametrize("code", list(units()))
def test_a_unit_is_read_back_from_its_code_and_its_names(code: str) -> None:
    assert read_unit(code) == code
    for is_zh in (True, False):
        assert read_unit(unit_label(code, is_zh=is_zh)) == code


def test_people_read_words_and_signs() -> None:
    said = [unit_words(code) for code in (None, "H87", "KGM", "CEL", "MIN", "XBX")]

    assert [one.zh for one in said] == ["件", "件", "千克", "℃", "分钟", "盒"]
    assert [one.en for one in said] == ["pieces", "pieces", "kg", "°C", "min", "box"]


def test_what_is_no_unit_is_none_and_a_code_that_is_not_listed_is_kept() -> None:
    assert read_unit("好多") is None
    assert read_unit("kilos of it") is None
    assert read_unit("4A") == "4A"


@pytest.mark.parametrize("name", names())
def test_no_template_says_a_unit_both_as_a_code_and_as_a_word(name: str) -> None:
    known = set(units()) - {"NA", "GL", "M1", "EA", "CS"}
    for sheet in sheets(catalogue().profile(name)):
        for column in sheet.columns:
            assert not known & set(RAW.findall(column.explanation.zh)), column.explanation
            if column.key.endswith(UOM_SUFFIX):
                assert column.choices == amount_units()


@pytest.mark.parametrize("name", names())
def test_what_may_be_said_in_another_column_is_not_marked_as_required(name: str) -> None:
    for sheet in sheets(catalogue().profile(name)):
        keys = {column.key for column in sheet.columns}
        shared = {
            kde.path for kde in sheet.way.kdes if any(group[0] in keys for group in kde.instead)
        }
        for column in sheet.columns:
            if column.key in shared:
                assert not column.is_required
                assert not column.explanation.zh.startswith("必填；")
