"""The pages of feeds: a batch tried out, handed in, held, released by another, and read again."""

import re
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from openpyxl import load_workbook
from werkzeug.test import TestResponse

from base.db import reading
from credit.casework.trial import try_batch
from credit.feeds.registry import FEEDS
from credit.intake.batches import Door, read_batch
from credit.intake.claiming import claim_batch
from credit.intake.desk import AS_IT_CAME, Sent
from credit.intake.files import keep_file
from credit.intake.taking import take_batch
from parties.actors import Role
from parties.keys import KeyRequest, grant
from tests.credit.samples import AUTHORITY, csv_of, defaulter, serious
from tests.parties.samples import NOW
from tests.web.credit_world import hand_in, penalty
from tests.web.house import House
from tests.web.signed_in import Visitor, sign_in
from tests.web.work_world import error_of, text_of
from web.credit_feeds import intake_desk
from web.credit_reading import brought_up
from web.pages.credit.feed_words import CODES, doubt_words

FEEDS_AT, PENALTIES = "/work/credit/feeds", "/work/credit/feeds/penalty"
DIRTY = (penalty(1), penalty(2, cf_jdrq="2025-09-31"), penalty(3, cf_cfjg="某某局"))


def upload(person: Visitor, body: bytes, *, feed: str = "penalty") -> TestResponse:
    at = f"{FEEDS_AT}/{feed}"
    return person.post(at, page=at, file=(BytesIO(body), "第一批.csv"))


def take(person: Visitor, tried: TestResponse, *, feed: str = "penalty") -> str:
    """Press the button below a trial; return where the batch is."""
    found = re.search(r'name="sha256" value="([0-9a-f]{64})"', text_of(tried))
    assert found is not None
    at = f"{FEEDS_AT}/{feed}"
    answer = person.post(f"{at}/take", page=at, sha256=found[1])
    assert answer.status_code == 303, text_of(answer)
    return str(answer.headers["Location"])


def another_key(house: House) -> str:
    """Return the key of another authority."""
    request = KeyRequest(label="second", role=Role.AUTHORITY, party_id=None)
    return grant(house.services.engine, request, now=NOW, record=lambda *_: None).text or ""


def another(house: House) -> Visitor:
    """Return another authority."""
    return sign_in(house, key=another_key(house))


def test_a_file_is_tried_out_before_anything_is_taken(house: House) -> None:
    authority = sign_in(house, "authority")

    tried = upload(authority, csv_of(DIRTY))
    before = text_of(authority.get(PENALTIES))
    at = take(authority, tried)
    page = text_of(authority.get(at))

    assert tried.status_code == 200
    assert all(word in text_of(tried) for word in ("试读结果", "日历上没有这一天", "机关类别不明"))
    assert "没有报送" in before
    assert all(word in page for word in ("已接收", "日历上没有这一天", "2025-09-31", "第 3 行"))


def test_the_trial_gives_the_numbers_that_taking_gives(sqlite_house: House) -> None:
    hand_in(sqlite_house, "penalty", penalty(1), penalty(7))
    desk, feed, body = intake_desk(sqlite_house.services), FEEDS["penalty"], csv_of(DIRTY)
    brought_up(sqlite_house.services)

    trial = try_batch(desk, AUTHORITY, feed, body, rows_max=1)
    taken = take_batch(desk, AUTHORITY, feed, body, door=Door.FILE)

    names = ("received", "accepted", "quarantined", "duplicates", "noted", "ended")
    assert [getattr(trial.batch, name) for name in names] == [
        getattr(taken, name) for name in names
    ]
    assert (trial.batch.duplicates, len(trial.quarantined), trial.same) == (1, 1, None)
    again = try_batch(desk, AUTHORITY, feed, body, rows_max=1)
    assert again.same == taken


def test_a_file_that_is_none_is_refused_beside_its_field(sqlite_house: House) -> None:
    authority = sign_in(sqlite_house, "authority")

    empty = authority.post(PENALTIES, page=PENALTIES)
    twice = upload(authority, b"cf_wsh,cf_wsh\r\n1,2\r\n")

    assert error_of(empty, "upload", "file") == "请选择批次文件。"
    assert error_of(twice, "upload", "file") == "首行须写明各列名称，且不得重复。"
    assert "没有报送" in text_of(authority.get(PENALTIES))


@pytest.mark.parametrize("who", ["another", "sender"])
def test_a_held_batch_leaves_the_desk_with_a_reason(sqlite_house: House, who: str) -> None:
    first, second = sign_in(sqlite_house, "authority"), another(sqlite_house)
    hand_in(sqlite_house, "serious_listing", *map(serious, range(1, 9)))
    body = csv_of([serious(number) for number in range(20, 49)])
    at = take(first, upload(first, body, feed="serious_listing"), feed="serious_listing")
    person = first if who == "sender" else second

    bare = person.post(f"{at}/refuse", page=at, reason=" ")
    done = person.post(f"{at}/refuse", page=at, reason="测试文件")
    again = person.post(f"{at}/refuse", page=at, reason="测试文件")

    page = text_of(person.get(at))
    assert (bare.status_code, done.status_code, again.status_code) == (400, 303, 409)
    assert error_of(bare, "refuse", "reason") == "请写明理由。"
    assert {"sender": "提交人已撤回：测试文件", "another": "经人工复核退回：测试文件"}[who] in page
    assert [told[1] for told in sqlite_house.acts.told].count("credit_batch_refused") == 1
    assert "暂扣待复核：" not in text_of(person.get(FEEDS_AT))
    assert "提交（将暂扣待复核）" in text_of(upload(first, body, feed="serious_listing"))


def test_whoever_releases_a_batch_sees_what_it_would_end_by_now(sqlite_house: House) -> None:
    house = sqlite_house
    desk, feed = intake_desk(house.services), FEEDS["judgment_default"]
    doubt = Sent(doubt="It is not signed.")

    def hand(numbers: range, sent: Sent = AS_IT_CAME) -> str:
        house.clock.instant += timedelta(hours=1)
        body = csv_of(map(defaulter, numbers))
        keep_file(house.services.settings.effective_files_dir, body)
        batch = take_batch(desk, AUTHORITY, feed, body, door=Door.PUSH, sent=sent)
        return f"/work/credit/batches/{batch.id}"

    hand(range(10))
    longer, shorter = hand(range(20), doubt), hand(range(9), doubt)
    second = another(house)
    assert second.post(f"{longer}/release", page=longer, reason="核实").status_code == 303

    seen = text_of(second.get(shorter))
    stays = second.post(f"{shorter}/release", page=shorter, reason="核实")
    done = second.post(f"{shorter}/release", page=shorter, reason="再次核实")

    assert "按现在的数据将使 11 条记录终止；收到时为 1 条。" in seen
    assert (stays.status_code, done.status_code) == (409, 303)
    assert "这一批仍然暂扣" in text_of(stays)
    assert "将使 11 条记录终止（共 20 条）：是否缺行？" in text_of(stays)
    assert [told[1] for told in house.acts.told].count("credit_batch_released") == 2


def test_a_held_batch_is_released_by_another_with_a_reason_that_is_in_the_ledger(
    house: House,
) -> None:
    first, second = sign_in(house, "authority"), another(house)
    hand_in(house, "serious_listing", *[serious(number) for number in range(1, 9)])
    wrong = serious(99, listed_on="2026-02-30")
    body = csv_of([wrong, *(serious(number) for number in range(20, 49))])

    tried = upload(first, body, feed="serious_listing")
    at = take(first, tried, feed="serious_listing")
    seen = text_of(second.get(at))
    own = first.post(f"{at}/release", page=at, reason="名单没错")
    bare = second.post(f"{at}/release", page=at, reason=" ")
    listed = text_of(second.get(FEEDS_AT))
    done = second.post(f"{at}/release", page=at, reason="已电话核实")

    assert "提交后将暂扣待复核" in text_of(tried)
    assert "暂扣待复核：1 批" in listed
    assert "有 30 行，以往最大的一批只有 8 行。" in listed
    assert (own.status_code, bare.status_code, done.status_code) == (409, 400, 303)
    assert "须由另一人复核" in text_of(own)
    assert "2026-02-30" in seen
    assert error_of(bare, "release", "reason") == "请写明理由。"
    assert "名单没错" not in text_of(second.get(at))
    assert [told for told in house.acts.told if told[1] == "credit_batch_released"] != []
    assert "已接收" in text_of(second.get(at))


def test_who_finds_somebody_else_at_a_batch_is_told_when_to_look_again(
    sqlite_house: House,
) -> None:
    key, parts = another_key(sqlite_house), sqlite_house.services
    second = sign_in(sqlite_house, key=key)
    hand_in(sqlite_house, "penalty", penalty(1))
    body = csv_of([penalty(number) for number in range(20, 49)])
    at = take(sign_in(sqlite_house, "authority"), upload(sign_in(sqlite_house, "authority"), body))
    with reading(parts.engine) as connection:
        held = read_batch(connection, parts.log, UUID(at.rpartition("/")[2]))
    assert claim_batch(intake_desk(parts), held) is not None

    page = second.post(f"{at}/release", page=at, reason="已电话核实")
    answer = sqlite_house.client.post(
        f"/api/v1/credit/batches/{held.id}/release",
        json={"reason": "已电话核实"},
        headers={"Authorization": f"Bearer {key}"},
    )

    assert page.status_code == 409
    assert "这一批正由他人处理，请 15 秒后再看。" in text_of(page)
    assert (answer.status_code, answer.headers.get("Retry-After")) == (503, "15")
    assert [told for told in sqlite_house.acts.told if told[1] == "credit_batch_released"] == []


def test_rows_are_read_again_and_what_still_is_not_understood_stays(sqlite_house: House) -> None:
    authority = sign_in(sqlite_house, "authority")
    at = take(authority, upload(authority, csv_of(DIRTY)))

    again = authority.post(f"{at}/retry", page=at)

    assert again.headers["Location"] == f"{at}?done=nothing"
    assert "这些行仍未能读懂" in text_of(authority.get(again.headers["Location"]))


def test_the_marked_file_holds_the_columns_as_they_came_and_can_be_mended(
    sqlite_house: House,
) -> None:
    authority = sign_in(sqlite_house, "authority")
    at = take(authority, upload(authority, csv_of(DIRTY)))

    book = load_workbook(BytesIO(authority.get(f"{at}/marked.xlsx").data))
    rows: list[tuple[Any, ...]] = list(book["数据"].iter_rows(values_only=True))
    told = [cell.comment.text for line in book["数据"] for cell in line if cell.comment]

    wrong = dict(zip(rows[0], rows[1], strict=True))
    assert wrong["cf_jdrq"] == "2025-09-31"
    assert told == ["日历上没有这一天", "机关类别不明"]
    mended = [dict(zip(rows[0], line, strict=True)) for line in rows[1:]]
    mended[0]["cf_jdrq"], mended[1]["cf_cfjg"] = "2025-09-30", "青岛市农业农村局"
    body = csv_of([{key: text or "" for key, text in row.items()} for row in mended])
    assert "未能读懂的行" not in text_of(upload(authority, body))


def test_the_rows_of_a_batch_are_shown_by_their_reason(sqlite_house: House) -> None:
    authority = sign_in(sqlite_house, "authority")
    at = take(authority, upload(authority, csv_of(DIRTY)))

    page = text_of(authority.get(f"{at}?code=no_such_day"))

    assert "2025-09-31" in page
    assert "某某局" not in page


def test_a_party_and_nobody_else_without_the_right_sees_no_feed(sqlite_house: House) -> None:
    party, auditor = sign_in(sqlite_house), sign_in(sqlite_house, "auditor")

    assert party.get(FEEDS_AT).status_code == 403
    assert auditor.get(FEEDS_AT).status_code == 200
    assert "手工提交一批" not in text_of(auditor.get(PENALTIES))


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_doubt_of_the_intake_is_said_in_the_reader_s_language(
    sqlite_house: House, lang: str
) -> None:
    told = "It has 26 rows; the largest one before had 4."
    headers = {"Accept-Language": lang}

    with (
        sqlite_house.app.test_request_context(headers=headers),
        reading(sqlite_house.services.engine),
    ):
        said = doubt_words(told)
        titles = {code: row() for code, row in CODES.items()}

    assert (said == told) is (lang == "en")
    assert len(set(titles.values())) == len(titles)
