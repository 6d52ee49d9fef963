"""No refusal of any room reaches somebody who reads Chinese in English."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from trace.refusal_rows import ROWS
from trace.refusal_words import WORDS, zh_of

import pytest

from base.errors import Problem
from base.strict_json import JsonObject
from codes.words_zh import RULES_ZH
from credit.refusal_words import sentence_zh
from schemas.epcis import shape_problems

ROOT = Path(__file__).parents[2]
# What the command line alone says is English; a ledger's reader checks files and is a program.
ROOMS = ("base", "codes", "schemas/epcis", "ledger", "parties", "trace", "credit", "web")
FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
# Whoever is refused here reads why, and not only that.
SAID = ("credit/applying", "credit/cases")
# What is wrong with a field is said with what would be right, and not by its code alone.
FIELDS = (
    "credit/warning/acting.py",
    "credit/inspecting/results.py",
    "credit/inspecting/committing.py",
    "credit/watching/keeping.py",
    "credit/scoring/what_if.py",
    "web/credit.py",
    "web/credit_cases.py",
    "web/credit_grades.py",
)
ERRORS = frozenset({"InvalidInput", "Conflict", "NotFound", "Forbidden"})
WORD = re.compile(r"[a-z0-9_]*")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if isinstance(node.func, ast.Name):
            yield node.func.id, node
        elif isinstance(node.func, ast.Attribute):
            yield node.func.attr, node


def _given(call: ast.Call, name: str, place: int | None = None) -> ast.expr | None:
    for word in call.keywords:
        if word.arg == name:
            return word.value
    return call.args[place] if place is not None and place < len(call.args) else None


def _makers(tree: ast.AST) -> dict[str, tuple[str, int | None]]:
    """Return the helpers that make a problem of a code they are given, and which argument it is."""
    found: dict[str, tuple[str, int | None]] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef):
            continue
        names = [one.arg for one in (*node.args.posonlyargs, *node.args.args) if one.arg != "self"]
        for name, call in _calls(node):
            code = _given(call, "code")
            if name != "Problem" or _given(call, "message_zh") is not None:
                continue
            if isinstance(code, ast.Name):
                place = names.index(code.id) if code.id in names else None
                found[node.name] = (code.id, place)
    return found


def _codes(path: Path) -> set[str]:
    """Return the codes that a module gives to problems without Chinese words of their own."""
    tree = ast.parse(path.read_text("utf-8"))
    makers = _makers(tree)
    found: set[str] = set()
    for name, call in _calls(tree):
        if name == "Problem" and _given(call, "message_zh") is None:
            code = _given(call, "code")
        elif name in makers:
            code = _given(call, *makers[name])
        else:
            continue
        branches = (code.body, code.orelse) if isinstance(code, ast.IfExp) else (code,)
        for one in branches:
            if isinstance(one, ast.Constant) and WORD.fullmatch(str(one.value)):
                found.add(str(one.value))
    return found


def test_the_rooms_refuse_by_more_than_seventy_words() -> None:
    assert len({code for path in FILES for code in _codes(path)}) > 70


def test_every_word_that_a_room_refuses_by_has_a_chinese_sentence() -> None:
    lacking = {
        f"{path.relative_to(ROOT)}: {code}"
        for path in FILES
        for code in _codes(path)
        if code not in WORDS and code not in ROWS and code not in RULES_ZH
    }

    assert sorted(lacking) == []


def _sentence(message: ast.expr) -> str | None:
    """Return the sentence of a refusal with a word in each place that differs."""
    if isinstance(message, ast.Constant):
        return str(message.value)
    if isinstance(message, ast.JoinedStr):
        parts = (one.value if isinstance(one, ast.Constant) else "x" for one in message.values)
        return "".join(map(str, parts))
    return None


@pytest.mark.parametrize(
    "room", sorted(path.name for path in (ROOT / "credit").iterdir() if path.name[0] != "_")
)
def test_what_credit_refuses_as_a_whole_is_said_in_chinese(room: str) -> None:
    # Whoever loads people does so at the console, which is English.
    files = [] if room == "persons" else sorted((ROOT / "credit" / room).rglob("*.py"))
    if room.endswith(".py"):
        files = [ROOT / "credit" / room]

    unsaid = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for path in files
        for name, call in _calls(ast.parse(path.read_text("utf-8")))
        if name in ERRORS and _given(call, "problems") is None
        if not sentence_zh(_sentence(call.args[0]) or "")
    ]

    assert unsaid == []


@pytest.mark.parametrize(
    "path",
    sorted(path for room in SAID for path in (ROOT / room).glob("*.py")),
    ids=lambda p: p.stem,
)
def test_no_refusal_of_these_rooms_is_an_english_sentence_alone(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))

    unsaid = [
        call.lineno
        for name, call in _calls(tree)
        if name in ERRORS and _given(call, "problems") is None
    ]

    assert unsaid == []


@pytest.mark.parametrize("name", FIELDS)
def test_what_these_modules_refuse_by_a_field_has_a_sentence_of_its_own(name: str) -> None:
    tree = ast.parse((ROOT / name).read_text("utf-8"))
    said = [
        _sentence(call.args[-1])
        for maker, call in _calls(tree)
        if maker in {"_refusal", "_problem", "_unknown"} and call.args
    ]

    assert said
    assert [one for one in said if one and not CHINESE.search(sentence_zh(one))] == []


@pytest.mark.parametrize(
    "code", ["", "json_syntax", "future", "check_digit", "range", "implausible"]
)
def test_a_refusal_is_said_in_chinese(code: str) -> None:
    said = zh_of(Problem(path="a", code=code, message="is wrong"))

    assert CHINESE.search(said)
    assert re.search(r"[a-z]{4,}", said) is None


def test_no_row_is_in_english() -> None:
    assert [code for code, said in ROWS.items() if CHINESE.search(said) is None] == []


def test_a_negative_quantity_is_refused_in_both_languages_with_its_bound() -> None:
    event: JsonObject = {
        "type": "ObjectEvent",
        "action": "OBSERVE",
        "eventTime": "2026-07-22T06:45:00+08:00",
        "eventTimeZoneOffset": "+08:00",
        "quantityList": [{"epcClass": "https://id.gs1.org/01/06979990971017/10/L", "quantity": -1}],
    }

    (problem,) = shape_problems(event, path=(), problems_max=5)

    assert (problem.path, problem.message) == ("quantityList[0].quantity", "must be 0 or more")
    assert zh_of(problem) == "不能小于 0。"


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("There is no batch with that id.", "没有这一批数据。"),
        (
            "A newer whole list came on 2026-11-20: this one would roll it back.",
            "2026-11-20已收到更新的全量名单，放行这一批会把它退回去。",
        ),
        ("There is no batch with that id. Or is there.", ""),
        ("", ""),
    ],
)
def test_a_sentence_is_said_in_chinese_with_what_differs_in_it(message: str, said: str) -> None:
    assert sentence_zh(message) == said
