"""What profiles ask for and everybody may see is a line on the page, in the words of its row."""

from typing import get_args

import pytest

from schemas.profiles.model import SeenBy
from schemas.profiles.registry import catalogue
from web.pages.event_reading import facts_of, has_failed
from web.pages.model import Lang
from web.pages.profile_facts import told_of

HIDDEN = {SeenBy.CHAIN, SeenBy.AUTHORITY, SeenBy.PERSONAL}


def told(event: dict[str, object], lang: Lang) -> list[tuple[str, str]]:
    return [(fact.label, fact.value) for fact in facts_of(event, lang)]  # type: ignore[arg-type] # An event as a literal.


def test_a_public_term_is_told_by_its_label_with_the_words_of_its_code_and_its_unit() -> None:
    event: dict[str, object] = {
        "ilmd": {"sx:isReconstitutedMilk": False, "sx:heatTreatment": "HTST"},
        "sx:starterCulture": "保加利亚乳杆菌",
        "sx:cropYear": 2026,
    }

    assert told(event, "zh") == [
        ("复原乳", "否"),
        ("热处理方式", "高温短时杀菌"),
        ("菌种名称及批号", "保加利亚乳杆菌"),
        ("收获年度", "2026"),
    ]
    assert ("crop year", "2026") in told(event, "en")


@pytest.mark.parametrize(
    ("number", "shown"), [(12345.67, "12345.67"), (1234567.5, "1234567.5"), (3.0, "3"), (20, "20")]
)
def test_a_number_is_told_in_the_digits_that_were_sent(number: float, shown: str) -> None:
    ((_, value),) = told({"sx:cropYear": number}, "zh")

    assert value == shown


@pytest.mark.parametrize("lang", get_args(Lang))
def test_no_term_that_is_not_public_has_words(lang: Lang) -> None:
    terms = catalogue().shared.library.terms.values()
    hidden = [field.name.rpartition(":")[2].lower() for field in terms if field.seen_by in HIDDEN]

    assert len(hidden) > 300
    assert [name for name in hidden if told_of(name, "secret", lang) is not None] == []


def test_a_failed_check_under_a_public_term_is_a_failure() -> None:
    names = [
        field.name
        for field in catalogue().shared.library.terms.values()
        if field.seen_by is SeenBy.PUBLIC and field.codes is not None
        if {"PASS", "FAIL"} <= set(field.codes.values)
    ]

    assert names
    for name in names:
        assert has_failed({name: "FAIL"}), name
        assert not has_failed({name: "PASS"}), name
