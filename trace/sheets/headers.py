"""What stands above the columns of a template, and which column a header means.

The rule that must stay true: no two columns of a sheet have the same header, and a header of either
language means the same column, so that a sheet may be filled in whichever its reader prefers.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Final

from schemas.profiles.columns import Column, Sheet
from schemas.profiles.model import Words

LANGUAGES: Final = ("zh", "en")

_SIDES: Final = (
    ("input", Words(zh="投入·", en="input: ")),
    ("output", Words(zh="产出·", en="output: ")),
)


def said(words: Words, lang: str) -> str:
    """Return what is said in a language."""
    return words.zh if lang == "zh" else words.en


def headers_of(sheet: Sheet, lang: str) -> dict[str, str]:
    """Return the header of each column by its key, in the sheet's order."""
    counts = Counter(said(column.header, lang) for column in sheet.columns)
    found: dict[str, str] = {}
    taken: set[str] = set()
    for column in sheet.columns:
        header = said(column.header, lang)
        if counts[header] > 1:
            header = _side(column, lang) + header
        if header in taken:
            header = f"{header} ({column.key})"
        taken.add(header)
        found[column.key] = header
    return found


def keys_of(sheet: Sheet) -> Mapping[str, str]:
    """Return the keys of the columns by their headers of both languages, and by themselves."""
    found = {column.key: column.key for column in sheet.columns}
    for lang in LANGUAGES:
        found.update({header: key for key, header in headers_of(sheet, lang).items()})
    return found


def _side(column: Column, lang: str) -> str:
    for start, words in _SIDES:
        if column.key.startswith(start):
            return said(words, lang)
    return ""
