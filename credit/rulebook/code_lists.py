"""The code lists that facts are told in, read from `code_lists.yaml`.

The rule that must stay true: a word that no row has is unknown; it is never taken for "other".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from credit.rulebook.model import Regime
from schemas.profiles.yaml_rows import Faults, Rows, read_rows

_FILE: Final = Path(__file__).with_name("code_lists.yaml")


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One code, its words, and the words of feeds that mean it."""

    id: str
    zh: str
    en: str
    names: tuple[str, ...]
    regime: Regime | None = None


class CodeList:
    """Codes by id and by the words that mean them."""

    def __init__(self, codes: Iterable[Code]) -> None:
        self.codes: Mapping[str, Code] = MappingProxyType({code.id: code for code in codes})
        self._by_name = {name: code for code in self.codes.values() for name in code.names}

    def of_word(self, word: str) -> Code | None:
        """Return the code that a word means exactly: its id or one of its names."""
        return self.codes.get(word) or self._by_name.get(word)

    def of_title(self, title: str) -> Code | None:
        """Return the code whose longest name the title of an authority holds, None where none."""
        held = [name for name in self._by_name if name in title]
        return self._by_name[max(held, key=len)] if held else None


class CodeLists:
    """All code lists by name."""

    def __init__(self, lists: Mapping[str, CodeList]) -> None:
        self.lists: Mapping[str, CodeList] = MappingProxyType(dict(lists))

    def named(self, name: str) -> CodeList:
        """Return a code list; raises `KeyError` where there is none."""
        return self.lists[name]

    @property
    def penalties(self) -> CodeList:
        """Return the kinds of penalties."""
        return self.lists["penalties"]

    @property
    def procedures(self) -> CodeList:
        """Return the procedures of penalties."""
        return self.lists["procedures"]

    @property
    def fields(self) -> CodeList:
        """Return the fields of supervision."""
        return self.lists["fields"]

    @property
    def authorities(self) -> CodeList:
        """Return the kinds of authorities."""
        return self.lists["authorities"]


@cache
def code_lists() -> CodeLists:
    """Return the code lists; raises `InvalidInput` with the line of what is wrong."""
    faults = Faults()
    file = read_rows(_FILE, faults)
    found = CodeLists({name: _list(file, name) for name in file.names()})
    faults.refuse()
    return found


def _list(file: Rows, key: str) -> CodeList:
    codes = [_code(rows) for rows in file.each(key)]
    seen: set[str] = set()
    for code in codes:
        for name in (code.id, *code.names):
            if name in seen:
                file.fault(key, "duplicate", f"{name} means two codes")
            seen.add(name)
    return CodeList(codes)


def _code(rows: Rows) -> Code:
    regime = rows.text("regime", default="")
    if regime and regime not in set(Regime):
        rows.fault("regime", "word", f"{regime} is no regime")
        regime = ""
    code = Code(
        id=rows.text("id"),
        zh=rows.text("zh"),
        en=rows.text("en"),
        names=rows.texts("names"),
        regime=Regime(regime) if regime else None,
    )
    rows.done()
    return code
