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

    `rule` is a stable word for programs, `position` the index in the text as it was given (its
    length where something is missing at the end, None when no single place is at fault), `norm` the
    norm and clause that refuses it.
    """

    def __init__(
        self, rule: str, message: str, *, position: int | None = None, norm: str = ""
    ) -> None:
        super().__init__(message, problems=(Problem(path="", code=rule, message=message),))
        self.rule = rule
        self.position = position
        self.norm = norm

    def at(self, position: int | None) -> "CodeError":
        """Return the same refusal at another position."""
        return CodeError(self.rule, self.message, position=position, norm=self.norm)

    def moved(self, distance: int) -> "CodeError":
        """Return the same refusal as seen from a text that begins `distance` before this one."""
        return self if self.position is None else self.at(self.position + distance)


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


_PRODUCTS = frozenset({Category.AGRI_PRODUCT, Category.FOOD, Category.DRUG, Category.AGRI_INPUT})


def may_name(category: Category, wanted: Category) -> bool:
    """Whether a code of `category` may name something of the category `wanted`.

    Carriers name anything, a trade item number names a product of any kind, and a location number
    is given to parties too (GS1 General Specifications 2.4).
    """
    return (
        category is wanted
        or Category.ANY in {category, wanted}
        or (category is Category.TRADE_ITEM and wanted in _PRODUCTS)
        or (category is Category.PLACE and wanted is Category.PARTY)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeWarning:
    """Something odd that does not make the code wrong; `position` is an index in the text."""

    code: str
    message: str
    position: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Code:
    """One parsed code: `text` is its one accepted spelling, `uri` its one canonical URI.

    `masked` is not empty where the code holds the ID number of a person (GB 11643-1999). Such a
    number is shown nowhere: pages, logs and messages use `printed`, and neither `fields`, `uri` nor
    the repr holds it. `doubt` is how many ranks a reading falls behind those of its scheme because
    something about it is unusual.
    """

    scheme: str
    text: str
    fields: Mapping[str, str]
    uri: str
    warnings: tuple[CodeWarning, ...] = ()
    masked: str = ""
    doubt: int = 0

    @property
    def is_personal(self) -> bool:
        """Whether the code holds a person's ID number."""
        return self.masked != ""

    @property
    def printed(self) -> str:
        """The text for pages, logs and messages: without the ID number of a person."""
        return self.masked or self.text

    def __repr__(self) -> str:
        return f"Code(scheme={self.scheme!r}, printed={self.printed!r}, uri={self.uri!r})"


def personal_uri(scheme: str) -> str:
    """Return the URI of every code of a scheme that holds an ID number.

    It tells no two of them apart on purpose: identifiers of events stay for ever, and the number of
    a person must not. Whoever has to tell persons apart makes a name with a secret key.
    """
    return f"urn:suxin:personal:{scheme}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """One code scheme.

    `pattern` is a regular expression that every code in its one accepted spelling fits as a whole;
    not every text that fits it is a code. `vectors` name the groups of published vectors that the
    scheme must read beside that of its own name.

    `parse` takes a text that `codes.text.clean` has cleaned. `lengths` (None: any) and `looks_like`
    are the cheap filter of detection: a text they say no to is never handed to `parse`. `rank` is
    how far a fitting text speaks for the scheme, 1 the most; schemes that clash share a rank.
    `first` are the characters a code may begin with (None: any). Without `lengths` (an empty set)
    or with `only_in_category` a scheme is not, or only for its own category, offered by detection:
    its codes look like nothing in particular. `in_address` says that a code is so telling that it
    is recognised inside a web address of any host. `own_name` is the word after `urn:suxin:` where
    the scheme's URIs are this ledger's own. `marks` (in capitals) are beginnings that say which
    scheme is meant even where the rest is wrong. `may_issue` says that an enterprise gets such
    codes here: there is a kind of them among those that are issued.
    """

    name: str
    title_zh: str
    title_en: str
    category: Category
    norm: str
    pattern: str
    parse: Callable[[str], Code]
    format: Callable[[Code], str]
    may_issue: bool
    lengths: frozenset[int] | None
    looks_like: Callable[[str], bool]
    rank: int
    own_name: str | None = None
    first: str | None = None
    only_in_category: bool = False
    in_address: bool = False
    marks: tuple[str, ...] = ()
    vectors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One reading of a text. `rank` orders readings, the smaller the likelier."""

    scheme: Scheme
    code: Code
    rank: int
