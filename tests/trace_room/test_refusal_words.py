"""Everything that the door or a sheet refuses is said in Chinese as well."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from trace.events.rules import RULES
from trace.profiling import ADVICE
from trace.refusal_words import WORDS, zh_of
from typing import TypeGuard

import pytest

from base import errors
from base.errors import AppError, Problem
from schemas.epcis import refusals
from schemas.profiles.findings import MESSAGES

ROOT = Path(__file__).parents[2]
DOOR = (
    "schemas/epcis/context.py",
    "schemas/epcis/document.py",
    "schemas/epcis/refusals.py",
    "trace/capture.py",
    "trace/index.py",
    "ledger/idempotency.py",
)
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _literal_codes(path: str) -> Iterator[str]:
    """Yield the codes that a module gives to problems in plain sight."""
    for node in ast.walk(ast.parse((ROOT / path).read_text("utf-8"))):
        if _is_call(node, "Problem"):
            for word in node.keywords:
                if word.arg == "code" and isinstance(word.value, ast.Constant):
                    yield str(word.value.value)


def _is_call(node: ast.AST, *names: str) -> TypeGuard[ast.Call]:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
        return False
    return node.func.id in names


def _codes() -> set[str]:
    found = {rule.code for rule in RULES}
    found |= {code for code, _ in refusals._PATTERN_WORDS.values()}
    found |= {code for code, _ in refusals._LIMIT_WORDS.values()}
    found |= {"type", "choice"}
    found |= {code for path in DOOR for code in _literal_codes(path)}
    found |= {f"kde_{code}" for code in MESSAGES} | {f"{ADVICE}kde_{code}" for code in MESSAGES}
    found |= {f"{ADVICE}no_profile"}
    kinds = (one for one in vars(errors).values() if isinstance(one, type))
    own = {one.code for one in kinds if issubclass(one, AppError)}
    return found | own - {AppError.code, errors.ConfigurationError.code}


def test_the_door_says_more_than_forty_things() -> None:
    assert len(_codes()) > 40


def test_every_code_of_the_door_has_its_chinese_sentence() -> None:
    assert sorted(_codes() - set(WORDS)) == []
    assert [code for code, text in WORDS.items() if CHINESE.search(text) is None] == []


def test_words_of_whoever_refuses_come_before_the_row_of_the_code() -> None:
    own = Problem(path="A1", code="empty", message="is empty", message_zh="表中没有内容。")

    assert zh_of(own) == "表中没有内容。"
    assert zh_of(Problem(path="A1", code="empty", message="is empty")) == WORDS["empty"]


def test_a_list_with_an_entry_twice_is_no_event_recorded_twice() -> None:
    message = refusals._LIMIT_WORDS["uniqueItems"][1]

    twice = zh_of(Problem(path="epcList", code="duplicate", message=message))

    assert twice != WORDS["duplicate"]


def test_a_code_without_a_row_is_shown_as_itself() -> None:
    assert "no_such_code" in zh_of(Problem(path="", code="no_such_code", message="is odd"))


@pytest.mark.parametrize("path", sorted((ROOT / "trace/sheets").glob("*.py")), ids=lambda p: p.stem)
def test_no_refusal_of_a_sheet_is_without_its_chinese_words(path: Path) -> None:
    told = [
        node
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if _is_call(node, "Problem", "CellFault")
    ]

    words = [{word.arg for word in node.keywords} for node in told]

    # One is made of an error of the application, whose code has a row above.
    made_of_an_error = 1 if path.stem == "capturing" else 0
    assert sum("message_zh" not in names for names in words) == made_of_an_error
