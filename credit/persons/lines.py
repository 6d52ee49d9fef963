"""Reads lines of a file of people: a number and the day its bearer is of age, or what is wrong.

The rule that must stay true: a number is taken only where its structure, its day of birth and its
check fit (GB 11643-1999), whatever spelling it came in; no message and no fault holds any of it.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from base.errors import InvalidInput
from codes.cn.persons import is_id_number
from credit.feeds.persons import of_age_on
from credit.feeds.values import clean, is_masked
from schemas.profiles.yaml_rows import Faults, read_rows

_PATH: Final = Path(__file__).with_name("persons.yaml")
_BODY_CHARS: Final = 17
_OLD_CHARS: Final = 15
# ISO/IEC 7064 MOD 11-2: the weight of each of the 17 places, and the check for a sum modulo 11.
_WEIGHTS: Final = tuple(pow(2, 17 - place, 11) for place in range(_BODY_CHARS))
_CHECKS: Final = b"10X98765432"
_UNREADABLE: Final = "?"

Person = tuple[bytes, date]
"""A number of 18 characters and the day on which its bearer is of age."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a file of people may hold, as `persons.yaml` says it."""

    number: frozenset[str]
    let_go: frozenset[str]
    rows_max: int
    line_bytes_max: int
    quarantined_max_percent: int
    judged_from_rows: int


@cache
def form() -> Form:
    """Return the form of files; raises `InvalidInput` where `persons.yaml` is wrong."""
    faults = Faults()
    rows = read_rows(_PATH, faults)
    found = Form(
        number=frozenset(rows.texts("number")),
        let_go=frozenset(rows.texts("let_go")),
        rows_max=rows.whole("rows_max") or 0,
        line_bytes_max=rows.whole("line_bytes_max") or 0,
        quarantined_max_percent=rows.whole("quarantined_max_percent") or 0,
        judged_from_rows=rows.whole("judged_from_rows") or 0,
    )
    rows.done()
    faults.refuse()
    return found


def column_of(header: bytes) -> int:
    """Return which column holds the number; raises `InvalidInput` for a column nobody named."""
    names = [one.strip() for one in _cells(header)]
    unknown = [one for one in names if one not in form().number | form().let_go]
    if unknown:
        raise InvalidInput(f"{unknown[0][:64]} is no column of a file of people.")
    found = [at for at, one in enumerate(names) if one in form().number]
    if len(found) != 1:
        raise InvalidInput("One column has to hold the numbers; its name is 公民身份号码.")
    return found[0]


@dataclass(slots=True, kw_only=True)
class LineReader:
    """Reads lines whose number stands in one column. `today`: whoever is born later is nobody."""

    column: int
    today: date
    _places: dict[bytes, int] = field(default_factory=dict)
    _births: dict[bytes, tuple[int, date]] = field(default_factory=dict)
    _tails: dict[bytes, int] = field(
        default_factory=lambda: {b"%03d" % one: _sum(b"%03d" % one, 14) for one in range(1000)}
    )

    def read(
        self, lines: Sequence[bytes], first_row: int
    ) -> tuple[list[Person], list[tuple[int, str]]]:
        """Return the people of some lines, and (row number, code) of what is not understood."""
        people: list[Person] = []
        faults: list[tuple[int, str]] = []
        column, places, births, tails = self.column, self._places, self._births, self._tails
        take, fault = people.append, faults.append
        for row, line in enumerate(lines, start=first_row):
            cells = line.rstrip().split(b",")
            number = cells[column] if column < len(cells) else b""
            try:
                if b'"' in line:
                    raise KeyError  # A comma inside of quotes parts no cells.
                birth = births[number[6:14]]
                total = places[number[:6]] + birth[0] + tails[number[14:17]]
                if number[17:] == _CHECKS[total % 11 : total % 11 + 1]:
                    take((number, birth[1]))
                    continue
            except KeyError:
                pass  # A county or a day that is met for the first time, or a number with dirt.
            found = self._slowly(line)
            if isinstance(found, str):
                fault((row, found))
            else:
                take(found)
        return people, faults

    def _slowly(self, line: bytes) -> Person | str:
        """Read a line cell by cell; return the code of its fault where it holds nobody."""
        text = self._cell(line)
        if text is None:
            return "missing"
        number = text.upper()
        if not is_id_number(number):
            return _fault_of(number)
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
        if born > self.today:
            return "not_born"
        told = number.encode()
        adult_on = of_age_on(born)
        self._places[told[:6]] = _sum(told[:6], 0)
        self._births[told[6:14]] = (_sum(told[6:14], 6), adult_on)
        return told, adult_on

    def _cell(self, line: bytes) -> str | None:
        """Return the cell of a number, or of whatever stands there; None where it is empty."""
        try:
            cells = _cells(line[: form().line_bytes_max])
        except InvalidInput:
            return _UNREADABLE
        return clean(cells[self.column] if self.column < len(cells) else "")


def _fault_of(text: str) -> str:
    """Return what is wrong with something that is no number."""
    if is_masked(text):
        return "masked_number"
    is_old = len(text) == _OLD_CHARS and text.isascii() and text.isdigit()
    return "old_number" if is_old else "bad_person_number"


def _sum(digits: bytes, start: int) -> int:
    weights = _WEIGHTS[start : start + len(digits)]
    return sum((digit - 48) * weight for digit, weight in zip(digits, weights, strict=True))


def _cells(line: bytes) -> list[str]:
    """Return the cells of a line: UTF-8, else GB18030; raises `InvalidInput` for anything else."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = line.decode(encoding)
            return list(next(csv.reader([text.rstrip("\r\n")], strict=True), []))
        except UnicodeDecodeError:
            continue
        except csv.Error:
            break
    raise InvalidInput("A line is neither UTF-8 nor GB18030, or a quote in it is never closed.")
