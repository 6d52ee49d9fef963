"""The profiles by name, version and class code, read from `data/` when they are first asked for.

A new class of goods is one file there, `<name>-<version>.yaml`; a changed one is the next version
beside the old. The rule that must stay true: a name and version is one file for ever, a class code
belongs to one profile, and what was read is kept: the data does not change while a program runs.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from base.errors import NotFound
from base.strict_json import JsonObject
from schemas.profiles.check import Checked, Checker, compile_profile
from schemas.profiles.loading import Shared, load_profile, load_shared
from schemas.profiles.model import Field
from schemas.profiles.probes import Known
from schemas.profiles.standing import Profile

DATA: Final = Path(__file__).resolve().parent / "data"

_FILE: Final = re.compile(r"([a-z][a-z_]*)-([1-9][0-9]{0,3})\.yaml")


@dataclass(frozen=True, slots=True)
class ProfileFile:
    """Where a version of a profile is."""

    name: str
    version: int
    path: Path


class Catalogue:
    """The profiles of one data folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._files: dict[str, dict[int, ProfileFile]] = {}
        for path in sorted(folder.glob("*-*.yaml")):
            found = _FILE.fullmatch(path.name)
            if found is None:
                raise ValueError(f"{path.name} is not named <profile>-<version>.yaml")
            name, version = found.group(1), int(found.group(2))
            self._files.setdefault(name, {})[version] = ProfileFile(name, version, path)
        self._shared: Shared | None = None
        self._profiles: dict[tuple[str, int], Profile] = {}
        self._checkers: dict[tuple[str, int], Checker] = {}
        self._by_code: Mapping[str, str] | None = None

    @property
    def shared(self) -> Shared:
        """Return the tables that all profiles draw on."""
        if self._shared is None:
            self._shared = load_shared(self.folder)
        return self._shared

    def names(self) -> tuple[str, ...]:
        """Return the names of the profiles, in order."""
        return tuple(sorted(self._files))

    def versions(self, name: str) -> tuple[int, ...]:
        """Return the versions of a profile, the oldest first; empty where there is none."""
        return tuple(sorted(self._files.get(name, {})))

    def profile(self, name: str, version: int | None = None) -> Profile:
        """Return a profile, in its newest version if none is named; raises `NotFound`."""
        versions = self.versions(name)
        number = version if version is not None else max(versions, default=0)
        if number not in versions:
            raise NotFound(f"There is no profile {name}/{number}.")
        key = (name, number)
        if key not in self._profiles:
            profile = load_profile(self._files[name][number].path, self.shared)
            if (profile.name, profile.version) != key:
                path = self._files[name][number].path
                raise ValueError(f"{path.name} holds the profile {profile.id}")
            self._profiles[key] = profile
        return self._profiles[key]

    def newest(self) -> tuple[Profile, ...]:
        """Return every profile in its newest version, by name."""
        return tuple(self.profile(name) for name in self.names())

    def checker(self, name: str, version: int | None = None) -> Checker:
        """Return a profile made ready to check events; raises `NotFound`."""
        profile = self.profile(name, version)
        key = (profile.name, profile.version)
        if key not in self._checkers:
            self._checkers[key] = compile_profile(profile, self.shared.library.units)
        return self._checkers[key]

    def name_of(self, class_code: str) -> str | None:
        """Return the name of the profile that is for a product's class code; None if none is."""
        if self._by_code is None:
            self._by_code = by_class_code(self.newest())
        return self._by_code.get(class_code)


def by_class_code(profiles: Sequence[Profile]) -> Mapping[str, str]:
    """Return the profiles' names by the class codes they are for; refuses a code used twice."""
    found: dict[str, str] = {}
    for profile in profiles:
        for code, _ in profile.covers:
            if code in found:
                raise ValueError(f"{code} is a class of {found[code]} and of {profile.name}")
            found[code] = profile.name
    return MappingProxyType(found)


@cache
def catalogue() -> Catalogue:
    """Return the profiles of this release."""
    return Catalogue(DATA)


def checker_for(class_code: str) -> Checker | None:
    """Return the newest profile of a product's class, ready to check; None where there is none."""
    name = catalogue().name_of(class_code)
    return None if name is None else catalogue().checker(name)


@cache
def births_since() -> str:
    """Return the day from which on an event is refused for what its lot's birth left unsaid."""
    return catalogue().shared.births_since_on.isoformat()


def check_event(
    event: JsonObject,
    namespaces: Mapping[str, str],
    *,
    class_code: str,
    known: Known | None = None,
    version: int | None = None,
) -> Checked | None:
    """Check an event that has its shape against the profile of a product's class.

    The newest profile is taken, or the version that the event was checked against before. None
    where no profile is for the class: such events are welcome, and there is nothing to ask.
    """
    name = catalogue().name_of(class_code)
    if name is None:
        return None
    checker = catalogue().checker(name, version)
    return checker.check(event, namespaces, class_code=class_code, known=known or {})


def term_parts() -> Mapping[str, str]:
    """Return who may see each term, by its full name: the material of the next visibility table."""
    terms = catalogue().shared.library.terms
    return {_full(field): field.seen_by.value for field in terms.values()}


def _full(field: Field) -> str:
    prefix, _, local = field.name.partition(":")
    return {"sx": "urn:suxin:epcis:", "cbvmda": "urn:epcglobal:cbv:mda:"}[prefix] + local
