"""What a KDE profile says: the steps of a class of goods, and what has to be recorded at each.

One row is the validator, the form's field, the column of the template, the line of the page. The
rule that must stay true: everything here is read from data and frozen; nothing of it knows a clock,
a request or a database. A mark says how well a norm was read (V read, S secondary, R memory).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final


class Need(StrEnum):
    """How much a datum is asked for. Practice is what everybody does and no law demands."""

    MANDATORY = "mandatory"
    PRACTICE = "practice"
    CONDITIONAL = "conditional"
    RECOMMENDED = "recommended"
    OPTIONAL = "optional"


class Mark(StrEnum):
    """How the norm of a row was read: the provision itself, a secondary text, or from memory."""

    READ = "V"
    SECONDARY = "S"
    MEMORY = "R"


class Level(StrEnum):
    """What kind of text a norm is, the strongest first."""

    LAW = "law"
    REGULATION = "regulation"
    RULE = "rule"
    STANDARD_MANDATORY = "standard_mandatory"
    STANDARD = "standard"
    NOTICE = "notice"
    LOCAL = "local"
    PRACTICE = "practice"


class SeenBy(StrEnum):
    """Who may see a datum: the words of the ledger's parts (`schemas.visibility`)."""

    PUBLIC = "public"
    CHAIN = "chain"
    AUTHORITY = "authority"
    PERSONAL = "personal"


OPENNESS: Final[Mapping[SeenBy, int]] = {
    SeenBy.PUBLIC: 3,
    SeenBy.CHAIN: 2,
    SeenBy.AUTHORITY: 1,
    SeenBy.PERSONAL: 0,
}
"""How many may see a datum, in order."""


class Kind(StrEnum):
    """What a value is. From `THINGS` on they are fields of EPCIS, whose shape is checked before."""

    TEXT = "text"
    TEXTS = "texts"
    CODE = "code"
    CODES = "codes"
    NUMBER = "number"
    INTEGER = "integer"
    MONEY = "money"
    BOOLEAN = "boolean"
    DATE = "date"
    INSTANT = "instant"
    URI = "uri"
    URIS = "uris"
    RECORDS = "records"
    THINGS = "things"
    ITEM = "item"
    ITEMS = "items"
    LOT = "lot"
    QUANTITY = "quantity"
    READING = "reading"
    PLACE = "place"
    DOCUMENT = "document"
    PARTY = "party"
    DISPOSITION = "disposition"
    DECLARATION = "declaration"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One thing said in both languages."""

    zh: str
    en: str


NOTHING_SAID: Final = Words(zh="", en="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit: a code of UN/CEFACT Recommendation 20, or a lower-case code of our own."""

    code: str
    is_rec20: bool
    dimension: str
    symbol: str
    label: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeList:
    """The values that a datum may take, in the order they are offered."""

    name: str
    values: Mapping[str, Words]


CUSTOM: Final = frozenset({Level.LOCAL, Level.PRACTICE})
"""What binds nobody here: a practice, or the law of another place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Norm:
    """A law, standard or practice; its days are None where they are not known to us.

    `goods` are the profiles of the goods that it was made for; empty where it is for all.
    """

    id: str
    title: Words
    level: Level
    in_force_on: date | None
    until_on: date | None
    mark: Mark
    note: Words
    goods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NormRef:
    """A place in a norm; `clause` is empty where the whole of it is meant.

    `is_analogy` where the norm was made for other goods and is followed here.
    """

    norm: Norm
    clause: str
    is_analogy: bool = False

    @property
    def title(self) -> Words:
        """Return what the norm is called, as it is cited for these goods."""
        title = self.norm.title
        if not self.is_analogy:
            return title
        return Words(zh=f"参照 {title.zh}", en=f"by analogy with {title.en}")

    def cited_for(self, profile: str) -> "NormRef":
        """Return the place as it is cited for the goods of a profile."""
        goods = self.norm.goods
        return replace(self, is_analogy=bool(goods) and profile not in goods)

    @property
    def text(self) -> str:
        """Return the norm's id with the clause, as the data writes it."""
        return f"{self.norm.id}:{self.clause}" if self.clause else self.norm.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """What may stand at a path. `name` is the term's, or the EPCIS or register field's own."""

    name: str
    kind: Kind
    seen_by: SeenBy
    label: Words
    help: Words = NOTHING_SAID
    unit: Unit | None = None
    codes: CodeList | None = None
    pattern: str | None = None
    chars_max: int = 2_000
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    members: tuple["Field", ...] = ()


class Test(StrEnum):
    """What a condition looks for at its path."""

    GIVEN = "given"
    ABSENT = "absent"
    IS = "is"


CLASS_CODE: Final = "class"
"""The path of a condition that asks for the product's class code instead of the event."""


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """A condition that a program can judge. `values` are texts, steps and dispositions bare."""

    path: str
    test: Test
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Kde:
    """A key data element of one way of recording a step.

    `path` is where the event says it. `instead` names what serves as well: each entry is a set of
    paths that do it together. `also` holds the names of the same datum in other norms. A condition
    without `when` is for people: it is shown, never judged.
    """

    code: str
    also: tuple[str, ...]
    path: str
    field: Field
    label: Words
    help: Words
    need: Need
    when: When | None
    condition: Words
    instead: tuple[tuple[str, ...], ...]
    norms: tuple[NormRef, ...]
    mark: Mark
    since_on: date | None
    until_on: date | None
    unit: Unit | None

    @property
    def is_custom(self) -> bool:
        """Tell whether nothing but custom asks for it."""
        return all(ref.norm.level in CUSTOM for ref in self.norms)


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One way of recording a step; the first step and disposition are those our forms write.

    `words` says its actions, steps and dispositions in both languages.
    """

    name: str
    event_type: str
    actions: tuple[str, ...]
    steps: tuple[str, ...]
    dispositions: tuple[str, ...]
    words: Mapping[str, Words]
    kdes: tuple[Kde, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cte:
    """A critical tracking event: a step of the chain. `after` names the steps before it."""

    id: str
    label: Words
    stage: str
    after: tuple[str, ...]
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What a register entry has to say of a party or a certificate, apart from any event."""

    id: str
    label: Words
    kdes: tuple[Kde, ...]
