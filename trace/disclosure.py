"""Splits an event into its parts by visibility, and back.

Pure. One rule: every leaf of the payload is in exactly one part, and a leaf that no row of the
table names is not public.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from base.strict_json import JsonObject, JsonValue
from ledger.parts import Leaves, Part, element_path, member_path
from schemas.cbv import STANDARD_PREFIXES
from schemas.visibility import EVENT_RULE, Rule
from schemas.visible_terms import term_parts

_PARTS: Mapping[str, Part] = {part.name.lower(): part for part in Part}
# To go through an enumeration costs more than through a tuple, and each event does it twice.
_ALL_PARTS: tuple[Part, ...] = tuple(Part)


@cache
def _terms() -> Mapping[str, Part]:
    return {term: _PARTS[part] for term, part in term_parts().items()}


@dataclass(slots=True)
class _Split:
    namespaces: Mapping[str, str]
    leaves: dict[Part, Leaves] = field(default_factory=lambda: {part: {} for part in _ALL_PARTS})
    terms: dict[str, Part | None] = field(default_factory=dict)

    def term_part(self, name: str) -> Part | None:
        """Return the part of an extension term, where the table has one.

        `prefix:local` and the full name are the same term, so both are looked up by the latter.
        """
        if name not in self.terms:
            prefix, _, local = name.partition(":")
            namespace = self.namespaces.get(prefix) or STANDARD_PREFIXES.get(prefix)
            self.terms[name] = _terms().get(name if namespace is None else namespace + local)
        return self.terms[name]


def split_event(event: JsonObject, namespaces: Mapping[str, str]) -> dict[Part, Leaves]:
    """Return the leaves of `/event` and `/namespaces` by part, only parts that have any."""
    work = _Split(namespaces)
    for prefix, namespace in namespaces.items():
        if STANDARD_PREFIXES.get(prefix) == namespace:
            continue  # The EPCIS context declares it for everybody.
        work.leaves[Part.PUBLIC][member_path("/namespaces", prefix)] = namespace
    _walk_object(work, event, "/event", EVENT_RULE, Part.CHAIN)
    return {part: leaves for part, leaves in work.leaves.items() if leaves}


def _walk_object(
    work: _Split, value: JsonObject, path: str, rules: Mapping[str, Rule], floor: Part
) -> None:
    rest = rules["*"]
    for name, child in value.items():
        below = member_path(path, name)
        if ":" in name:
            part = work.term_part(name)
            if part is not None:
                _walk_part(work, child, below, part)
                continue
        rule = rules.get(name, rest)
        # Most members are plain values under a plain rule: this way is a third of the whole work.
        if type(child) is str and type(rule) is str:
            work.leaves[_PARTS[rule]][below] = child
        else:
            _walk(work, child, below, rule, floor)


def _walk(work: _Split, value: JsonValue, path: str, rule: Rule, floor: Part) -> None:
    """Place a value under its rule; `floor` is the part of what no rule names."""
    if isinstance(rule, str):
        _walk_part(work, value, path, _PARTS[rule])
    elif isinstance(value, list) and value:
        for at, child in enumerate(value):
            _walk(work, child, element_path(path, at), rule, floor)
    elif isinstance(value, dict) and value:
        if callable(rule):
            _walk(work, value, path, rule(value), floor)
        else:
            _walk_object(work, value, path, rule, floor)
    else:
        plain = floor if callable(rule) else _plain_part(rule, floor)
        work.leaves[plain][path] = value


def _plain_part(rules: Mapping[str, Rule], floor: Part) -> Part:
    part = rules.get(".")
    return _PARTS[part] if isinstance(part, str) else floor


def _walk_part(work: _Split, value: JsonValue, path: str, part: Part) -> None:
    """Place a whole subtree in one part, except for terms inside that are stricter.

    Public is what is named, never what stands below it: there the chain's part begins.
    """
    if isinstance(value, dict) and value:
        floor = Part.CHAIN if part is Part.PUBLIC else part
        for name, child in value.items():
            inner = (work.term_part(name) if ":" in name else None) or floor
            # Below the chain's default a public term stays public; a stricter one stays strict.
            chosen = inner if floor is Part.CHAIN or inner > floor else floor
            if type(child) is str:
                work.leaves[chosen][member_path(path, name)] = child
            else:
                _walk_part(work, child, member_path(path, name), chosen)
    elif isinstance(value, list) and value:
        for at, child in enumerate(value):
            if type(child) is str:
                work.leaves[part][element_path(path, at)] = child
            else:
                _walk_part(work, child, element_path(path, at), part)
    else:
        work.leaves[part][path] = value
