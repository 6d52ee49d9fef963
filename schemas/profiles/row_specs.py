"""Rows as they are written, and what they become in one way of recording a step.

The rule that must stay true: two rows of a step that name the same datum become one, which asks as
hard as the harder of the two and answers to the names of both.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from schemas.profiles.fields import field_at
from schemas.profiles.library import Library, mark_of, norm_ref, optional_words, unit_of
from schemas.profiles.model import (
    CLASS_CODE,
    Kde,
    Mark,
    Need,
    NormRef,
    Test,
    Unit,
    When,
    Words,
)
from schemas.profiles.paths import implied, resolve
from schemas.profiles.yaml_rows import Faults, Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSpec:
    """A row as written; paths are not resolved yet. Without `ways` it is for every way."""

    place: str
    code: str
    also: tuple[str, ...]
    path: str
    ways: tuple[str, ...]
    label: Words
    help: Words
    need: Need
    when: When | None
    condition: Words
    instead: tuple[tuple[str, ...], ...]
    norms: tuple[NormRef, ...]
    mark: Mark
    since_on: date | None
    unit: Unit | None


_CODE: Final = re.compile(r"[a-z][a-z0-9_]*")
_WHEN: Final = re.compile(r"(\S+) (?:(given)|(absent)|is (\S+))")


def read_spec(row: Rows, library: Library) -> RowSpec:
    """Read one row; what is wrong is noted."""
    need, code = row.text("need"), row.text("code")
    if need not in set(Need):
        row.fault("need", "need", f"is one of {', '.join(Need)}")
        need = Need.OPTIONAL
    if not _CODE.fullmatch(code):
        row.fault("code", "code", "is of small letters, digits and _")
    refs = (norm_ref(row, "norm", text, library.norms) for text in row.texts("norm"))
    spec = RowSpec(
        place=row.place("path"),
        code=code,
        also=row.texts("also"),
        path=row.text("path"),
        ways=row.texts("way"),
        label=optional_words(row, "zh", "en"),
        help=optional_words(row, "help_zh", "help_en"),
        need=Need(need),
        when=_when(row),
        condition=optional_words(row, "if_zh", "if_en"),
        instead=tuple(tuple(text.split(" + ")) for text in row.texts("instead")),
        norms=tuple(ref for ref in refs if ref is not None),
        mark=mark_of(row),
        since_on=row.day("since"),
        unit=unit_of(row, "unit", library.units),
    )
    if not spec.norms:
        row.fault("norm", "required", "names at least one norm")
    row.done()
    return spec


def _when(row: Rows) -> When | None:
    text = row.text("when", default="")
    if not text:
        return None
    found = _WHEN.fullmatch(text)
    if found is None:
        row.fault("when", "when", "is '<path> given', '<path> absent' or '<path> is a|b'")
        return None
    path, given, absent, values = found.groups()
    if given or absent:
        return When(path=path, test=Test.GIVEN if given else Test.ABSENT)
    return When(path=path, test=Test.IS, values=tuple(values.split("|")))


def kdes_of(
    specs: Iterable[RowSpec],
    *,
    way: str,
    event_type: str,
    actions: Sequence[str],
    library: Library,
    faults: Faults,
) -> tuple[Kde, ...]:
    """Return the data that one way of a step asks for, in the order of their first rows."""
    found: dict[str, Kde] = {}
    hardest: dict[str, RowSpec] = {}
    for spec in specs:
        if spec.ways and way not in spec.ways:
            continue
        kde = _resolved(spec, event_type, actions, library, faults)
        if kde is None:
            continue
        before = found.get(kde.path)
        if before is None:
            found[kde.path], hardest[kde.path] = kde, spec
        elif _hardness(spec) >= _hardness(hardest[kde.path]):
            found[kde.path], hardest[kde.path] = _joined(kde, before), spec
        else:
            label = spec.label if spec.label.zh else before.label
            found[kde.path] = replace(_joined(before, kde), label=label)
    return tuple(found.values())


def _joined(kept: Kde, other: Kde) -> Kde:
    names = dict.fromkeys((*kept.also, other.code, *other.also))
    names.pop(kept.code, None)
    return replace(kept, also=tuple(names))


def _hardness(spec: RowSpec) -> int:
    is_hard = spec.mark is not Mark.MEMORY
    if spec.need is Need.MANDATORY:
        return 5 if is_hard else 3
    if spec.need is Need.CONDITIONAL:
        return (4 if is_hard else 3) if spec.when else 2
    return _SOFT[spec.need]


_SOFT: Final[Mapping[Need, int]] = {Need.PRACTICE: 3, Need.RECOMMENDED: 1, Need.OPTIONAL: 0}


def _resolved(
    spec: RowSpec, event_type: str, actions: Sequence[str], library: Library, faults: Faults
) -> Kde | None:
    """Return a row in events of one shape; None where such events have no place for it."""
    try:
        path = resolve(spec.path, event_type, actions)
        if path is None:
            return None
        field = field_at(path, library.terms)
        instead = [
            tuple(one for one in (resolve(text, event_type, actions) for text in group) if one)
            for group in spec.instead
            if all(resolve(text, event_type, actions) for text in group)
        ]
        for one in (one for group in instead for one in group):
            field_at(one, library.terms)
        when = _resolved_when(spec.when, event_type, actions)
    except ValueError as error:
        faults.add(spec.place, "path", str(error))
        return None
    except KeyError as error:
        faults.add(spec.place, "unknown_term", f"{error.args[0]!r} is no term or field")
        return None
    return Kde(
        code=spec.code,
        also=spec.also,
        path=path,
        field=field,
        label=spec.label if spec.label.zh else field.label,
        help=spec.help if spec.help.zh else field.help,
        need=spec.need,
        when=when,
        condition=spec.condition,
        instead=(*instead, *((one,) for one in implied(path))),
        norms=spec.norms,
        mark=spec.mark,
        since_on=spec.since_on or _since(spec.norms),
        until_on=_until(spec.norms),
        unit=spec.unit or field.unit,
    )


def _resolved_when(when: When | None, event_type: str, actions: Sequence[str]) -> When | None:
    if when is None or when.path == CLASS_CODE:
        return when
    path = resolve(when.path, event_type, actions)
    if path is None:
        message = f"{when.path!r} has no place in a {event_type}"
        raise ValueError(message)
    return replace(when, path=path)


def _since(norms: Sequence[NormRef]) -> date | None:
    """Return the day from which the first of the norms demands it; None where one always did."""
    days = [ref.norm.in_force_on for ref in norms]
    return None if None in days else min((day for day in days if day), default=None)


def _until(norms: Sequence[NormRef]) -> date | None:
    """Return the day on which the last of the norms ends; None where one has no end."""
    days = [ref.norm.until_on for ref in norms]
    return None if None in days else max((day for day in days if day), default=None)
