"""Dirt as it was seen in real feeds: what is done to a clean row, and what is answered.

The rule that must stay true: each kind of dirt has an answer: the quality code by which the row is
told and kept back, or none where nothing was meant by it and the row is understood as it is.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from credit.feeds.model import Feed, Field, FieldKind
from credit.feeds.persons import told_header
from credit.feeds.sampling.parties import uscc_of

Row: TypeAlias = dict[str, str]
"""Cells by the feed's own names of its fields."""

Soil: TypeAlias = Callable[[Row], Row]
"""Makes a row dirty; the clean one stays as it is."""

_A_USCC: Final = uscc_of(10)
UNKNOWN_COLUMN: Final = "内部备注列"


@dataclass(frozen=True, slots=True, kw_only=True)
class Dirt:
    """One kind of dirt. Its answer is `code` at the field `path`; "" where it is understood."""

    name: str
    path: str
    code: str
    soil: Soil


def put(name: str, path: str, code: str, *, told: str = "", **cells: str) -> Dirt:
    """Return the dirt of other texts in some cells; `told` is the field of the answer."""
    held = cells or {path: ""}

    def soil(row: Row) -> Row:
        return {**row, **held}

    return Dirt(name=name, path=told or path, code=code, soil=soil)


def dirt_of_fields(feed: Feed) -> Iterator[Dirt]:
    """Yield the dirt that follows from what the feed's fields hold."""
    for field in feed.fields:
        for name, code, make in _OF_KINDS.get(field.kind, ()):
            yield _of(name, field, code, make)
        if field.is_past:
            yield _of("a day that has not come yet", field, "future_day", lambda _: "2099-01-01")
        if field.is_required:
            yield _of("a word for nothing where something is required", field, "missing", _DASHES)
        elif not field.is_personal:
            yield _of("a dash for nothing", field, "", _DASHES)
            yield _of("a stroke for nothing", field, "", lambda _: "/")
            yield _of("the word for nothing", field, "", lambda _: "无")
            yield _of("a wide underscore for nothing", field, "", lambda _: "＿")
    names = [field.name for field in feed.fields]
    yield Dirt(
        name="a column that the feed does not have",
        # Its place in a file that has every column of the feed.
        path=told_header(UNKNOWN_COLUMN, len(names) + 1),
        code="left_over",
        soil=lambda row: {**dict.fromkeys(names, ""), **row, UNKNOWN_COLUMN: "见附件"},
    )


def _of(name: str, field: Field, code: str, make: Callable[[str], str]) -> Dirt:
    path = field.name
    return Dirt(
        name=f"{name} in {path}",
        path=path,
        code=code,
        soil=lambda row: {**row, path: make(row.get(path, ""))},
    )


def _dashes(_: str) -> str:
    return "— —"


def _wide(text: str) -> str:
    """Return digits and signs as a Chinese keyboard writes them."""
    return "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)


def _other_check(text: str) -> str:
    return text[:-1] + ("0" if text[-1:] != "0" else "1") if text else "913702000000000000"


_DASHES: Final = _dashes
_Make: TypeAlias = Callable[[str], str]
_DAYS: Final[tuple[tuple[str, str, _Make], ...]] = (
    ("a day that no calendar has", "no_such_day", lambda _: "2022-09-31"),
    ("a day in prose", "bad_day", lambda _: "二〇二二年九月三十日"),
    ("a day of the last century but one", "absurd_day", lambda _: "1900-01-01"),
    ("midnight after the day", "", lambda text: f"{text} 00:00:00" if text else text),
    ("a day in wide digits", "", _wide),
)
_USCC: Final[tuple[tuple[str, str, _Make], ...]] = (
    ("a code whose check fails", "bad_uscc", _other_check),
    ("a registration number in the column of the code", "swapped_codes", lambda _: "3702001234567"),
    ("a masked code", "masked_code", lambda _: "913702********001X"),
    ("a code in wide digits", "", _wide),
)
_ORG_CODE: Final[tuple[tuple[str, str, _Make], ...]] = (
    ("a social credit code in the column of the old one", "swapped_codes", lambda _: _A_USCC),
    ("zeros that stand for nothing", "", lambda _: "00000000000000000X"),
)
_OTHER_CODE: Final[tuple[tuple[str, str, _Make], ...]] = (
    ("words in the column of a number", "bad_code", lambda _: "办理中待补"),
)
_MONEY: Final[tuple[tuple[str, str, _Make], ...]] = (
    ("a sum with its unit", "bad_sum", lambda _: "5万元"),
    ("a sum in words", "bad_sum", lambda _: "伍万元整"),
    ("a sum with commas in odd places", "bad_sum", lambda _: "1,00,0.5"),
)
_WORDS: Final[tuple[tuple[str, str, _Make], ...]] = (
    ("a word that no list has", "unknown_word", lambda _: "另行处理"),
)
_OF_KINDS: Final = {
    FieldKind.DAY: _DAYS,
    FieldKind.USCC: _USCC,
    FieldKind.ORG_CODE: _ORG_CODE,
    FieldKind.OTHER_CODE: _OTHER_CODE,
    FieldKind.YUAN: _MONEY,
    FieldKind.WAN_YUAN: _MONEY,
    FieldKind.WORD: _WORDS,
}
