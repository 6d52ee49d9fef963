"""The rules that the profiles keep among themselves, as a table.

What a single file may say is checked while it is read (`loading`); here is what only all of them
together can break. The rule that must stay true: a rule has one code, and names file and row.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from base.errors import Problem
from schemas.profiles.digests import digest_of
from schemas.profiles.lint_chain import (
    chain_is_connected,
    conditions_have_values,
    lot_data_is_said_at_birth,
    names_are_unique,
    needs_can_be_filled,
    ways_are_distinct,
)
from schemas.profiles.lint_values import (
    days_are_in_order,
    labels_differ_in_a_way,
    lists_are_choices,
    units_are_of_amounts,
)
from schemas.profiles.lint_words import (
    everything_is_used,
    labels_are_unique,
    languages_are_right,
    patterns_are_explained,
    persons_are_personal,
    visibility_is_not_widened,
)
from schemas.profiles.model import SeenBy
from schemas.profiles.standing import Profile
from schemas.profiles.survey import Finding, Survey


@dataclass(frozen=True, slots=True)
class LintRule:
    """One rule: its code, what it holds, and the check that yields each breach."""

    code: str
    about: str
    check: Callable[[Survey], Iterator[Finding]]


def lint(survey: Survey, rules: Sequence[LintRule] | None = None) -> list[Problem]:
    """Return every breach of the rules, in the order of the table."""
    return [
        Problem(path=place, code=rule.code, message=message)
        for rule in (RULES if rules is None else rules)
        for place, message in rule.check(survey)
    ]


def _of_profiles(
    check: Callable[[Profile], Iterator[Finding]],
) -> Callable[[Survey], Iterator[Finding]]:
    def every(survey: Survey) -> Iterator[Finding]:
        for profile in survey.newest:
            for place, message in check(profile):
                yield f"{profile.id} {place}", message

    return every


def _classes_belong_to_one(survey: Survey) -> Iterator[Finding]:
    owners: dict[str, str] = {}
    for profile in survey.newest:
        for code, _ in profile.covers:
            if code in owners:
                yield f"{profile.id} covers.{code}", f"is a class of {owners[code]} too"
            owners.setdefault(code, profile.name)


def _only_names_classes(profile: Profile) -> Iterator[Finding]:
    codes = {code for code, _ in profile.covers}
    for name, only in (
        *(("limits", row.only) for row in profile.limits),
        *(("yields", row.only) for row in profile.yields),
        *(("cold_chain", row.only) for row in profile.cold_chain),
    ):
        for code in only:
            if code not in codes:
                yield name, f"{code!r} is no class of the profile"


def _yields_lead_forward(profile: Profile) -> Iterator[Finding]:
    order = {cte.id: i for i, cte in enumerate(profile.ctes)}
    for i, row in enumerate(profile.yields):
        if row.from_cte not in order or row.to_cte not in order:
            yield f"yields[{i}]", "names steps of the profile in from and to"
        elif order[row.from_cte] > order[row.to_cte]:
            yield f"yields[{i}]", f"leads from {row.from_cte} back to {row.to_cte}"


def _records_are_kept(profile: Profile) -> Iterator[Finding]:
    if not profile.retention:
        yield "retention", "says how long the records are kept"
    if not profile.public:
        yield "public", "says what the public page shows"


def _public_is_public(profile: Profile) -> Iterator[Finding]:
    """Check that the public page shows what some step asks for and everybody may see."""
    seen: dict[str, SeenBy] = {}
    for kde in (
        *(kde for cte in profile.ctes for way in cte.ways for kde in way.kdes),
        *(kde for record in profile.records for kde in record.kdes),
    ):
        seen[kde.path.replace("ilmd.", "lot.")] = kde.field.seen_by
    for path in profile.public:
        if path not in seen:
            yield "public", f"{path} is asked for by no step"
        elif seen[path] is not SeenBy.PUBLIC:
            yield "public", f"{path} is for {seen[path]} only"


def _published_versions_stay(survey: Survey) -> Iterator[Finding]:
    present = {profile.id for profile in survey.every}
    for profile in survey.every:
        known = survey.published.get(profile.id)
        if known is not None and known != digest_of(profile):
            yield profile.id, "was published and has changed: make it the next version"
    for name in survey.published.keys() - present:
        yield name, "was published and is gone: a version is kept for ever"


RULES: Final = (
    LintRule("used", "every term, norm, unit and list is used", everything_is_used),
    LintRule("label", "no two terms or choices have the same label", labels_are_unique),
    LintRule("language", "labels are Chinese and English", languages_are_right),
    LintRule("pattern", "a pattern is explained", patterns_are_explained),
    LintRule("person", "personal data stands under personal terms", persons_are_personal),
    LintRule("visibility", "no term is wider than the table in force", visibility_is_not_widened),
    LintRule("class", "a class belongs to one profile", _classes_belong_to_one),
    LintRule("name", "steps and data have one name each", _of_profiles(names_are_unique)),
    LintRule(
        "chain", "the chain leads from origin to the last hand", _of_profiles(chain_is_connected)
    ),
    LintRule("way", "ways can be told apart", _of_profiles(ways_are_distinct)),
    LintRule("form", "what is due can be filled in", _of_profiles(needs_can_be_filled)),
    LintRule(
        "condition", "a condition can be judged or read", _of_profiles(conditions_have_values)
    ),
    LintRule(
        "birth",
        "lot data asked later is asked at the lot's birth",
        _of_profiles(lot_data_is_said_at_birth),
    ),
    LintRule("only", "limits are for classes of the profile", _of_profiles(_only_names_classes)),
    LintRule("yield", "yields lead forward", _of_profiles(_yields_lead_forward)),
    LintRule("kept", "retention and public fields are given", _of_profiles(_records_are_kept)),
    LintRule("public", "the public page shows public data", _of_profiles(_public_is_public)),
    LintRule(
        "alike", "no two data of a form are called the same", _of_profiles(labels_differ_in_a_way)
    ),
    LintRule("measure", "units are of amounts, and of the same kind", units_are_of_amounts),
    LintRule("choice", "a code list leaves a choice", lists_are_choices),
    LintRule("days", "nothing ends before it begins", days_are_in_order),
    LintRule("published", "a published version never changes", _published_versions_stay),
)
"""The rules. A new one is one check and one row; a code is never reused."""

if len({rule.code for rule in RULES}) != len(RULES):
    raise ValueError("two lint rules have the same code")
