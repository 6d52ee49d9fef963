"""Prefixes that a document's `@context` binds to namespaces (JSON-LD 1.1, as EPCIS 2.0 uses it).

The rule that must stay true: a context is read from the document alone and never fetched; nothing a
document says changes the meaning of a standard prefix.
"""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from base.errors import Problem
from base.strict_json import JsonObject, JsonValue
from schemas.cbv import PROTECTED_PREFIXES, SCHEMES, STANDARD_PREFIXES
from schemas.epcis.shape import URI_CHARS_MAX, URI_PATTERN

CONTEXTS_MAX: Final = 100
PREFIXES_MAX: Final = 200

_PREFIX = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,99}")
_URI = re.compile(URI_PATTERN)


def read_namespaces(
    context: JsonValue, *, path: str, outer: Mapping[str, str] = STANDARD_PREFIXES
) -> tuple[Mapping[str, str], tuple[Problem, ...]]:
    """Return every prefix in force under a context, and what is wrong with the context.

    `outer` holds what the enclosing document declared. Full term definitions bind a prefix by
    their `@id`; keywords (`@vocab`, `@version`) bind none.
    """
    namespaces = dict(outer)
    problems: list[Problem] = []
    for place, part in _parts(context, path):
        if isinstance(part, str):
            if not _is_uri(part):
                problems.append(_wrong(place, "a context is named by a full URI"))
        elif isinstance(part, dict):
            problems.extend(_read_terms(part, place, namespaces))
        else:
            problems.append(_wrong(place, "a context is a URI or an object of prefixes"))
    if len(namespaces) > PREFIXES_MAX:
        problems.append(_wrong(path, f"at most {PREFIXES_MAX} prefixes are accepted"))
    return MappingProxyType(namespaces), tuple(problems)


def event_namespaces(event: JsonObject, outer: Mapping[str, str]) -> Mapping[str, str]:
    """Return the prefixes in force inside an event whose `@context` was found to be right."""
    context = event.get("@context")
    if context is None:
        return outer
    return read_namespaces(context, path="", outer=outer)[0]


def _parts(context: JsonValue, path: str) -> Iterator[tuple[str, JsonValue]]:
    if isinstance(context, list):
        yield from ((f"{path}[{i}]", part) for i, part in enumerate(context[:CONTEXTS_MAX]))
        if len(context) > CONTEXTS_MAX:
            yield path, None
    else:
        yield path, context


def _read_terms(terms: JsonObject, path: str, namespaces: dict[str, str]) -> Iterator[Problem]:
    for prefix, bound in terms.items():
        if prefix.startswith("@") or prefix in PROTECTED_PREFIXES:
            continue
        place = f"{path}.{prefix[:100]}"
        namespace = bound.get("@id") if isinstance(bound, dict) else bound
        if not _PREFIX.fullmatch(prefix):
            yield _wrong(place, "a prefix has letters, digits, '.', '-' and '_' only")
        elif prefix in SCHEMES:
            yield _wrong(place, "a URI scheme cannot be a prefix")
        elif not isinstance(namespace, str) or not _is_uri(namespace):
            yield _wrong(place, "a prefix is bound to a full URI")
        else:
            # With and without its last colon, the CBV's master data namespace is one.
            is_mda = namespace == STANDARD_PREFIXES["cbvmda"] + ":"
            namespaces[prefix] = namespace[:-1] if is_mda else namespace


def _is_uri(text: str) -> bool:
    return len(text) <= URI_CHARS_MAX and _URI.match(text) is not None


def _wrong(path: str, message: str) -> Problem:
    return Problem(path=path, code="context", message=message)
