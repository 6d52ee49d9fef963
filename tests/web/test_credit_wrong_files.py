"""A file that is none of its feed is one refusal beside its field, in the language of the page."""

import ast
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest

from credit.quality_words import CODES_ZH
from tests.credit.samples import csv_of, penalty, serious
from tests.web.house import House
from tests.web.signed_in import sign_in
from tests.web.work_world import error_of, text_of
from web.pages.credit.feed_words import CODES
from web.pages.credit.sheet_words import SENTENCES

SHEETS = Path(__file__).parents[2] / "trace" / "sheets"
CHINESE = re.compile(r"[\u4e00-\u9fff]")
PENALTIES = "/work/credit/feeds/penalty"


def _zip(name: str, body: bytes) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as archive:
        archive.writestr(name, body)
    return out.getvalue()


FILES = {
    "a mark of bytes alone": (b"\xef\xbb\xbf", "表中没有内容。"),
    "headers alone": (csv_of([penalty(1)]).splitlines()[0] + b"\r\n", "A3：表头下面没有数据行。"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "这既不是工作簿（.xlsx），也不是列表（.csv）。"),
    "no workbook": (_zip("a.txt", b"x"), "这不是工作簿，请另存为 .xlsx 或 .csv。"),
    "a torn workbook": (_zip("a.txt", b"x")[:-9], "文件已损坏，请重新另存为 .xlsx。"),
    "UTF-16": (
        csv_of([penalty(1)], "utf-16"),
        "这既不是工作簿（.xlsx），也不是列表（.csv）。",
    ),
    "another feed": (
        csv_of([serious(1)]),
        "这不是本类数据的文件，各列属于另一类数据（serious_listing, 严重违法失信名单）。",
    ),
    "semicolons": (
        b"cf_xdr_mc;cf_wsh\r\na;b\r\n",
        "列与列之间应以逗号分隔，而不是 ;：cf_xdr_mc, cf_wsh。",
    ),
    "nobody's columns": (
        b"a,b,c,d\r\n1,2,3,4\r\n",
        "首行没有本类数据的任何一列：应有 cf_xdr_mc, cf_xdr_lb, cf_wsh 等列。",
    ),
    "nobody's keys": (
        b'{"a":"1"}\n',
        "首行没有本类数据的任何一列：应有 cf_xdr_mc, cf_xdr_lb, cf_wsh 等列。",
    ),
}


def test_a_file_that_is_no_batch_is_refused_in_chinese_and_not_offered(
    sqlite_house: House,
) -> None:
    authority = sign_in(sqlite_house, "authority")

    answers = {
        name: authority.post(PENALTIES, page=PENALTIES, file=(BytesIO(body), "第一批.csv"))
        for name, (body, _) in FILES.items()
    }

    told = {name: error_of(answer, "upload", "file") for name, answer in answers.items()}
    assert told == {name: said for name, (_, said) in FILES.items()}
    assert {answer.status_code for answer in answers.values()} == {400}
    assert all('name="sha256"' not in text_of(answer) for answer in answers.values())


def test_the_report_for_the_sender_says_why_in_the_words_of_the_pages(
    sqlite_house: House,
) -> None:
    with sqlite_house.app.test_request_context(headers={"Accept-Language": "zh-CN"}):
        told = {code: words() for code, words in CODES.items()}

    assert told == dict(CODES_ZH)


def _sentences() -> Iterator[str]:
    """Yield every English sentence that a reader of sheets refuses a file with."""
    for path in sorted(SHEETS.glob("*.py")):
        if path.stem not in {"reading", "listing", "workbook", "archive", "extent", "grid"}:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Words":
                (told,) = [one.value for one in node.keywords if one.arg == "en"]
                yield _text(told)


def _text(told: ast.expr) -> str:
    parts = told.values if isinstance(told, ast.JoinedStr) else [told]
    return "".join(str(one.value) if isinstance(one, ast.Constant) else "7" for one in parts)


@pytest.mark.parametrize("sentence", sorted(set(_sentences())))
def test_every_refusal_of_a_sheet_has_chinese_words(sentence: str) -> None:
    found = [zh for pattern, zh in SENTENCES if re.fullmatch(pattern, sentence)]

    assert len(found) == 1
    assert CHINESE.search(found[0])
