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
from schemas.epcis import shape_problems

ROOT = Path(__file__).parents[2]
# What the command line alone says is English; a ledger's reader checks files and is a program.
ROOMS = ("base", "codes", "schemas/epcis", "ledger", "parties", "trace", "credit", "web")
FILES = sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
# Whoever is refused here reads why, and not only that.
SAID = ("credit/applying", "credit/cases")
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


@pytest.mark.parametrize(
    "path",
    sorted(path for room in SAID for path in (ROOT / room).glob("*.py")),
    ids=lambda p: p.stem,
)
def test_no_refusal_of_these_rooms_is_an_english_sentence_alone(path: Path) -> None:
    tree = ast.parse(path.read_text("utf-8"))
    errors = {"InvalidInput", "Conflict", "NotFound", "Forbidden"}

    unsaid = [
        call.lineno
        for name, call in _calls(tree)
        if name in errors and _given(call, "problems") is None
    ]

    assert unsaid == []


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
