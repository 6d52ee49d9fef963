"""A filled-in sheet as text: the header and the rows that hold anything, with their numbers.

The rule that must stay true: a cell is text as its sender sees it; nothing was evaluated.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from base.errors import InvalidInput, Problem
from schemas.profiles.model import Words

XLSX, CSV = "xlsx", "csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRow:
    """One row; `number` is the one at its left edge, from 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A sheet; `suffix` says what it came as. Its rows are read once, as they are asked for."""

    suffix: str
    header: tuple[str, ...]
    rows: Iterator[GridRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class GridLimits:
    """What one sheet may hold."""

    rows_max: int
    bytes_max: int
    unzipped_bytes_max: int
    columns_max: int = 200
    cell_chars_max: int = 8_000


def refuse(path: str, code: str, words: Words) -> NoReturn:
    """Raise the refusal of a whole file; `path` is a cell such as B7, or empty."""
    problem = Problem(path=path, code=code, message=words.en, message_zh=words.zh)
    raise InvalidInput(f"{path}: {words.en}" if path else words.en, problems=(problem,))


def too_wide(limits: GridLimits) -> Words:
    """Return what is said of a sheet with too many columns."""
    most = limits.columns_max
    return Words(zh=f"一张表最多 {most} 列。", en=f"A sheet has at most {most} columns.")


def letters(at: int) -> str:
    """Return the letters of a column, `at` counted from 0."""
    text, rest = "", at + 1
    while rest:
        rest, digit = divmod(rest - 1, 26)
        text = chr(ord("A") + digit) + text
    return text


def cell_name(row: int, at: int) -> str:
    """Return the name of a cell: its row as people count, its column from 0."""
    return f"{letters(at)}{row}"
