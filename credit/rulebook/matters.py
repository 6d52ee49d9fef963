"""What rules fix, by matter: one dataclass each, and how its row is read.

The rule that must stay true: a matter that is computed with has its terms here and is read
strictly; one that is only told has none. A new matter is one dataclass, one reader and one line of
`READERS`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final, TypeVar

from credit.rulebook.model import Severity, Terms
from schemas.profiles.yaml_rows import Rows

Word = TypeVar("Word", bound=StrEnum)


class StartsOn(StrEnum):
    """Which day a period starts on."""

    DECISION = "decision"
    PUBLICATION = "publication"
    LISTING = "listing"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicityTerms:
    """How long a penalty is public; a row with more conditions stands before one with fewer.

    `severities`, `fields` and `penalties` are the conditions: empty where the row asks for none;
    `penalties` must cover all of a decision's. `max_months` is None where the row has no end;
    `follows_restriction` where a restriction of the law that lasts longer moves that end.
    """

    severities: frozenset[Severity]
    fields: frozenset[str]
    penalties: frozenset[str]
    starts_on: StartsOn
    min_months: int
    max_months: int | None
    is_published: bool
    is_repairable: bool
    stays_if_uncorrected: bool
    follows_restriction: bool

    @property
    def condition_count(self) -> int:
        """Return how many conditions the row asks for."""
        return sum(map(bool, (self.severities, self.fields, self.penalties)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassTerms:
    """Which penalties are minor, general and serious.

    With `rest_is_general` every other is general; else one that no row names has no class.
    """

    minor_penalties: frozenset[str]
    minor_procedures: frozenset[str]
    general_penalties: frozenset[str]
    serious_penalties: frozenset[str]
    rest_is_general: bool

    @property
    def named(self) -> frozenset[str]:
        """Return the kinds of penalties that the row says the class of."""
        return self.minor_penalties | self.general_penalties | self.serious_penalties


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpublishedTerms:
    """Decisions that are not published: by procedure, or where all penalties are of these kinds."""

    procedures: frozenset[str]
    penalties: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class NeverEarlyTerms:
    """Penalties whose publication does not end before its time.

    `bars` is False where it is in doubt whether the row still holds: then it is told and decides
    nothing.
    """

    penalties: frozenset[str]
    bars: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockTerms:
    """Working days of a procedure; None where the norm names none.

    `kinds` are the kinds of facts that the row is for, empty for all of them.
    """

    kinds: frozenset[str]
    accept: int | None
    decide: int | None
    total: int | None
    extension: int | None
    push: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkdaysTerms:
    """One span of working days."""

    workdays: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTerms:
    """How long a party is on a list. None where the norm fixes no end.

    `items` are the grounds that the row is for, empty for all of them; `extension_months` are the
    least and the most by which the period may be made longer. With `waits_for_restriction` nobody
    is taken off early while a restriction of the law runs. With `ends_as_told` the last day is the
    one that the decision itself names. Several rows may each fix a part.
    """

    items: frozenset[str]
    waits_for_restriction: bool
    starts_on: StartsOn
    min_months: int | None
    max_months: int | None
    extension_months: tuple[int, int] | None
    ends_as_told: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StepTerms:
    """After how many months on one list a party comes onto another, by the law itself."""

    after_months: int
    onto: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListClockTerms:
    """What has to be done in time about a list, in working days; None where nothing is fixed."""

    list_within: int | None
    delete_within: int | None
    annulled_within: int | None
    objection: int | None
    publish_by_month_day: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitTerms:
    """For how many months something holds: how long it may be told, or is not heard again."""

    months: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GradesTerms:
    """Grades from the best to the worst, with the least number of points of each, if any."""

    grades: tuple[tuple[str, int | None], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitsTerms:
    """How often a grade is inspected a year, at least and at most."""

    visits: Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitionTerms:
    """Whether records made before a change of law take the new rules or keep those of their day."""

    converts: bool
    before_on: date


def _word(rows: Rows, key: str, words: type[Word], default: Word) -> Word:
    text = rows.text(key, default=default.value)
    try:
        return words(text)
    except ValueError:
        rows.fault(key, "word", f"is one of {', '.join(one.value for one in words)}")
        return default


def _severities(rows: Rows, key: str) -> frozenset[Severity]:
    found = set()
    for text in rows.texts(key):
        try:
            found.add(Severity(text))
        except ValueError:
            rows.fault(key, "word", f"{text} is no severity")
    return frozenset(found)


def _pair(rows: Rows, key: str) -> tuple[int, int] | None:
    texts = rows.texts(key)
    if not texts:
        return None
    if len(texts) != 2 or not all(text.isascii() and text.isdecimal() for text in texts):
        rows.fault(key, "type", "is the least and the most, two whole numbers")
        return None
    return int(texts[0]), int(texts[1])


def _publicity(rows: Rows) -> PublicityTerms:
    return PublicityTerms(
        severities=_severities(rows, "severities"),
        fields=frozenset(rows.texts("fields")),
        penalties=frozenset(rows.texts("penalties")),
        starts_on=_word(rows, "starts_on", StartsOn, StartsOn.DECISION),
        min_months=rows.whole("min_months") or 0,
        max_months=rows.whole("max_months"),
        is_published=not rows.flag("not_published"),
        is_repairable=not rows.flag("no_repair"),
        stays_if_uncorrected=rows.flag("stays_if_uncorrected"),
        follows_restriction=rows.flag("follows_restriction"),
    )


def _class(rows: Rows) -> ClassTerms:
    return ClassTerms(
        minor_penalties=frozenset(rows.texts("minor_penalties")),
        minor_procedures=frozenset(rows.texts("minor_procedures")),
        general_penalties=frozenset(rows.texts("general_penalties")),
        serious_penalties=frozenset(rows.texts("serious_penalties")),
        rest_is_general=rows.flag("rest_is_general"),
    )


def _unpublished(rows: Rows) -> UnpublishedTerms:
    return UnpublishedTerms(
        procedures=frozenset(rows.texts("procedures")),
        penalties=frozenset(rows.texts("penalties")),
    )


def _never_early(rows: Rows) -> NeverEarlyTerms:
    return NeverEarlyTerms(
        penalties=frozenset(rows.texts("penalties")), bars=not rows.flag("in_doubt")
    )


def _clock(rows: Rows) -> ClockTerms:
    return ClockTerms(
        kinds=frozenset(rows.texts("kinds")),
        accept=rows.whole("accept"),
        decide=rows.whole("decide"),
        total=rows.whole("total"),
        extension=rows.whole("extension"),
        push=rows.whole("push"),
    )


def _workdays(rows: Rows) -> WorkdaysTerms:
    found = rows.whole("workdays")
    if found is None:
        rows.fault("workdays", "required", "is required")
    return WorkdaysTerms(workdays=found or 0)


def _list(rows: Rows) -> ListTerms:
    return ListTerms(
        items=frozenset(rows.texts("items")),
        waits_for_restriction=rows.flag("waits_for_restriction"),
        starts_on=_word(rows, "starts_on", StartsOn, StartsOn.LISTING),
        min_months=rows.whole("min_months"),
        max_months=rows.whole("max_months"),
        extension_months=_pair(rows, "extension_months"),
        ends_as_told=rows.flag("ends_as_told"),
    )


def _step(rows: Rows) -> StepTerms:
    months = rows.whole("after_months")
    if months is None:
        rows.fault("after_months", "required", "is required")
    return StepTerms(after_months=months or 0, onto=rows.text("onto"))


def _list_clock(rows: Rows) -> ListClockTerms:
    return ListClockTerms(
        list_within=rows.whole("list_within"),
        delete_within=rows.whole("delete_within"),
        annulled_within=rows.whole("annulled_within"),
        objection=rows.whole("objection"),
        publish_by_month_day=rows.whole("publish_by_month_day"),
    )


def _limit(rows: Rows) -> LimitTerms:
    months = rows.whole("months")
    if months is None:
        rows.fault("months", "required", "is required")
    return LimitTerms(months=months or 0)


def _grades(rows: Rows) -> GradesTerms:
    return GradesTerms(grades=tuple(_grade(row) for row in rows.each("grades")))


def _grade(row: Rows) -> tuple[str, int | None]:
    found = row.text("grade"), row.whole("points_min")
    row.done()
    return found


def _visits(rows: Rows) -> VisitsTerms:
    grades = rows.under("visits")
    found = {name: _pair(grades, name) for name in grades.names()}
    return VisitsTerms(
        visits=MappingProxyType({name: pair for name, pair in found.items() if pair is not None})
    )


def _transition(rows: Rows) -> TransitionTerms:
    before = rows.day("before_on")
    if before is None:
        rows.fault("before_on", "required", "is required")
    return TransitionTerms(converts=rows.flag("converts"), before_on=before or date.min)


READERS: Final[Mapping[str, Callable[[Rows], Terms]]] = MappingProxyType(
    {
        "publicity.period": _publicity,
        "publicity.guideline": _publicity,
        "publicity.class": _class,
        "publicity.unpublished": _unpublished,
        "publicity.never_early": _never_early,
        "publicity.within": _workdays,
        "publicity.withdraw": _workdays,
        "publicity.transition": _transition,
        "repair.clock": _clock,
        "objection.clock": _clock,
        "judgment_defaulter.period": _list,
        "judgment_defaulter.clock": _list_clock,
        "tax_list.period": _list,
        "tax_list.clock": _list_clock,
        "serious_list.period": _list,
        "serious_list.clock": _list_clock,
        "abnormal_list.period": _list,
        "abnormal_list.clock": _list_clock,
        "abnormal_list.step": _step,
        "tax_a.period": _list,
        "honest.period": _list,
        "key_attention.period": _list,
        "disclosure.limit": _limit,
        "repair.false_material": _limit,
        "tax_credit.grade": _grades,
        "customs.grade": _grades,
        "food.visits": _visits,
        "food.risk_score": _grades,
    }
)
