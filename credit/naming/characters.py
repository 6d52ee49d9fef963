"""One spelling for a name: half-width, simplified, without blanks, numbers as digits.

The rule that must stay true: nothing is left out that tells two parties apart; a blank or a mark
between two characters does not.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).parent
MASK: Final = "*"
# What is no part of a name wherever it stands: blanks, dots, quotes, dashes, slashes.
_NOTHING: Final = re.compile(r"[\s·・.,,。、'\"“”‘’《》<>\-—–_~～/\\|:;；：!?]+")
_BRACKETS: Final = str.maketrans("[]{}〔〕【】〈〉「」『』", "()()()()()()()")
# NFKC leaves the small and the full-width star, the cross and the white circle that hide one.
_MASKS: Final = str.maketrans(dict.fromkeys("＊×╳※○□■●✱✳﹡", MASK))
_BANKING: Final = str.maketrans("壹贰叁肆伍陆柒捌玖拾零〇", "一二三四五六七八九十00")
_DIGITS: Final = {char: number for number, char in enumerate("0一二三四五六七八九")}
_ORDINAL: Final = re.compile(r"第([0一二三四五六七八九十]+)")
_TEN: Final = 10


def plain(text: str, traditional: Mapping[int, str]) -> str:
    """Return a name as all its spellings have in common; "" where nothing is left of it."""
    found = unicodedata.normalize("NFKC", text.translate(_MASKS)).translate(_BRACKETS)
    found = _NOTHING.sub("", found).translate(traditional).upper()
    return _ORDINAL.sub(lambda match: f"第{number_of(match[1])}", found)


def number_of(text: str) -> str:
    """Return a small number in Chinese as digits; what is no number stays as it is."""
    told = text.translate(_BANKING)
    if not told or any(char not in _DIGITS and char != "十" for char in told):
        return text
    if "十" not in told:
        return "".join(str(_DIGITS[char]) for char in told)
    tens, _, ones = told.partition("十")
    if len(tens) > 1 or len(ones) > 1:
        return text
    return str((_DIGITS[tens] if tens else 1) * _TEN + (_DIGITS[ones] if ones else 0))


def is_one_slip(told: str, known: str) -> bool:
    """Return whether one character was changed, left out, added, or swapped with the next."""
    if told == known or abs(len(told) - len(known)) > 1:
        return False
    same = 0
    while same < min(len(told), len(known)) and told[same] == known[same]:
        same += 1
    one, other = told[same:], known[same:]
    if len(one) != len(other):
        longer, shorter = (one, other) if len(one) > len(other) else (other, one)
        return longer[1:] == shorter
    swapped = one[1::-1] + one[2:]
    return one[1:] == other[1:] or swapped == other


@cache
def read_characters(file_name: str) -> Mapping[int, str]:
    """Return traditional and variant characters of a file with the simplified one."""
    lines = (_FOLDER / file_name).read_text("utf-8").splitlines()
    pairs = [pair for line in lines if not line.startswith("#") for pair in line.split()]
    found = {ord(pair[0]): pair[1] for pair in pairs}
    if len(found) != len(pairs) or any(len(pair) != len("繁简") for pair in pairs):
        raise ValueError(f"{file_name}: a pair is two characters, and stands once")
    return found
