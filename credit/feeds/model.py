"""What a feed is: its fields, what identifies a record, and what is asked of a whole batch.

The rule that must stay true: a row is emptied field by field. A field that is not named here, a
word that no list has, a value that is not what the field holds: each is a fault, and none is
passed over.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import TypeAlias

from base.strict_json import JsonObject
from credit.rulebook.model import Severity


class FieldKind(StrEnum):
    """What a field holds."""

    TEXT = "text"
    NAME = "name"
    USCC = "uscc"
    ORG_CODE = "org_code"
    OTHER_CODE = "other_code"
    PERSON_ID = "person_id"
    DAY = "day"
    YUAN = "yuan"
    WAN_YUAN = "wan_yuan"
    WHOLE = "whole"
    WORD = "word"


class Semantics(StrEnum):
    """What it means that a record is not in a batch: nothing, or that it has ended."""

    DELTA = "delta"
    SNAPSHOT = "snapshot"


class FactKind(StrEnum):
    """What a record tells of a party."""

    REGISTRATION = "registration"
    PENALTY = "penalty"
    PERMIT = "permit"
    JUDGMENT_DEFAULT = "judgment_default"
    TAX_CASE = "tax_case"
    TAX_GRADE = "tax_grade"
    SERIOUS_LISTING = "serious_listing"
    ABNORMAL_LISTING = "abnormal_listing"
    INSPECTION = "inspection"
    HONOUR = "honour"
    SUPERVISION_GRADE = "supervision_grade"
    TRACE = "trace"


class SubjectKind(StrEnum):
    """Whom a record is about."""

    ENTERPRISE = "enterprise"
    ORGANISATION = "organisation"
    SOLE_TRADER = "sole_trader"
    PERSON = "person"


class CodeScheme(StrEnum):
    """What identifies a party: the social credit code, and the codes from before it."""

    USCC = "uscc"
    ORG_CODE = "org_code"
    REGISTRATION = "registration"
    TAX = "tax"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One column of a feed. `names` are the headers it comes under, its own first.

    `list_name` is the code list of a word; `is_personal` marks what is a natural person's, and
    `may_be_masked` where a masked code or number is kept as a candidate's. `is_past` marks a day
    that has come when a row tells of it, such as that of a decision. An end is known beforehand.
    """

    names: tuple[str, ...]
    kind: FieldKind
    zh: str
    en: str
    chars_max: int
    is_required: bool
    is_personal: bool
    may_be_masked: bool
    is_past: bool
    list_name: str

    @property
    def name(self) -> str:
        """Return the name that the mapping knows it by."""
        return self.names[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """What is wrong with a row, at which field; `code` is a row of `quality.yaml`."""

    path: str
    code: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Whom a record says it is about. A person's number never leaves the intake: only its key does.

    `is_masked` where parts of a code or number are hidden: then it names a candidate at most.
    """

    kind: SubjectKind
    name: str
    codes: Mapping[CodeScheme, str] = field(default_factory=lambda: MappingProxyType({}))
    region: str = ""
    person_number: str | None = None
    is_masked: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record as it is understood. `key` identifies it among its feed's records of one party.

    `ended_on` where the record itself says that it is over; `details` is what no rule asks for.
    """

    key: str
    kind: FactKind
    claim: Claim
    authority: str = ""
    authority_name: str = ""
    number: str = ""
    title: str = ""
    decided_on: date | None = None
    published_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    ended_on: date | None = None
    fulfilled_on: date | None = None
    stated: Severity | None = None
    kinds: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    procedure: str | None = None
    item: str = ""
    grade: str = ""
    details: JsonObject = field(default_factory=dict)


Value: TypeAlias = str | int | date | None
"""What a field holds once it is read: money is in fen."""


class Values:
    """The values of one row, taken one after the other; what nobody took is a fault.

    `received_on` is the civil day on which the row came in: nothing was decided after it.
    """

    def __init__(self, values: Mapping[str, Value], received_on: date) -> None:
        self._left = dict(values)
        self.received_on = received_on
        self.faults: list[Fault] = []

    def text(self, name: str) -> str:
        """Take a text; "" where there is none."""
        value = self._left.pop(name, None)
        return value if isinstance(value, str) else ""

    def day(self, name: str) -> date | None:
        """Take a day."""
        value = self._left.pop(name, None)
        return value if isinstance(value, date) else None

    def whole(self, name: str) -> int | None:
        """Take a whole number, or a sum in fen."""
        value = self._left.pop(name, None)
        return value if isinstance(value, int) else None

    def drop(self, *names: str) -> None:
        """Take what is not kept, on purpose."""
        for name in names:
            self._left.pop(name, None)

    def fault(self, path: str, code: str, message: str) -> None:
        """Say what is wrong with the row."""
        self.faults.append(Fault(path=path, code=code, message=message))

    def left(self) -> tuple[str, ...]:
        """Return the fields that nobody took."""
        return tuple(name for name, value in self._left.items() if value is not None)


Mapper: TypeAlias = Callable[[Values], Record]
"""Makes the record of a row; what it finds wrong it says to the values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """A feed. Shares are in percent; `growth_max_percent` is of the largest batch ever accepted.

    `ended_max_percent`: a snapshot that ends more of its records than that is held for a person.
    `report_workdays` are counted from the day in the field `report_from`; more is late.
    `party_name`, `party_kind` and `party_number` are the fields of whom a row is about, in feeds
    that natural persons are in. `names_parties`: the feed itself says what a code's name is.
    `files_days`: so long the file of a batch is kept where rows of it were not understood.
    """

    id: str
    version: int
    zh: str
    en: str
    semantics: Semantics
    fields: tuple[Field, ...]
    rows_min: int
    rows_max: int
    matched_min_percent: int
    growth_max_percent: int
    ended_max_percent: int
    report_workdays: int
    report_from: str
    party_name: str
    party_kind: str
    party_number: str
    names_parties: bool
    files_days: int
    map: Mapper
    by_header: Mapping[str, Field] = field(compare=False)

    def field_of(self, header: str) -> Field | None:
        """Return the field that comes under a header."""
        return self.by_header.get(header)
