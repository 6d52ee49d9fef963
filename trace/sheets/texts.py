"""Text that goes into a cell, so that no spreadsheet ever takes it for a formula.

The rule that must stay true: what was written for CSV and read again is the same text. A workbook
says the type of a cell; a CSV does not, so there a mark of text goes before what looks like one.
"""

import re
from typing import Final

# Spreadsheets of East Asia take the wide signs for the same ones.
_SIGNS: Final = r"[=+\-@\t\r＝＋－＠]"
_LOOKS_LIKE_FORMULA: Final = re.compile(rf"'*{_SIGNS}")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_MARKED: Final = re.compile(rf"'+{_SIGNS}")
_MARK: Final = "'"


def safe_text(text: str) -> str:
    """Return the text as a CSV may hold it (OWASP, CSV injection); a number stays a number."""
    if _LOOKS_LIKE_FORMULA.match(text) and _NUMBER.fullmatch(text) is None:
        return _MARK + text
    return text


def meant_text(text: str) -> str:
    """Return what `safe_text` was given."""
    return text[1:] if _MARKED.match(text) else text
