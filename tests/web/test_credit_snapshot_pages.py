"""Snapshots on pages: taken by an authority, verified by anybody, told only where law lets."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from urllib.parse import urlsplit

import pytest

from tests.credit.samples import serious, uscc
from tests.web.credit_world import hand_in
from tests.web.epcis_world import seal_now
from tests.web.house import House
from tests.web.signed_in import once_of, sign_in, visitor
from tests.web.work_world import text_of
from web.credit_snapshots import snapshot_link

PUBLIC = "/work/credit/lists/serious_violation/snapshots"
CLOSED = "/work/credit/lists/key_attention/snapshots"


@pytest.fixture
def world(sqlite_house: House) -> House:
    sqlite_house.clock.instant = datetime(2026, 6, 1, 2, tzinfo=UTC)
    hand_in(sqlite_house, "serious_listing", serious(1), serious(2))
    return sqlite_house


def take(house: House, path: str = PUBLIC, **values: str) -> str:
    answer = sign_in(house, "authority").post(path, page=path, **values)
    assert answer.status_code == 303, text_of(answer)
    seal_now(house)
    return answer.headers["Location"].rpartition("=")[2]


def path_of(house: House, number: str, name: str = "") -> str:
    parts = urlsplit(snapshot_link(house.services, number))
    return f"{parts.path}{name}?{parts.query}"


def test_an_authority_takes_a_snapshot_and_an_auditor_reads_it(world: House) -> None:
    number = take(world, day="2026-06-01", known="2026-06-01")
    auditor = sign_in(world, "auditor")

    page = text_of(auditor.get(f"{PUBLIC}?taken={number}"))
    files = [auditor.get(f"/work/credit/snapshots/{number}/list.{kind}") for kind in ("pdf", "csv")]

    assert f"已制作：{number}" in page
    assert "2026-06-01 共 2 条" in page
    assert 'action="/work/credit/lists' not in page
    assert [one.status_code for one in files] == [200, 200]
    assert auditor.get(f"/work/credit/snapshots/{number}/list.exe").status_code == 404


def test_pressed_twice_it_is_one_snapshot_and_wrong_days_are_said(world: House) -> None:
    person = sign_in(world, "authority")
    once = once_of(person.get(PUBLIC))

    first, again = (
        person.post(PUBLIC, page=PUBLIC, once=once).headers["Location"] for _ in range(2)
    )
    future = person.post(PUBLIC, page=PUBLIC, day="2026-06-02")
    wrong = person.post(PUBLIC, page=PUBLIC, known="2026-02-30")

    assert first == again
    assert (future.status_code, wrong.status_code) == (400, 400)
    assert "未来" in text_of(future) or "将来" in text_of(future)
    assert "2026-05-01" in text_of(wrong)


def test_anybody_with_the_code_learns_whether_the_list_changed(world: House) -> None:
    number = take(world)
    anybody = visitor(world)

    fresh = text_of(anybody.get(path_of(world, number)))
    table = anybody.get(path_of(world, number, "/list.csv"))
    hand_in(world, "serious_listing", serious(2, removed_on="2026-06-01", removed_no="移2号"))
    later = text_of(anybody.get(path_of(world, number)))
    closed = anybody.get(path_of(world, number, "/list.csv"))

    assert "真实，且仍为最新" in fresh
    assert uscc(2) in table.get_data(as_text=True)
    assert "真实，但名单已有变化" in later
    assert "list.csv" not in later
    # Whoever left the list since is told to nobody any more.
    assert closed.status_code == 403
    assert uscc(2) not in closed.get_data(as_text=True)


def test_the_lines_of_a_list_that_is_not_public_are_told_to_nobody(world: House) -> None:
    number = take(world, CLOSED)
    anybody = visitor(world)

    page = text_of(anybody.get(path_of(world, number)))

    assert "真实" in page
    assert "本名单依法不公开" in page
    assert anybody.get(path_of(world, number, "/list.json")).status_code == 403
    assert anybody.get(f"/work/credit/snapshots/{number}/list.json").status_code == 303
    assert sign_in(world).get(f"/work/credit/snapshots/{number}/list.json").status_code == 403


def test_without_the_code_nothing_is_told_of_a_snapshot(world: House) -> None:
    number = take(world)
    anybody = visitor(world)

    codes = [
        anybody.get(path).status_code
        for path in (
            f"/credit/snapshots/{number}",
            f"/credit/snapshots/{number}?code=0000000000",
            f"/credit/snapshots/{number}/list.csv?code=0000000000",
            f"/credit/reports/{number}?{urlsplit(path_of(world, number)).query}",
        )
    ]
    typed = anybody.get(f"/credit/reports?number={number}&{urlsplit(path_of(world, number)).query}")

    wrong = text_of(anybody.get(f"/credit/snapshots/{number}?code=0000000000"))

    assert codes == [404] * 4
    assert "没有这一编号和核验码的名单快照" in wrong
    assert typed.headers["Location"] == path_of(world, number)


def test_a_file_is_compared_on_the_page_of_a_snapshot(world: House) -> None:
    number = take(world)
    world.clock.instant += timedelta(days=1)
    person = sign_in(world, "authority")
    table = person.get(f"/work/credit/snapshots/{number}/list.csv").data

    def compared(body: bytes) -> str:
        sent = {"file": (BytesIO(body), "list")}
        return text_of(visitor(world).client.post(path_of(world, number), data=sent))

    assert "CSV 与制作的原件逐字节一致" in compared(table)
    assert "不是出具的那份文件" in compared(table.replace(b"1", b"2", 1))
    assert "请选择快照文件" in compared(b"")
