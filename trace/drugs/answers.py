"""How findings are said: in plain words and in the codes of public systems.

The rule that must stay true: every finding has exactly one row, and what was not read in a public
list is marked so.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from trace.drugs.model import Refusal, State
from trace.drugs.table import DATA
from typing import Final

from schemas.profiles.yaml_rows import Faults, Rows, read_rows

FILE: Final = DATA / "answers-1.yaml"
TONES: Final = ("good", "warn", "stop")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One finding in words and codes.

    `eu` is the return code of a national verification system; `is_verified` is what DSCSA calls
    verified, `reason` and `info` its verificationFailureReason and additionalInfo, "" for none.
    """

    code: str
    tone: str
    title_zh: str
    title_en: str
    todo_zh: str
    todo_en: str
    eu: str
    is_eu_sourced: bool
    is_verified: bool
    reason: str
    info: str

    def title(self, lang: str) -> str:
        """Return what was found, in a language."""
        return self.title_zh if lang == "zh" else self.title_en

    def todo(self, lang: str) -> str:
        """Return what to do about it, in a language."""
        return self.todo_zh if lang == "zh" else self.todo_en


@cache
def answers() -> Mapping[str, Answer]:
    """Return all findings by code; raises `InvalidInput` with every fault of the file."""
    return read_answers(FILE)


def read_answers(path: Path) -> Mapping[str, Answer]:
    """Return the findings in a file; raises `InvalidInput` with every fault of it."""
    faults = Faults()
    file = read_rows(path, faults)
    found: dict[str, Answer] = {}
    for row, answer in _rows(file):
        if answer.code in found:
            row.fault("code", "duplicate", f"{answer.code!r} has two rows")
        found[answer.code] = answer
    file.done()
    for code in [*State, *Refusal]:
        if code.value not in found:
            file.fault("answers", "missing", f"has no row for {code.value!r}")
    faults.refuse()
    return found


def _rows(file: Rows) -> Iterator[tuple[Rows, Answer]]:
    for row in file.each("answers"):
        yield row, _answer(row, tone=row.text("tone"))
    for row in file.each("refusals"):
        yield row, _answer(row, tone="stop")


def _answer(row: Rows, *, tone: str) -> Answer:
    if tone not in TONES:
        row.fault("tone", "unknown", f"{tone!r} is none of {', '.join(TONES)}")
    answer = Answer(
        code=row.text("code"),
        tone=tone,
        title_zh=row.text("title_zh"),
        title_en=row.text("title_en"),
        todo_zh=row.text("todo_zh", default=""),
        todo_en=row.text("todo_en", default=""),
        eu=row.text("eu"),
        is_eu_sourced=row.flag("eu_verified"),
        is_verified=row.flag("verified"),
        reason=row.text("reason", default=""),
        info=row.text("info", default=""),
    )
    row.done()
    return answer
