"""Every rule and every warning of a scheme has its sentence in Chinese."""

import re
from pathlib import Path

import codes
from codes.words_zh import RULES_ZH, WARNINGS_ZH

ROOM = Path(str(codes.__file__)).parent
# What is drawn and printed is refused by other rules, which no written code breaks.
NOT_READING = {"labels", "qr.py"}


def words_of(pattern: str) -> set[str]:
    found: set[str] = set()
    for path in sorted(ROOM.rglob("*.py")):
        if NOT_READING.isdisjoint(path.relative_to(ROOM).parts):
            found |= set(re.findall(pattern, path.read_text("utf-8")))
    return found


def test_every_rule_of_the_source_has_a_sentence() -> None:
    rules = words_of(r'(?:CodeError|_refuse)\(\s*"([a-z0-9_]+)"')

    assert len(rules) > 60
    assert rules <= set(RULES_ZH)


def test_every_warning_of_the_source_has_a_sentence() -> None:
    assert words_of(r'CodeWarning\(\s*code="([a-z0-9_]+)"') == set(WARNINGS_ZH)


def test_the_sentences_are_chinese_and_end_as_such() -> None:
    for sentence in (*RULES_ZH.values(), *WARNINGS_ZH.values()):
        assert sentence.endswith("。")
        assert re.search("[\u4e00-\u9fff]", sentence)
