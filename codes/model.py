"""The words of this room: a scheme, a parsed code, its warnings, and a refusal.

A `Code` comes from a scheme's `parse`, so whoever holds one knows that it passed every rule of its
norm. What real printed codes break without harm is a warning and never a refusal.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from base.errors import InvalidInput, Problem


class CodeError(InvalidInput):
    """A code that breaks its norm.

    `rule` is a stable word for programs, `position` the index in the text as it was given (None
    when no single place is at fault), `norm` the norm and clause that refuses it.
    """

    def __init__(
        self, rule: str, message: str, *, position: int | None = None, norm: str = ""
    ) -> None:
        super().__init__(message, problems=(Problem(path="", code=rule, message=message),))
        self.rule = rule
        self.position = position
        self.norm = norm


class Category(StrEnum):
    """What a code names; `ANY` is for carriers that may name several things."""

    AGRI_PRODUCT = "agri_product"
    FOOD = "food"
    DRUG = "drug"
    AGRI_INPUT = "agri_input"
    PARTY = "party"
    PLACE = "place"
    LOGISTIC_UNIT = "logistic_unit"
    CERTIFICATE = "certificate"
    TRADE_ITEM = "trade_item"
    ANY = "any"


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeWarning:
    """Something odd that does not make the code wrong; `position` is an index in the text."""

    code: str
    message: str
    position: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """One parsed code: `text` is its one accepted spelling, `uri` its one canonical URI."""

    scheme: str
    text: str
    fields: Mapping[str, str]
    uri: str
    warnings: tuple[CodeWarning, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """One code scheme.

    `lengths` and `alphabet` are the cheap filter of detection: a text whose length is not in
    `lengths` (None: any length) or that `looks_like` says no to is never handed to `parse`.
    """

    name: str
    title_zh: str
    title_en: str
    category: Category
    norm: str
    parse: Callable[[str], Code]
    format: Callable[[Code], str]
    may_issue: bool
    lengths: frozenset[int] | None
    looks_like: Callable[[str], bool]
    rank: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One reading of a text. `rank` orders readings, the smaller the likelier."""

    scheme: Scheme
    code: Code
    rank: int
