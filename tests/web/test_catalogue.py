"""The catalogue of Chinese words: a sentence stands in it once, so that it means one thing."""

import re
from collections import Counter
from pathlib import Path

import web

PO = Path(web.__file__).parent / "translations" / "zh_CN" / "LC_MESSAGES" / "messages.po"


def test_no_sentence_stands_twice_with_another_meaning() -> None:
    # Of two rows of one id one is silently not read, whatever it meant.
    text = PO.read_text(encoding="utf-8")
    ids = Counter(re.findall(r"^msgid ((?:\".*\"\n)+)", text, re.MULTILINE))

    assert [one for one, count in ids.items() if count > 1] == []
