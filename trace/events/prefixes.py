"""Words and field names of a sender's own: each needs a namespace that its document declares."""

import re
from collections.abc import Iterator, Mapping
from trace.events.parts import Path, objects
from typing import Final

from base.strict_json import JsonObject, JsonValue
from schemas.cbv import BIZ_STEP, DISPOSITION, SCHEMES, Vocabulary
from schemas.epcis.shape import URI_PATTERN

_URI = re.compile(URI_PATTERN)
_CBV_STEMS: Final = ("urn:epcglobal:cbv:", "https://ns.gs1.org/cbv/", "http://ns.gs1.org/cbv/")
# What a lot's history and a shelf search hang on must be found again under one full URI; in the
# other lists `example:x` passes as the URI that it formally is.
_MUST_DECLARE: Final = (BIZ_STEP, DISPOSITION)


def word_trouble(vocabulary: Vocabulary, text: str, namespaces: Mapping[str, str]) -> str | None:
    """Say what is wrong with a text that is no standard word in JSON's spelling; None if nothing.

    A word of one's own is a full URI, or `prefix:word` with a declared prefix. The URN spellings
    of the standard words belong to XML (EPCIS 2.0 OpenAPI, `vocab-other-uri`).
    """
    standard = vocabulary.by_any.get(text)
    if standard is not None:
        return f"is an older spelling; in JSON write {standard}"
    if ":" not in text:
        hint = _hint(vocabulary, text)
        return f"is not a standard {vocabulary.label}.{hint} Your own word must be a full URI"
    if text.startswith((*vocabulary.reserved, *_CBV_STEMS)):
        return f"the CBV has no such {vocabulary.label}.{_hint(vocabulary, text)}"
    if _URI.match(text) is None:
        return "must be a standard word or a full URI in ASCII"
    if vocabulary not in _MUST_DECLARE or is_declared(text, namespaces):
        return None
    return f"the prefix {text.partition(':')[0][:50]} is not declared in @context"


def _hint(vocabulary: Vocabulary, text: str) -> str:
    near = vocabulary.nearest(text)
    return f" Did you mean {near}?" if near else ""


def is_declared(name: str, namespaces: Mapping[str, str]) -> bool:
    """Tell whether a name with a colon is a full URI or starts with a declared prefix."""
    prefix, _, local = name.partition(":")
    return prefix in namespaces or prefix in SCHEMES or local.startswith("//")


def stray_prefixes(event: JsonObject, namespaces: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    """Yield each field name of an event whose prefix nobody declared, with the prefix."""
    for name, value in event.items():
        if ":" in name:
            yield from _strays(name, value, (), namespaces)
        elif name in _EXTENSIBLE:
            yield from _strays_inside(value, (name,), namespaces)
    for i, element in enumerate(objects(event.get("sensorElementList"))):
        yield from _strays_inside(element, ("sensorElementList", i), namespaces)


_EXTENSIBLE: Final = frozenset({"readPoint", "bizLocation", "errorDeclaration", "ilmd"})


def _strays(
    name: str, value: JsonValue, path: Path, namespaces: Mapping[str, str]
) -> Iterator[tuple[Path, str]]:
    inside = (*path, name)
    if ":" in name and not is_declared(name, namespaces):
        yield inside, name.partition(":")[0]
    if isinstance(value, dict | list):
        yield from _strays_inside(value, inside, namespaces)


def _strays_inside(
    value: JsonValue, path: Path, namespaces: Mapping[str, str]
) -> Iterator[tuple[Path, str]]:
    """Yield the strays of a value; the depth is that of the document, which is limited."""
    if isinstance(value, dict):
        for name, part in value.items():
            yield from _strays(name, part, path, namespaces)
    elif isinstance(value, list):
        for i, part in enumerate(value):
            yield from _strays_inside(part, (*path, i), namespaces)
