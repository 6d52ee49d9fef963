"""Lists on pages: on a day, as known on a day, what changed and why, whole files; and in public."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest

from tests.credit.samples import defaulter, serious, uscc
from tests.web.credit_world import hand_in
from tests.web.house import House
from tests.web.issuing_world import errors_of, send
from tests.web.signed_in import sign_in, visitor
from tests.web.work_world import text_of

LIST = "/work/credit/lists/serious_violation"
PUBLIC = "/credit/lists/serious_violation"
PERSON = "11010519491231002X"


@pytest.fixture
def told(house: House) -> House:
    """Give a list that four were on, of whom two left it and one is told otherwise."""
    house.clock.instant = datetime(2026, 6, 1, 2, tzinfo=UTC)
    hand_in(
        house,
        "serious_listing",
        serious(1),
        serious(2),
        serious(3, listed_on="2023-06-02"),
        serious(4),
    )
    house.clock.instant += timedelta(days=3)
    hand_in(
        house,
        "serious_listing",
        serious(2, removed_on="2026-06-03", removed_no="青市监移〔2026〕2号", removed_why="已纠正"),
        serious(4, ground="虚假标签"),
        serious(5, listed_on="2026-06-03"),
    )
    return house


def test_a_list_is_read_on_a_day_and_as_it_was_known_on_another(told: House) -> None:
    person = sign_in(told, "authority")

    def listed(query: str) -> list[int]:
        page = text_of(person.get(f"{LIST}?{query}"))
        return [number for number in range(1, 6) if uscc(number) in page]

    assert listed("") == [1, 4, 5]
    assert listed("day=2026-06-01") == [1, 2, 3, 4]
    assert listed("known=2026-06-03") == [1, 2, 4]
    assert listed("day=2026-06-01&known=2026-05-31") == []
    assert listed("q=青岛第4") == [4]
    assert listed(f"q={uscc(1)}") == [1]
    assert person.get(f"{LIST}?day=2026-02-30").status_code == 400
    assert person.get(f"{LIST}?after=x").status_code == 400
    assert person.get("/work/credit/lists/nobodys").status_code == 404


def test_changes_say_who_came_who_left_and_why(told: House) -> None:
    person = sign_in(told, "auditor")

    page = text_of(person.get(f"{LIST}/changes?from=2026-06-01&to=2026-06-04"))
    added, rest = page.split('id="removed"')
    removed, changed = rest.split('id="changed"')

    assert "新列入：1" in added
    assert uscc(5) in added
    assert "不再列入：2" in removed
    assert "由认定单位移出" in removed
    assert "青市监移〔2026〕2号" in removed
    assert "已纠正" in removed
    assert "期限届满" in removed
    assert "未取得食品生产许可从事食品生产</del> → 虚假标签" in changed
    assert person.get(f"{LIST}/changes?from=2026-06-05&to=2026-06-04").status_code == 400


def test_nothing_changed_between_a_day_and_itself(told: House) -> None:
    page = text_of(sign_in(told, "auditor").get(f"{LIST}/changes?from=2026-06-04&to=2026-06-04"))

    assert "新列入：0" in page
    assert "不再列入：0" in page
    assert "内容变更：0" in page


def test_a_file_holds_the_whole_list_in_each_form(told: House) -> None:
    hand_in(told, "serious_listing", serious(6, ground="=1+1"))
    person = sign_in(told, "authority")

    text = person.get(f"{LIST}/file/csv").get_data(as_text=True)
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    book = openpyxl.load_workbook(io.BytesIO(person.get(f"{LIST}/file/xlsx").get_data()))
    answer = person.get(f"{LIST}/file/json?day=2026-06-01&known=2026-06-02")
    told_json = json.loads(answer.get_data())

    assert rows[0][:3] == ["统一社会信用代码", "名称", "事由"]
    assert sorted(row[0] for row in rows[1:]) == sorted(uscc(one) for one in (1, 4, 5, 6))
    assert "'=1+1" in [row[2] for row in rows]
    sheet = [row[:3] for row in book.worksheets[0].iter_rows(values_only=True)]
    assert sorted(str(row[0]) for row in sheet[1:]) == sorted(row[0] for row in rows[1:])
    assert "=1+1" in [row[2] for row in sheet]
    assert sorted(one["uscc"] for one in told_json["listed"]) == sorted(
        uscc(one) for one in (1, 2, 3, 4)
    )
    assert told_json["known_at"].startswith("2026-06-02T23:59:59")
    assert person.get(f"{LIST}/file/exe").status_code == 404


def test_a_public_list_says_its_norm_and_how_one_gets_off_it(told: House) -> None:
    anybody = visitor(told)

    index = text_of(anybody.get("/credit/lists"))
    page = text_of(anybody.get(PUBLIC))

    assert f'href="{PUBLIC}"' in index
    assert "重点关注名单" not in index
    assert [uscc(one) in page for one in range(1, 6)] == [True, False, False, True, True]
    assert "依据《市场监督管理严重违法失信名单管理办法》" in page
    assert "怎样移出" in page
    assert "可以申请提前移出" in page
    assert anybody.get("/credit/lists/key_attention").status_code == 404
    assert anybody.get(f"{PUBLIC}?day=2026-06-01&lang=en").status_code == 200
    assert uscc(2) not in text_of(anybody.get(f"{PUBLIC}?day=2026-06-01"))


def test_a_public_list_is_searched_by_name_or_code(told: House) -> None:
    anybody = visitor(told)

    by_name = text_of(anybody.get(f"{PUBLIC}?q=青岛第4"))
    by_code = text_of(anybody.get(f"{PUBLIC}?q={uscc(1)}"))
    gone = text_of(anybody.get(f"{PUBLIC}?q=青岛第2"))
    astray = text_of(anybody.get(f"{PUBLIC}?after=x"))

    assert (uscc(4) in by_name, uscc(1) in by_name) == (True, False)
    assert "青岛第1食品有限公司" in by_code
    assert "今天不在这个名单上" in gone
    assert uscc(1) in astray


def test_nobody_reads_an_expired_entry_by_asking_for_a_day_that_lies_behind(told: House) -> None:
    path = "/api/v1/credit/lists/serious_violation?day=2026-06-01"

    public = send(told, "GET", path)
    anonymous = told.ask("GET", path)

    assert (public.status_code, errors_of(public)) == (400, ["day"])
    assert anonymous.status_code == 400
    assert len(send(told, "GET", path, role="auditor").get_json()["listed"]) == 4


def test_a_natural_person_is_on_no_list_of_anybody(told: House) -> None:
    person = defaulter(7, type="0", iname="王某某", cardnum=PERSON, age="40")
    hand_in(told, "judgment_default", person, defaulter(8))
    authority = sign_in(told, "authority")

    for path in ("/work/credit/lists/judgment_defaulter", "/credit/lists/judgment_defaulter"):
        page = text_of(authority.get(path))
        assert uscc(8) in page
        assert "王某某" not in page


def test_the_interface_tells_any_list_as_known_and_its_changes(told: House) -> None:
    path = "/api/v1/credit/lists/serious_violation"

    then = send(told, "GET", f"{path}/entries?day=2026-06-01&known=2026-06-02", role="authority")
    now = send(told, "GET", f"{path}/entries?q={uscc(4)}", role="auditor").get_json()
    changes = send(told, "GET", f"{path}/changes?from=2026-06-01", role="authority").get_json()
    wrong = send(told, "GET", f"{path}/changes?from=2026-06-05&to=2026-06-01", role="authority")

    assert len(then.get_json()["listed"]) == 4
    assert [one["entry"]["ground"] for one in now["listed"]] == ["虚假标签"]
    assert [one["uscc"] for one in changes["added"]] == [uscc(5)]
    assert {one["uscc"]: one["why"] for one in changes["removed"]} == {
        uscc(2): "ended",
        uscc(3): "run_out",
    }
    assert [one["changes"] for one in changes["changed"]] == [
        [{"field": "title", "before": "未取得食品生产许可从事食品生产", "after": "虚假标签"}]
    ]
    assert (wrong.status_code, errors_of(wrong)) == (400, ["to"])
    assert send(told, "GET", f"{path}/changes?from=2026-06-01").status_code == 403
    path = "/api/v1/credit/lists/key_attention/entries"
    assert send(told, "GET", path, role="authority").status_code == 200
