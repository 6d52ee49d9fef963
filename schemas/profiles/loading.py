"""Reads the profiles' files into the model.

The rule that must stay true: a profile is read whole or not at all. An unknown key, term, norm,
unit or step is refused with file, line and path; all faults of a file are told at once.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from schemas.cbv import BIZ_STEP, DISPOSITION
from schemas.epcis import EVENT_TYPES
from schemas.profiles.library import Library, read_library, words_of
from schemas.profiles.model import Cte, Kde, Record, Way, Words
from schemas.profiles.paths import OWN_STEP
from schemas.profiles.row_specs import RowSpec, kdes_of, read_spec
from schemas.profiles.standing import Profile
from schemas.profiles.standing_rows import (
    read_cold_chain,
    read_limits,
    read_retention,
    read_shelf_life,
    read_yields,
)
from schemas.profiles.yaml_rows import Faults, Rows, read_rows

STAGES: Final = ("inputs", "farm", "transport", "plant", "storage", "shop", "other")
"""Where in the chain a step stands; the words of the pages (`web.pages.words`)."""

_ACTIONS: Final = frozenset({"ADD", "OBSERVE", "DELETE"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """The library, and the rows that several classes have in common.

    From `births_since_on` on an event is refused for what neither it nor its lot's birth says.
    """

    library: Library
    groups: Mapping[str, tuple[RowSpec, ...]]
    records: Mapping[str, Record]
    births_since_on: date


def load_shared(folder: Path) -> Shared:
    """Return the shared tables of a data folder; raises `InvalidInput` with everything wrong."""
    faults = Faults()
    library = read_library(folder, faults)
    rows = read_rows(folder / "common.yaml", faults)
    listed = rows.under("groups")
    groups = {
        name: tuple(read_spec(row, library) for row in listed.each(name)) for name in listed.names()
    }
    records = {record.id: record for record in _records(rows, library)}
    since_on = rows.day("births_since")
    if since_on is None:
        rows.fault("births_since", "required", "says from which day on births are asked")
    rows.done()
    faults.refuse()
    return Shared(
        library=library,
        groups=groups,
        records=records,
        births_since_on=since_on or date.max,
    )


def load_profile(path: Path, shared: Shared) -> Profile:
    """Return the profile of a file; raises `InvalidInput` with everything wrong in it."""
    faults = Faults()
    rows = read_rows(path, faults)
    library = shared.library
    name = rows.text("profile")
    profile = Profile(
        name=name,
        version=rows.whole("version", default=0) or 0,
        label=words_of(rows),
        covers=tuple(_covers(rows)),
        ctes=tuple(_cited(cte, name) for cte in _ctes(rows, shared)),
        records=(*_common_records(rows, shared), *_records(rows, library)),
        limits=read_limits(rows, library),
        yields=read_yields(rows),
        cold_chain=read_cold_chain(rows, library),
        shelf_life=read_shelf_life(rows),
        retention=read_retention(rows, library),
        public=rows.texts("public"),
    )
    rows.done()
    faults.refuse()
    return profile


def _cited(cte: Cte, profile: str) -> Cte:
    """Return a step whose rows cite their norms as norms are cited for these goods."""

    def cited(kde: Kde) -> Kde:
        return replace(kde, norms=tuple(ref.cited_for(profile) for ref in kde.norms))

    ways = tuple(replace(way, kdes=tuple(map(cited, way.kdes))) for way in cte.ways)
    return replace(cte, ways=ways)


def _covers(rows: Rows) -> Iterator[tuple[str, Words]]:
    yield rows.text("profile"), words_of(rows)
    covers = rows.under("covers")
    for code in covers.names():
        both = covers.texts(code)
        if len(both) != 2:
            covers.fault(code, "language", "is [Chinese, English]")
        else:
            yield code, Words(zh=both[0], en=both[1])


def _ctes(rows: Rows, shared: Shared) -> tuple[Cte, ...]:
    found: list[Cte] = []
    for row in rows.each("ctes"):
        before = (found[-1].id,) if found else ()
        found.append(_cte(row, shared, before))
    return tuple(found)


def _cte(row: Rows, shared: Shared, before: tuple[str, ...]) -> Cte:
    stage = row.text("stage")
    if stage not in STAGES:
        row.fault("stage", "stage", f"is one of {', '.join(STAGES)}")
    own = [read_spec(kde, shared.library) for kde in row.each("kdes")]
    _refuse_doubles(row, own)
    specs = [*_used(row, shared), *own]
    ways = row.under("ways")
    names = list(ways.names())
    for spec in specs:
        for name in spec.ways:
            if name not in names:
                row.fault("ways", "unknown_way", f"{spec.code} is for {name!r}, no way of the step")
    cte = Cte(
        id=row.text("id"),
        label=words_of(row),
        stage=stage,
        after=row.texts("after") if row.has("after") else before,
        ways=tuple(_way(ways.under(name), name, specs, shared.library) for name in names),
    )
    row.done()
    return cte


def _refuse_doubles(row: Rows, own: Sequence[RowSpec]) -> None:
    """Note rows of one step that name the same datum twice for the same way."""
    seen: set[tuple[str, str]] = set()
    for spec in own:
        for way in spec.ways or ("",):
            if (spec.path, way) in seen:
                row.fault("kdes", "double", f"{spec.path} has two rows: join them with `also`")
            seen.add((spec.path, way))


def _used(row: Rows, shared: Shared) -> Iterator[RowSpec]:
    """Yield the rows of the groups a step uses; `ship @ main|trade` is for those ways alone."""
    for text in row.texts("use"):
        name, _, ways = (part.strip() for part in text.partition("@"))
        if name not in shared.groups:
            row.fault("use", "unknown_group", f"{name!r} is no group of common.yaml")
            continue
        for spec in shared.groups[name]:
            yield replace(spec, ways=tuple(ways.split("|"))) if ways else spec


def _way(row: Rows, name: str, specs: Sequence[RowSpec], library: Library) -> Way:
    event_type, actions = row.text("event"), row.texts("actions")
    if event_type not in EVENT_TYPES:
        row.fault("event", "event_type", f"is one of {', '.join(EVENT_TYPES)}")
        event_type = "ObjectEvent"
    if bool(actions) == (event_type == "TransformationEvent") or not _ACTIONS.issuperset(actions):
        row.fault("actions", "action", "are ADD, OBSERVE, DELETE; a TransformationEvent has none")
    if "ADD" in actions and len(actions) > 1:
        row.fault("actions", "action", "ADD stands alone: only it brings goods into being")
    steps, dispositions = row.texts("steps"), row.texts("dispositions")
    for step in steps:
        if step not in BIZ_STEP.words and not step.startswith(OWN_STEP):
            row.fault("steps", "step", f"{step!r} is no word of CBV 7.1 and none of our own")
    for word in dispositions:
        if word not in DISPOSITION.words:
            row.fault("dispositions", "disposition", f"{word!r} is no word of CBV 7.2")
    if not steps or not dispositions:
        row.fault("", "required", "a way has steps and dispositions")
    row.done()
    return Way(
        name=name,
        event_type=event_type,
        actions=actions,
        steps=steps,
        dispositions=dispositions,
        words={word: _word(row, word, library) for word in (*actions, *steps, *dispositions)},
        kdes=kdes_of(
            specs,
            way=name,
            event_type=event_type,
            actions=actions,
            library=library,
            faults=row.faults,
        ),
    )


def _word(row: Rows, word: str, library: Library) -> Words:
    for name in ("action", "step", "disposition"):
        listed = library.codes.get(name)
        if listed is not None and word in listed.values:
            return listed.values[word]
    row.fault("", "unnamed_word", f"{word!r} has no words in codes.yaml")
    return Words(zh=word, en=word)


def _common_records(rows: Rows, shared: Shared) -> Iterator[Record]:
    for name in rows.texts("use_records"):
        if name in shared.records:
            yield shared.records[name]
        else:
            rows.fault("use_records", "unknown_record", f"{name!r} is no record of common.yaml")


def _records(rows: Rows, library: Library) -> tuple[Record, ...]:
    return tuple(_record(row, library) for row in rows.each("records"))


def _record(row: Rows, library: Library) -> Record:
    specs = [read_spec(kde, library) for kde in row.each("kdes")]
    _refuse_doubles(row, specs)
    record = Record(
        id=row.text("id"),
        label=words_of(row),
        # A register entry is no event: its paths are the same under every shape.
        kdes=kdes_of(
            specs,
            way="",
            event_type="ObjectEvent",
            actions=("OBSERVE",),
            library=library,
            faults=row.faults,
        ),
    )
    row.done()
    return record
