"""Rules about single rows: their names beside each other, their units, code lists and days.

The rule that must stay true: whatever a form could not show in one sense is a breach here.
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

from schemas.profiles.lint_words import kdes_of_survey
from schemas.profiles.model import Field, Kde, Kind
from schemas.profiles.standing import Profile
from schemas.profiles.survey import Finding, Survey

CHOICES_MIN: Final = 2
"""A list of fewer is no choice."""

_MEASURED: Final = frozenset({Kind.NUMBER, Kind.INTEGER, Kind.MONEY, Kind.QUANTITY, Kind.READING})
_CHOSEN: Final = frozenset({Kind.CODE, Kind.CODES})


def labels_differ_in_a_way(profile: Profile) -> Iterator[Finding]:
    """Check that no two data of one form are called the same."""
    for cte in profile.ctes:
        for way in cte.ways:
            yield from _doubles(f"{cte.id}.{way.name}", way.kdes, lambda kde: kde.label.zh)
            yield from _doubles(f"{cte.id}.{way.name}", way.kdes, lambda kde: kde.label.en)


def _doubles(
    place: str, kdes: tuple[Kde, ...], label_of: Callable[[Kde], str]
) -> Iterator[Finding]:
    seen: dict[str, Kde] = {}
    for kde in kdes:
        first = seen.setdefault(label_of(kde), kde)
        if first is not kde:
            yield f"{place}.{kde.code}", f"is called {label_of(kde)!r}, as {first.code} is"


def units_are_of_amounts(survey: Survey) -> Iterator[Finding]:
    """Check that only what is measured has a unit, and a row's unit measures what its term does."""
    for name, field in survey.shared.library.terms.items():
        if field.unit is not None and field.kind not in _MEASURED:
            yield f"terms.yaml {name}", f"is a {field.kind} and has a unit"
    for kde in kdes_of_survey(survey):
        if kde.unit is None:
            continue
        if kde.field.kind not in _MEASURED:
            yield f"{kde.code} {kde.path}", f"is a {kde.field.kind} and has a unit"
        elif kde.field.unit is not None and kde.field.unit.dimension != kde.unit.dimension:
            yield f"{kde.code} {kde.path}", f"{kde.unit.code} is no {kde.field.unit.dimension}"


def lists_are_choices(survey: Survey) -> Iterator[Finding]:
    """Check that a code list leaves a choice, and that codes alone have one."""
    library = survey.shared.library
    for name, listed in library.codes.items():
        if len(listed.values) < CHOICES_MIN:
            yield f"codes.yaml {name}", "leaves no choice"
    for name, field in library.terms.items():
        if _is_list_amiss(field):
            yield f"terms.yaml {name}", f"is a {field.kind}: codes have a list, nothing else has"


def _is_list_amiss(field: Field) -> bool:
    return (field.kind in _CHOSEN) is not (field.codes is not None)


def days_are_in_order(survey: Survey) -> Iterator[Finding]:
    """Check that nothing ends before it begins."""
    for norm in survey.shared.library.norms.values():
        if _ends_before(norm.in_force_on, norm.until_on):
            yield f"norms.yaml {norm.id}", "ends before it is in force"
    for kde in kdes_of_survey(survey):
        if _ends_before(kde.since_on, kde.until_on):
            yield f"{kde.code} {kde.path}", "ends before it begins"


def _ends_before(since_on: date | None, until_on: date | None) -> bool:
    return since_on is not None and until_on is not None and until_on < since_on
