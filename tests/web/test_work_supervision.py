"""The workbench of those who issue nothing: what supervision sees of blocks."""

import pytest

from tests.web.house import House
from tests.web.issuing_world import (
    new_block,
)
from tests.web.signed_in import sign_in
from tests.web.work_world import (
    at,
    text_of,
)


@pytest.mark.parametrize("role", ["authority", "auditor", "operator"])
def test_whoever_issues_nothing_has_a_start_page_of_its_own(sqlite_house: House, role: str) -> None:
    page = sign_in(sqlite_house, role).get("/work")

    assert page.status_code == 200
    assert "我的产品" not in text_of(page)


@pytest.mark.parametrize("role", ["authority", "auditor"])
def test_supervision_sees_a_block_without_its_forms(sqlite_house: House, role: str) -> None:
    block = new_block(sqlite_house)

    page = sign_in(sqlite_house, role).get(at(block))

    assert page.status_code == 200
    assert f'action="{at(block)}' not in text_of(page)


@pytest.mark.parametrize("role", ["authority", "auditor"])
def test_supervision_lists_the_blocks_of_all_with_whose_they_are(
    sqlite_house: House, role: str
) -> None:
    block, person = new_block(sqlite_house), sign_in(sqlite_house, role)

    home, page = text_of(person.get("/work")), text_of(person.get("/work/blocks"))

    assert 'href="/work/blocks"' in home
    assert f'href="{at(block)}"' in page
    assert "<span>第1农场</span>" in page
    assert "/work/codes" not in page
