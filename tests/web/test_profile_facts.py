"""What profiles ask for and everybody may see is a line on the page, in the words of its row."""

from typing import get_args

import pytest

from schemas.profiles.model import Mark, SeenBy
from schemas.profiles.registry import catalogue
from web.pages.event_reading import facts_of, has_failed
from web.pages.model import Lang
from web.pages.profile_facts import told_of
from web.pages.profile_norms import norms_of

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


def cited(event: dict[str, object], lang: Lang) -> list[str]:
    return [norm for fact in facts_of(event, lang) for norm in fact.norms]  # type: ignore[arg-type] # As above.


def test_a_fact_cites_the_clause_for_which_its_step_asks_for_it() -> None:
    event: dict[str, object] = {"sx:cte": "dairy/process", "ilmd": {"sx:heatTreatment": "HTST"}}

    assert cited(event, "zh") == ["乳品质量安全监督管理条例 第32条"]
    assert cited(event, "en") == ["Regulation on dairy quality and safety, article 32"]


def test_a_step_that_is_not_named_or_does_not_ask_cites_nothing() -> None:
    assert cited({"ilmd": {"sx:heatTreatment": "HTST"}}, "zh") == []
    assert cited({"sx:cte": "dairy/tanker", "sx:heatTreatment": "HTST"}, "zh") == []
    assert cited({"sx:cte": "nowhere", "sx:heatTreatment": "HTST"}, "zh") == []


def test_a_norm_of_other_goods_is_cited_by_analogy() -> None:
    (norm,) = norms_of("dairy/station", "testitem", "en", day="2026-07-22")

    assert norm == "by analogy with NY/T 3204-2018 Aquatic traceability, §7.3.1"


def test_a_clause_that_was_not_checked_is_said_to_be_unchecked() -> None:
    rows = [
        (f"{one.name}/{cte.id}", kde)
        for one in catalogue().newest()
        for cte in one.ctes
        for way in cte.ways
        for kde in way.kdes
        if kde.mark is Mark.MEMORY and kde.norms[0].clause
    ]
    step, kde = rows[0]

    told = norms_of(step, kde.field.name.rpartition(":")[2].lower(), "zh", day="2026-07-22")

    assert any(norm.endswith("(条款未经核对)") for norm in told)
