"""What a lint looks at, read whole.

The rule that must stay true: a file that cannot be read hides no other: all faults are told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from base.errors import AppError, InvalidInput
from schemas.profiles.digests import read_published
from schemas.profiles.loading import Shared
from schemas.profiles.registry import Catalogue
from schemas.profiles.standing import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """Everything that is looked at: the newest profiles, every version, and what was published."""

    shared: Shared
    newest: tuple[Profile, ...]
    every: tuple[Profile, ...]
    published: Mapping[str, str]


Finding: TypeAlias = tuple[str, str]
"""Where, and what is wrong there."""


def survey_of(profiles: Catalogue) -> Survey:
    """Read every version of every profile; raises `InvalidInput` with everything wrong in them."""
    every: list[Profile] = []
    wrong: list[AppError] = []
    for name in profiles.names():
        for version in profiles.versions(name):
            try:
                every.append(profiles.profile(name, version))
            except AppError as error:
                wrong.append(error)
    if wrong:
        problems = [problem for error in wrong for problem in error.problems]
        raise InvalidInput(wrong[0].message, problems=problems)
    return Survey(
        shared=profiles.shared,
        newest=profiles.newest(),
        every=tuple(every),
        published=read_published(profiles.folder),
    )
