"""Rules about the steps of one profile: their chain, their ways, and what they ask for."""

from collections.abc import Iterator
from itertools import combinations
from typing import Final

from schemas.profiles.forms import form_of
from schemas.profiles.model import CLASS_CODE, Cte, Kde, Kind, Need, Test, Way
from schemas.profiles.paths import OWN_STEP, Place, makes_goods, parse_path
from schemas.profiles.standing import Profile
from schemas.profiles.survey import Finding

CTES_MIN: Final = 5
CTES_MAX: Final = 12

# How goods leave the chain: bought, handed to who needs them, or used up.
_LEAVING: Final = frozenset({"retail_sold", "dispensed", "disposed"})
_PAPERS: Final = "other"


def names_are_unique(profile: Profile) -> Iterator[Finding]:
    """Check that a step, a way and a datum each have one name where they are looked up by it."""
    ids = [cte.id for cte in profile.ctes]
    for cte in profile.ctes:
        if ids.count(cte.id) > 1:
            yield cte.id, "is the name of two steps"
        for way in cte.ways:
            names = [name for kde in way.kdes for name in (kde.code, *kde.also)]
            for name in sorted({name for name in names if names.count(name) > 1}):
                yield f"{cte.id}.{way.name}", f"{name!r} names two data"


def chain_is_connected(profile: Profile) -> Iterator[Finding]:
    """Check that the steps lead from an origin to a last hand, each after one before it."""
    if not CTES_MIN <= len(profile.ctes) <= CTES_MAX:
        yield "ctes", f"a class has {CTES_MIN} to {CTES_MAX} steps"
    before: set[str] = set()
    reached: set[str] = set()
    for cte in profile.ctes:
        for name in cte.after:
            if name not in before:
                yield cte.id, f"comes after {name!r}, which is no step before it"
        if not cte.after or reached & set(cte.after):
            reached.add(cte.id)
        else:
            yield cte.id, "cannot be reached from an origin"
        before.add(cte.id)
    is_ended = any(
        cte.stage == _PAPERS or _LEAVING.intersection(way.dispositions)
        for cte in profile.ctes
        if cte.id in reached
        for way in cte.ways
    )
    if not is_ended:
        yield "ctes", "no step hands the goods to their last hand"


def ways_are_distinct(profile: Profile) -> Iterator[Finding]:
    """Check that something in an event tells any two ways of the profile apart."""
    ways = [(cte, way) for cte in profile.ctes for way in cte.ways]
    for (one, first), (other, second) in combinations(ways, 2):
        if not _look_alike(first, second):
            continue
        if one is other:
            yield f"{one.id}.{second.name}", f"cannot be told from {first.name}"
        elif {kde.path for kde in first.kdes} == {kde.path for kde in second.kdes}:
            yield f"{other.id}.{second.name}", f"cannot be told from {one.id}.{first.name}"


def _look_alike(one: Way, other: Way) -> bool:
    return (
        one.event_type == other.event_type
        and (not one.actions or bool(set(one.actions) & set(other.actions)))
        and bool(set(one.steps) & set(other.steps))
        and bool(set(one.dispositions) & set(other.dispositions))
    )


def needs_can_be_filled(profile: Profile) -> Iterator[Finding]:
    """Check that a form has a field for whatever a check may miss."""
    for cte in profile.ctes:
        for way in cte.ways:
            paths = {field.path for field in form_of(profile.name, cte.id, way).fields}
            for kde in way.kdes:
                is_due = kde.need in (Need.MANDATORY, Need.PRACTICE) or kde.when is not None
                if is_due and kde.path not in paths and not _fills_itself(kde):
                    yield f"{cte.id}.{way.name}.{kde.code}", "is due and has no field in the form"


def _fills_itself(kde: Kde) -> bool:
    """Tell whether other fields of the form, or the ledger itself, give the datum."""
    return kde.field.kind is Kind.THINGS or parse_path(kde.path).place is Place.SYSTEM


def conditions_have_values(profile: Profile) -> Iterator[Finding]:
    """Check that a conditional datum says when it is due, in values that exist."""
    for cte in profile.ctes:
        for way in cte.ways:
            for kde in way.kdes:
                place = f"{cte.id}.{way.name}.{kde.code}"
                is_conditional = kde.need is Need.CONDITIONAL
                if is_conditional and kde.when is None and not kde.condition.zh:
                    yield place, "is conditional: say when, or if_zh and if_en"
                if kde.when is not None and not is_conditional:
                    yield place, "has a condition and is not conditional"
                yield from ((place, told) for told in _wrong_values(profile, way, kde))


def _wrong_values(profile: Profile, way: Way, kde: Kde) -> Iterator[str]:
    when = kde.when
    if when is None or when.test is not Test.IS:
        return
    known = _values_at(when.path, profile, way)
    if known is not None:
        yield from (
            f"{value!r} is no value of {when.path}" for value in when.values if value not in known
        )


def _values_at(path: str, profile: Profile, way: Way) -> set[str] | None:
    """Return the values that may stand at a path; None where any may."""
    if path == CLASS_CODE:
        return {code for code, _ in profile.covers}
    if path == "bizStep":
        return {step.removeprefix(OWN_STEP) for step in way.steps}
    if path == "disposition":
        return set(way.dispositions)
    for kde in way.kdes:
        if kde.path == path and kde.field.codes is not None:
            return set(kde.field.codes.values)
        if kde.path == path and kde.field.kind is Kind.BOOLEAN:
            return {"true", "false"}
    return set()


def lot_data_is_said_at_birth(profile: Profile) -> Iterator[Finding]:
    """Check that what is due of a lot later is asked for where the lot comes into being."""
    said: set[str] = set()
    for _, way in _ways(profile):
        if makes_goods(way.event_type, way.actions):
            said.update(
                name
                for kde in way.kdes
                for name in (kde.path, *(one for group in kde.instead for one in group))
            )
    for cte, way in _ways(profile):
        for kde in way.kdes:
            is_due = kde.need in (Need.MANDATORY, Need.PRACTICE)
            path = parse_path(kde.path)
            if is_due and path.place is Place.LOT and f"ilmd.{path.name}" not in said:
                yield f"{cte.id}.{way.name}.{kde.code}", f"{kde.path} is asked at no lot's birth"


def _ways(profile: Profile) -> Iterator[tuple[Cte, Way]]:
    for cte in profile.ctes:
        for way in cte.ways:
            yield cte, way
