"""Which template is meant: a class of goods, a step, a way of recording it.

One rule: a class may be named by its profile or by any class code that the profile covers.
"""

from dataclasses import dataclass

from base.errors import NotFound
from schemas.profiles.columns import Sheet, sheet_of
from schemas.profiles.registry import catalogue
from schemas.profiles.standing import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A template that exists."""

    profile: Profile
    sheet: Sheet


def profile_for(name: str) -> Profile:
    """Return the newest profile of a class; raises `NotFound`."""
    found = name if name in catalogue().names() else catalogue().name_of(name)
    if found is None:
        raise NotFound("There is no profile for that class of goods.")
    return catalogue().profile(found)


def choose(name: str, cte: str, way: str = "", *, version: int | None = None) -> Chosen:
    """Return the template of a way of a step, the first way where none is named.

    Raises `NotFound`.
    """
    profile = profile_for(name)
    if version is not None:
        profile = catalogue().profile(profile.name, version)
    step = next((one for one in profile.ctes if one.id == cte), None)
    if step is None:
        raise NotFound(f"The class {profile.name} has no step of that name.")
    found = next((one for one in step.ways if way in ("", one.name)), None)
    if found is None:
        ways = ", ".join(one.name for one in step.ways)
        raise NotFound(f"That step has no way of that name; it has: {ways}.")
    return Chosen(profile=profile, sheet=sheet_of(profile.name, step, found))
