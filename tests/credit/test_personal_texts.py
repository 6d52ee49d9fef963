"""ID numbers in what people type: refused at every door, hidden in what came in before."""

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest

from base.db import reading
from base.errors import InvalidInput
from codes.cn.persons import is_id_number
from credit.cases.entries import case_draft
from credit.cases.model import GROUND
from credit.feeds.sampling.parties import person_number_of
from credit.intake.erasing import erase_records
from credit.intake.taking import IntakeDesk
from credit.list_reading import AsKnown, search_list
from credit.personal_texts import personal_problems, public_text, require_nobody
from ledger.batch import Batch
from parties.actors import CONSOLE
from tests.credit.case_world import open_case_world
from tests.credit.samples import AUTHORITY
from tests.credit.test_listing_decisions import notice
from tests.instances import Installation

NUMBER: Final = person_number_of(1, date(1990, 3, 7))
WIDE: Final = NUMBER.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
SPACED: Final = f"{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}"
OTHER: Final = person_number_of(2, date(1991, 4, 8))


@pytest.mark.parametrize("written", [NUMBER, WIDE, SPACED])
def test_a_number_is_found_however_it_is_written(written: str) -> None:
    text = f"张三（身份证{written}）指使生产"

    problems = list(personal_problems({"note": text, "reason": "生产不合格食品"}))

    assert is_id_number(NUMBER)
    assert [(one.path, one.code) for one in problems] == [("note", "personal")]
    assert public_text(text).replace("(", "（").replace(")", "）") == "张三（身份证***）指使生产"


@pytest.mark.parametrize(
    "text",
    [
        "《食品安全法》第一百二十四条，罚款１２３４５元",
        "统一社会信用代码９１３７０２００００００００００１２",
        "立案号 青市监立〔2026〕12号",
        "",
    ],
)
def test_what_is_nobodys_number_stays_as_it_was_written(text: str) -> None:
    require_nobody({"reason": text})

    assert public_text(text) == text


@pytest.mark.parametrize("written", [NUMBER, WIDE])
def test_a_notice_with_somebodys_number_is_refused_with_its_field(
    sqlite_world_parts: Any, written: str
) -> None:
    world = open_case_world(*sqlite_world_parts)

    with pytest.raises(InvalidInput, match="leave out the ID number") as refusal:
        notice(world, uuid4(), reason=f"张三（{written}）指使生产", terms={"item": "1"})

    assert [one.path for one in refusal.value.problems] == ["reason"]
    assert NUMBER not in str(refusal.value)


def test_a_number_that_came_in_before_is_published_nowhere_and_its_erasure_tells_where_it_stands(
    sqlite_world_parts: tuple[Installation, IntakeDesk], tmp_path: Path
) -> None:
    installation, intake = sqlite_world_parts
    world, case_id = open_case_world(installation, intake), uuid4()
    notice(world, case_id)
    world.take(AUTHORITY, "listing", "serve", case_id, served_on=date(2026, 11, 23))
    installation.clock.instant = datetime(2026, 12, 1, 1, tzinfo=UTC)
    # As the release before took it: past the door that refuses it now.
    said = world.note(
        "listing",
        "list",
        case_id,
        fact_ids=(),
        reason="申辩不成立",
        article=f"第44号令第五条（{NUMBER}）",
        decision="青市监列〔2026〕9号",
        decided_on=date(2026, 12, 1),
        terms={
            "list": "serious_violation",
            "authority": "market_regulation",
            "authority_name": "青岛市市场监督管理局",
            GROUND: f"张三（身份证{NUMBER}）指使生产",
        },
    )
    drafts = (case_draft(said),)
    intake.journal.append(Batch(actor=AUTHORITY.id, subject=str(case_id), drafts=drafts))
    world.desk.bring_up()

    asked = AsKnown(list_id="serious_violation", day=date(2026, 12, 1))
    with reading(installation.engine) as connection:
        page = search_list(connection, installation.log, asked, rows_max=10)
    erased, of_other = (
        erase_records(intake, CONSOLE, number, "第四十七条", folder=tmp_path)
        for number in (NUMBER, OTHER)
    )

    told = {one.entry.ground: one.entry.article for one in page.listed}
    assert told["张三（身份证***）指使生产"] == "第44号令第五条（***）"
    assert [(one.kind, one.subject) for one in erased.texts] == [("credit_case", str(case_id))]
    assert of_other.texts == ()
