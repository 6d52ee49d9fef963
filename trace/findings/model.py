"""What a rule of findings may look at, and what it says.

The rule that must stay true: all of it follows from the movements of one thing and from what is
registered of those who moved it, so that the same facts always give the same findings.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from trace.findings.limits import UNKNOWN_CLASS, ClassLimits
from trace.findings.ranges import NOTHING_SAID, Said
from trace.movements import Movement
from trace.projections.reading import IndexedEvent
from trace.recall.hearing import HeardRecall
from trace.scans.model import Place
from typing import Final, Literal, NamedTuple, TypeAlias
from uuid import UUID

from base.clock import CIVIL_ZONE
from schemas.profiles.units import unit_words

Lang: TypeAlias = Literal["zh", "en"]
EVENTS_MAX: Final = 50
"""Of the events that show one finding, as many are named: the first and the last of them."""

Value: TypeAlias = str | int
"""What a detail is: a number of things, or a decimal, code or day in its one spelling."""


class Severity(StrEnum):
    """How much a finding weighs: to be known, to be explained, to be acted upon."""

    NOTE = "note"
    WARN = "warn"
    ALARM = "alarm"


class Reading(NamedTuple):
    """What a sensor said of the temperature over a time, in degrees Celsius.

    `value_c` stands for the whole time, None where only the extremes within it are told. A logger
    has thousands of them, so it is a bare tuple.
    """

    start_at: datetime
    end_at: datetime
    value_c: Decimal | None
    low_c: Decimal
    high_c: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class EventFact:
    """What an event says beside its index rows: until when goods keep, and temperatures.

    `storage_text` is how they are to be stored in the sender's words, `heat_treatment` a code.
    """

    expires_on: date | None = None
    storage_text: str | None = None
    heat_treatment: str | None = None
    readings: tuple[Reading, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What an event that makes goods, or labels them, says of how long and how they keep."""

    made_on: date
    fact: EventFact


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """A certificate or licence of a kind, in force from one day to another, both included."""

    kind: str
    number: str
    from_on: date
    until_on: date | None

    def is_valid_on(self, day: date) -> bool:
        """Return whether the day lies in the period."""
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A party is on a list from one day to another, both included."""

    list_name: str
    from_on: date
    until_on: date | None

    def covers(self, day: date) -> bool:
        """Return whether the party was on the list on a day."""
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspicion:
    """An open alert that the scans of a code gave rise to."""

    rule: str
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """What went into a making and came out of it: amounts by unit, None where one is not told.

    `lead` is the output that findings of the making are told of.
    """

    seqs: tuple[int, ...]
    lead: int
    inputs: Mapping[str | None, Decimal] | None
    outputs: Mapping[str | None, Decimal] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All that the rules may look at of one thing. Movements are in the order they happened.

    `facts` are by entry, `places` and `named` by identifier, `makings` by the entry that names the
    thing as an output. `owner` is whose goods it is by the register. `lot_labels` are what the
    makings of its lot say, `said` is how it is to be stored. `first_told` is when what an entry
    corrects was told, by entry. `spoilt` are codes of a lot that were taken out of use again.
    """

    item: int
    uri: str
    movements: tuple[Movement, ...]
    limits: ClassLimits = UNKNOWN_CLASS
    owner: UUID | None = None
    facts: Mapping[int, EventFact] = field(default_factory=dict)
    places: Mapping[int, Place] = field(default_factory=dict)
    named: Mapping[int, UUID] = field(default_factory=dict)
    makings: Mapping[int, Making] = field(default_factory=dict)
    licences: Mapping[UUID, tuple[Paper, ...]] = field(default_factory=dict)
    certificates: tuple[Paper, ...] = ()
    listings: Mapping[UUID, tuple[Listing, ...]] = field(default_factory=dict)
    suspicions: tuple[Suspicion, ...] = ()
    recalls: tuple[HeardRecall, ...] = ()
    lot_labels: tuple[Label, ...] = ()
    said: Said = NOTHING_SAID
    first_told: Mapping[int, datetime] = field(default_factory=dict)
    spoilt: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """What a rule found: about whom, by which events, with which numbers.

    `key` tells several hits of one rule on one thing apart, and stays the same when more events
    come; `details` are what the sentence tells.
    """

    key: str
    party_id: UUID | None
    events: tuple[IndexedEvent, ...]
    details: Mapping[str, Value] = field(default_factory=dict)
    first_at: datetime | None = None
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRule:
    """One rule from its first to its last day; the day is that of the event.

    What `limit` counts is the judge's to say; `grace` is how much time is no matter. `needs` says
    what must be on record for the rule to see anything.
    """

    code: str
    severity: Severity
    title_zh: str
    title_en: str
    says_zh: str
    says_en: str
    needs: str
    from_on: date
    judge: Callable[["FindingRule", Evidence], list[Hit]]
    limit: Decimal = Decimal(0)
    grace: timedelta = timedelta(0)
    until_on: date | None = None

    def title(self, lang: Lang) -> str:
        """Return the name of the rule."""
        return self.title_zh if lang == "zh" else self.title_en

    def says(self, lang: Lang, details: Mapping[str, Value]) -> str:
        """Return the sentence about a finding with these details."""
        text = self.says_zh if lang == "zh" else self.says_en
        if "unit" in details:
            # What is kept is the code; a sentence has its words.
            words = unit_words(str(details["unit"]))
            details = {**details, "unit": words.zh if lang == "zh" else words.en}
        return text.format_map(details)

    def is_in_force(self, day: date) -> bool:
        """Return whether the rule is applied to what happened on a day."""
        return self.from_on <= day and (self.until_on is None or day <= self.until_on)


def civil_day(moment: datetime) -> date:
    """Return the day that a calendar in China shows at a moment."""
    return moment.astimezone(CIVIL_ZONE).date()


def is_whole_day(moment: datetime) -> bool:
    """Return whether a moment is midnight in China: how a form says a day and no time."""
    return moment.astimezone(CIVIL_ZONE).time() == time.min


def is_same_whole_day(one: datetime, other: datetime) -> bool:
    """Return whether two moments are on one day, and one of them says no more than that."""
    return civil_day(one) == civil_day(other) and (is_whole_day(one) or is_whole_day(other))


def amount_text(amount: Decimal) -> str:
    """Return a decimal in its shortest spelling."""
    return format(amount.normalize(), "f")


def some_events(movements: Iterable[Movement]) -> tuple[IndexedEvent, ...]:
    """Return the events of movements in the order of their entries, `EVENTS_MAX` at most."""
    events = sorted({one.event.seq: one.event for one in movements}.values(), key=_seq_of)
    half = EVENTS_MAX // 2
    return tuple(events if len(events) <= EVENTS_MAX else events[:half] + events[-half:])


def _seq_of(event: IndexedEvent) -> int:
    return event.seq
